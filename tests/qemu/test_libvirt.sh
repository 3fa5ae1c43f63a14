#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_libvirt.sh CASE, run by tests/lab/lab.sh: libvirt in session mode, as an unprivileged user, starts the helper
# that its qemu.conf names. VMNET_HELPER is the helper under test, VMNET_HELPERD the service, VMNET_GUEST_DIR the
# directory that guest.sh made, with the tree of libvirt's packages in libvirt/root.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=network.sh
. "$here/network.sh"
# shellcheck source-path=SCRIPTDIR source=vm.sh
. "$here/vm.sh"
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"
# shellcheck source-path=SCRIPTDIR source=service.sh
. "$here/service.sh"

home=/run/lab/home
session=/run/lab/session

# libvirt_virsh ARGUMENT...: as vmuser; the first one starts that user's libvirtd.
libvirt_virsh() {
    (cd / && exec setpriv --reuid="$vm_user" --regid="$vm_user" --init-groups --inh-caps=-all \
        env -i PATH="$PATH" LC_ALL=C HOME="$home" XDG_RUNTIME_DIR="$session" \
        virsh --quiet --connect qemu:///session "$@") </dev/null
}

libvirt_prepare() {
    mount -t overlay -o "lowerdir=$VMNET_GUEST_DIR/libvirt/root/usr:/usr" overlay /usr
    mkdir -p "$home/.config/libvirt" "$session"
    echo "bridge_helper = \"$vm_helper\"" >"$home/.config/libvirt/qemu.conf"
    chown -R "$vm_user:$vm_user" "$home/.config" "$session"
}

# libvirt_define BRIDGE: /run/lab/guest.xml describes a guest that vm.sh can talk to.
libvirt_define() {
    cat >/run/lab/guest.xml <<XML
<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>256</memory>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>/run/lab/guest/$vm_kind/vmlinux</kernel>
    <initrd>/run/lab/guest/$vm_kind/initramfs</initrd>
    <cmdline>$vm_kernel_options guest=guest</cmdline>
  </os>
  <features><acpi/></features>
  <devices>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    <serial type='pipe'><source path='/run/lab/vm/guest/console'/></serial>
    <interface type='bridge'>
      <mac address='52:54:00:ab:cd:61'/>
      <source bridge='$1'/>
      <model type='virtio'/>
    </interface>
  </devices>
</domain>
XML
}

libvirt_has_no_guest() {
    libvirt_guests=$(libvirt_virsh list --name) && [ -z "$libvirt_guests" ]
}

# A guest has its network until it powers off, and then its tap goes.
check_granted() {
    libvirt_define virbr0
    vm_make_directory guest
    libvirt_virsh create /run/lab/guest.xml >/run/lab/vm/guest/stderr 2>&1 || fail 'virsh cannot start the guest'
    cat "$session/libvirt/qemu/run/guest.pid" >/run/lab/vm/guest/pid
    check_network guest virbr0 52:54:00:ab:cd:61
    expect 'interface' "$(libvirt_virsh domiflist guest)" '*tap* bridge *virbr0 *virtio *52:54:00:ab:cd:61*'
    vm_off guest
    vm_await 120 'the tap to go' vm_no_taps
    vm_await 120 'libvirt to see that the guest has ended' libvirt_has_no_guest
}

# libvirt reads the helper's stderr in a thread of its own, and does not wait for that thread: one time in 25, it shows
# nothing of it, whichever helper it is.
libvirt_shows_stderr() {
    ! libvirt_virsh create /run/lab/guest.xml >/run/lab/vm/guest/stderr 2>&1 || fail 'virsh starts the guest'
    grep -q 'failed to communicate with bridge helper' /run/lab/vm/guest/stderr ||
        fail "virsh says '$(cat /run/lab/vm/guest/stderr)'"
    grep -q 'stderr=' /run/lab/vm/guest/stderr
}

# check_denied BRIDGE LINE: virsh shows how libvirt starts the helper, and the helper's line.
check_denied() {
    libvirt_define "$1"
    vm_make_directory guest
    vm_await 300 'the line of the helper' libvirt_shows_stderr
    expect 'what virsh says' "$(cat /run/lab/vm/guest/stderr)" \
        "*$vm_helper --use-vnet --br=$1 --fd=*: stderr=vmnet-helper: $2"
    expect 'taps' "$(network_list_taps)" ''
}

no_rule='access denied by acl file: no rule lets vmuser*br0*'

# The helper without privilege asks the service; without the service, virsh shows what to do.
case_session() {
    service_prepare "$VMNET_HELPER" "$VMNET_HELPERD"
    service_start
    libvirt_prepare
    check_granted
    check_denied br0 "$no_rule"
    service_stop
    check_denied virbr0 'no privilege: *or have the service give the tap*'
}

case_session_setuid() {
    libvirt_prepare
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
