#!/bin/sh
# SPDX-License-Identifier: MIT
#
# umask.sh BUILD_DIRECTORY, as root in lab.sh's world: with a lax umask, no directory is made in which others could put
# something in the place of the helper. With a strict one, root installs nothing, since others could not enter what is
# made; a package is made, and a user installs for himself.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

build=$1
configure "$build" -DVMNET_INSTALL_MODE=setuid -DVMNET_INSTALL_GROUP=vmgroup
umask 000
install_into "/run/lab/stage" "$build"
assert_file "/run/lab/stage/usr/libexec/vmnet-helper" 0:0 4755
assert_files "/run/lab/stage"
for umask in 077 027 007; do
    umask $umask
    ! output=$(cmake --install "$build" --prefix /run/lab/strict 2>&1) || fail "installed with umask $umask: $output"
    assert_output "with the umask 0$umask, other users cannot enter the directories that are made; set another one and"
    [ ! -e /run/lab/strict ] || fail "something was installed with umask $umask"
done
install_into /run/lab/staged "$build"
assert_output "if they are to enter, set the mode of these directories to 0755"
echo "ok: umask"
