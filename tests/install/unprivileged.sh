#!/bin/sh
# SPDX-License-Identifier: MIT
#
# unprivileged.sh SOURCE_DIRECTORY GENERATOR COMPILER, as root in lab.sh's world: who makes a package builds and
# installs as an ordinary user, bare or under fakeroot.
set -eu

if [ "$(id -u)" = 0 ]; then
    source=$1
    shift
    # He may not be able to read the source directory, and must not write to it.
    mkdir -p /run/lab/source
    (cd "$source" && tar -c CMakeLists.txt LICENSE NEWS README.md SECURITY.md cmake conf filter helper libacl service tools tests/install) |
        tar -x -C /run/lab/source
    chmod -R a+rX /run/lab/source
    cd /
    HOME=/run/lab/home exec setpriv --reuid 4242 --regid 4242 --clear-groups \
        sh /run/lab/source/tests/install/unprivileged.sh "$@"
fi

# shellcheck source=/dev/null
. "${0%/*}/installed.sh"
build=/run/lab/home/build
sh "${0%/*}/build.sh" /run/lab/source "$build" "$1" "$2"

# stage MODE FILE_MODE WHAT_IS_SAID
stage() {
    configure "$build" -DVMNET_INSTALL_MODE="$1" -DVMNET_INSTALL_GROUP=vmgroup
    for round in first second; do
        install_into "/run/lab/home/$1" "$build"
        assert_file "/run/lab/home/$1/usr/libexec/vmnet-helper" 4242:4242 "$2"
        assert_output "$3"
        assert_files "/run/lab/home/$1"
    done
    echo "ok: staged $1, $round time"
    output=$(cmake --install "$build" --prefix "/run/lab/home/$1.real" 2>&1) && [ "$1" != none ] &&
        fail "installed for real: $output"
    [ "$1" = none ] || assert_output "was installed without privilege and cannot work"
    assert_file "/run/lab/home/$1.real/libexec/vmnet-helper" 4242:4242 755
}
stage setuid 755 "in this order: chown root:root, chmod 4755 /usr/libexec/vmnet-helper"
stage group 755 "in this order: chown root:vmgroup, chmod 4750 /usr/libexec/vmnet-helper"
stage fscaps 755 "in this order: chown root:root, chmod 0755, setcap cap_net_admin=ep /usr/libexec/vmnet-helper"
stage none 755 "VMNET_INSTALL_MODE=none"
output=$(umask 077 && cmake --install "$build" --prefix /run/lab/home/own 2>&1) ||
    fail "not installed for himself: $output"
assert_output "with the umask 0077, other users cannot enter the directories that are made"

# fakeroot plays root: the archive that it makes has root's setuid file.
configure "$build" -DVMNET_INSTALL_MODE=setuid
# shellcheck disable=SC2016 # expanded by the inner shell
found=$(fakeroot sh -c '
    DESTDIR=$1 cmake --install "$2" >/dev/null && tar -C "$1" --numeric-owner -cf - . | tar --numeric-owner -tvf -
    ' sh /run/lab/home/fakeroot "$build" | grep 'libexec/vmnet-helper$')
case $found in
"-rwsr-xr-x 0/0 "*) ;;
*) fail "under fakeroot: $found" ;;
esac
echo "ok: fakeroot"
