#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_libvirt.sh DEBS CASE, run by tests/lab/lab.sh: libvirt in session mode, as an unprivileged user, starts the
# helper from the packages in DEBS. VMNET_GUEST_DIR is the directory that tests/qemu/guest.sh made, with the tree of
# libvirt's packages in libvirt/root.
set -eu

debs=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=deb_world.sh
. "$here/deb_world.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/checks.sh
. "$here/../qemu/checks.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/service.sh
. "$here/../qemu/service.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/libvirt.sh
. "$here/../qemu/libvirt.sh"

no_rule='access denied by acl file: no rule lets vmuser*br0*'

# qemu.conf names the helper.
case_named() {
    do_dpkg --install "$(deb vmnet-helper)"
    libvirt_prepare "$vm_helper"
    check_granted
    check_denied br0 "$no_rule"
}

# Nothing names a helper: libvirt starts what is in the place of QEMU's, as virt-manager and GNOME Boxes expect.
case_default() {
    vm_helper=/usr/lib/qemu/qemu-bridge-helper
    do_dpkg --install "$(deb vmnet-helper)" "$(deb vmnet-helper-default)"
    [ "$(head -c 2 "$vm_helper")" = '#!' ] || fail "$vm_helper is QEMU's own"
    libvirt_prepare
    check_granted
    check_denied br0 "$no_rule"
}

# An override leaves the helper to a group, which vmuser is in.
case_group() {
    dpkg-statoverride --add root vmgroup 4750 "$helper"
    do_dpkg --install "$(deb vmnet-helper)"
    expect 'mode of the helper' "$(mode "$helper")" 'regular file 4750 root:vmgroup'
    libvirt_prepare "$vm_helper"
    check_granted
}

# No program is setuid: the service gives the tap. Without it, virsh shows what to do.
case_service() {
    dpkg-statoverride --add root root 0755 "$helper"
    do_dpkg --install "$(deb vmnet-helper)" "$(deb vmnet-helperd)"
    expect 'mode of the helper' "$(mode "$helper")" 'regular file 755 root:root'
    service=/usr/libexec/vmnet-helperd
    mkdir /run/vmnet
    service_start
    libvirt_prepare "$vm_helper"
    check_granted
    check_denied br0 "$no_rule"
    service_stop
    check_denied virbr0 'no privilege: *'
}

case $2 in
*[!a-z0-9_]*) fail "no such case: $2" ;;
esac
mkdir /run/lab/guest /run/lab/vm
mount --bind "$VMNET_GUEST_DIR" /run/lab/guest
vm_helper=$helper
write_rules 'allow virbr0'
network_start_dhcp virbr0 virbr0 192.168.122
"case_$2"
echo "PASSED: $2"
