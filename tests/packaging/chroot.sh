#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/packaging/chroot.sh DIRECTORY: in a chroot like those that packages are built in, a Debian 12 with a C
# compiler, CMake and our libraries, without C++, mandoc, python3 and the network, a user without privilege builds the
# project, and the ordinary tests pass; as root, too. lab.sh makes its world there as root, and a test with privilege
# passes in it. The system is made in DIRECTORY/build-chroot and used again.
#
# Needs root, mmdebstrap, git and, for the system, the network.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
wanted='cmake make gcc libc6-dev pkg-config libcap-dev libseccomp-dev libjansson-dev libcmocka-dev
iproute2 libcap2-bin strace busybox'
builder=4260

# Inside: COMMAND in the chroot, with /proc and no network; the mount goes with the namespace.
if [ "${1-}" = inside ]; then
    root=$2
    shift 2
    mount -t proc proc "$root/proc"
    exec chroot "$root" "$@"
fi

[ $# = 1 ] || die 'usage: chroot.sh DIRECTORY'
root_open "$1" build-chroot
root=$made/root

# in_chroot COMMAND...
in_chroot() {
    unshare --mount --net --propagation private -- sh "$0" inside "$root" \
        env -i HOME=/nonexistent LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

as_builder() {
    in_chroot setpriv --reuid="$builder" --regid="$builder" --clear-groups "$@"
}

# ordinary WHO: all but those that build the project once more
ordinary() {
    "$1" ctest --test-dir /build/o --no-tests=error --output-on-failure --parallel 2 -L '^ordinary$' \
        -LE '^(install|once|slow)$'
}

# Its /dev is made of nodes, and it is no mount point.
# shellcheck disable=SC2086 # a list
root_is_made || root_bootstrap bookworm root --variant=minbase --include="$(echo $wanted | tr ' ' ,)"
# The sources are root's; the user writes to /build/o only.
rm -rf "${root:?}/build"
mkdir -p "$root/build/source" "$root/build/o"
chown "$builder:$builder" "$root/build/o"
(cd "$tests/.." && git -c safe.directory="$PWD" ls-files -z | tar -c --null --files-from=- --ignore-failed-read) |
    tar -x -C "$root/build/source" --no-same-owner

flags='-g -O2 -ffile-prefix-map=/build/source=. -fstack-protector-strong -Wformat -Werror=format-security -Wdate-time
-D_FORTIFY_SOURCE=2'
as_builder cmake -S /build/source -B /build/o -DCMAKE_BUILD_TYPE=None -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_TESTING=ON \
    -DCMAKE_C_FLAGS="$(echo "$flags" | tr '\n' ' ')" -DVMNET_WERROR=ON
as_builder cmake --build /build/o --parallel 2 --target ordinary_tests vmnet-helper vmnet-helperd \
    fdguest test_privileged_bridge nss_vmtest
ordinary as_builder
ordinary in_chroot
in_chroot sh /build/source/tests/lab/lab.sh true
in_chroot env VMNET_REQUIRE_TESTS=1 ctest --test-dir /build/o --no-tests=error --output-on-failure \
    -R '^privileged\.bridge$'
echo 'ok: in a chroot'
