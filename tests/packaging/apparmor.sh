#!/bin/sh
# SPDX-License-Identifier: MIT
#
# apparmor.sh [BUILD_DIRECTORY]: the AppArmor profiles of conf/apparmor, enforced by Debian's kernel in a virtual
# machine (apparmor_host.sh says what is tried). BUILD_DIRECTORY is a build with BUILD_TESTING=ON; without it,
# build/release is made. Needs what a build does, QEMU and the network, no root. VMNET_GUEST_DIR says where the kernel
# is kept.
#
# The programs and the profiles are as in a build for /usr.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${VMNET_GUEST_DIR:=$top/build/guest}"

fail() {
    echo "FAILED: $*"
    exit 1
}

umask 022
if [ $# = 0 ]; then
    set -- "$top/build/release"
    (cd "$top" && cmake --preset release -DBUILD_TESTING=ON && cmake --build "$1" --parallel "$(nproc)" \
        --target vmnet-helper vmnet-helperd vmnetctl fdguest ask) || fail 'the build'
fi
build=$(cd "$1" && pwd)
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
sh "$here/../qemu/guest.sh" "$VMNET_GUEST_DIR" cloud || fail 'no kernel'
sh "$here/unpack.sh" "$build/tests/packaging/apparmor" "$suite" apparmor libvirt-daemon-system || fail 'no packages'
tree=$build/tests/packaging/apparmor/$suite
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck source-path=SCRIPTDIR source=../qemu/machine.sh
. "$here/../qemu/machine.sh"
machine_make_root cloud "$here/../qemu/host/init.sh"
cp "$here/../qemu/host/await.sh" "$machine_root/await.sh"
cp "$here/apparmor_host.sh" "$machine_root/apparmor.sh"
cp "$here/security_cases.sh" "$machine_root/security_cases.sh"
machine_add_iproute2
machine_add_program "$build/helper/vmnet-helper" /usr/libexec/vmnet-helper
machine_add_program "$build/service/vmnet-helperd" /usr/libexec/vmnet-helperd
machine_add_program "$build/tools/vmnetctl" /usr/bin/vmnetctl
machine_add_program "$build/tests/lab/fdguest" /fdguest
machine_add_program "$build/tests/lab/ask" /ask
machine_add_program /bin/dash /stand-in
machine_add_program "$tree/sbin/apparmor_parser" /sbin/apparmor_parser
machine_add_program "$tree/usr/sbin/aa-status" /usr/sbin/aa-status
mkdir -p "$machine_root/usr/share"
cp -R "$tree/usr/share/apparmor-features" "$machine_root/usr/share/apparmor-features"
cp -R "$tree/etc/apparmor" "$machine_root/etc/apparmor"
cp -R "$tree/etc/apparmor.d" "$machine_root/etc/apparmor.d"
cp -R "$top/conf/apparmor/." "$machine_root/etc/apparmor.d"
# What the administrator copies into a file of this name.
mv "$machine_root/etc/apparmor.d/local/usr.sbin.libvirtd" "$machine_root/etc/apparmor.d/local/example"
machine_boot cloud tests=apparmor apparmor=1 security=apparmor
echo 'PASSED: AppArmor'
