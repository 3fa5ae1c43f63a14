#!/bin/sh
# SPDX-License-Identifier: MIT
#
# selinux_enforce.sh [BUILD_DIRECTORY]: the SELinux module of conf/selinux, enforced with Debian's policy by Debian's
# kernel in a virtual machine (selinux_host.sh says what is tried). BUILD_DIRECTORY is a build with BUILD_TESTING=ON;
# without it, build/release is made. Needs what a build does, QEMU and the network, no root. VMNET_GUEST_DIR says where
# the kernel is kept.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${VMNET_GUEST_DIR:=$top/build/guest}"
# shellcheck source-path=SCRIPTDIR source=selinux_policy.sh
. "$here/selinux_policy.sh"

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
sh "$here/../qemu/guest.sh" "$VMNET_GUEST_DIR" cloud || fail 'no kernel'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
selinux_unpack "$build/tests/packaging/selinux"
selinux_compile "$top/conf/selinux"
cat >"$work/vmnet_test.cil" <<'CIL'
(typepermissive kernel_t)
(typepermissive init_t)
(typepermissive unconfined_t)
CIL
selinux_link
cp -R "$selinux_root" "$work/policy" # the store stays without the test's module
selinux_root=$work/policy
selinux_semodule -i "$work/vmnet_test.cil"

# shellcheck source-path=SCRIPTDIR source=../qemu/machine.sh
. "$here/../qemu/machine.sh"
machine_make_root cloud "$here/../qemu/host/init.sh"
cp "$here/../qemu/host/await.sh" "$machine_root/await.sh"
cp "$here/selinux_host.sh" "$machine_root/selinux.sh"
cp "$here/security_cases.sh" "$machine_root/security_cases.sh"
machine_add_iproute2
machine_add_program "$build/helper/vmnet-helper" /usr/libexec/vmnet-helper
machine_add_program "$build/service/vmnet-helperd" /usr/libexec/vmnet-helperd
machine_add_program "$build/tools/vmnetctl" /usr/bin/vmnetctl
machine_add_program "$build/tests/lab/fdguest" /fdguest
machine_add_program "$build/tests/lab/ask" /ask
machine_add_program /bin/dash /stand-in
machine_add_program /usr/bin/runcon /usr/bin/runcon
machine_add_program /usr/bin/chcon /usr/bin/chcon
machine_add_program "$selinux_tree/sbin/load_policy" /sbin/load_policy
machine_add_program "$selinux_tree/sbin/setfiles" /sbin/setfiles
# The library that this machine need not have, where the loader looks.
mkdir -p "$machine_root/usr/lib/x86_64-linux-gnu" "$machine_root/etc/selinux"
find "$selinux_tree" -name libsepol.so.2 -exec cp {} "$machine_root/usr/lib/x86_64-linux-gnu/" \;
cp -R "$selinux_root/etc/selinux/default" "$machine_root/etc/selinux/default"
printf 'SELINUX=permissive\nSELINUXTYPE=default\n' >"$machine_root/etc/selinux/config"
machine_boot cloud tests=selinux selinux=1 security=selinux enforcing=0
echo 'PASSED: SELinux'
