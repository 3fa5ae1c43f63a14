#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_libvirt.sh CASE, run by tests/lab/lab.sh: libvirt in session mode, as an unprivileged user, starts the helper
# that its qemu.conf names. VMNET_HELPER is the helper under test, VMNET_HELPERD the service, VMNET_GUEST_DIR the
# directory that guest.sh made, with the tree of libvirt's packages in libvirt/root.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"
# shellcheck source-path=SCRIPTDIR source=service.sh
. "$here/service.sh"
# shellcheck source-path=SCRIPTDIR source=libvirt.sh
. "$here/libvirt.sh"

no_rule='access denied by acl file: no rule lets vmuser*br0*'

# The helper without privilege asks the service; without the service, virsh shows what to do.
case_session() {
    service_prepare "$VMNET_HELPER" "$VMNET_HELPERD"
    service_start
    libvirt_prepare "$vm_helper"
    check_granted
    check_denied br0 "$no_rule"
    service_stop
    check_denied virbr0 'no privilege: *or have the service give the tap*'
}

case_session_setuid() {
    libvirt_prepare "$vm_helper"
    check_granted
    check_denied br0 "$no_rule"
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
vm_prepare "$VMNET_GUEST_DIR" "$VMNET_HELPER"
write_rules 'allow virbr0'
network_start_dhcp virbr0 virbr0 192.168.122
"case_$1"
echo "PASSED: $1"
