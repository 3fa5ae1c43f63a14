# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced after vm.sh and checks.sh: libvirt in session mode, as vm.sh's user, with the tree of libvirt's packages in
# $VMNET_GUEST_DIR/libvirt/root. It starts $vm_helper.
# shellcheck disable=SC2154 # vm.sh sets vm_user and others

home=/run/lab/home
session=/run/lab/session

# libvirt_virsh ARGUMENT...: as vmuser; the first one starts that user's libvirtd.
libvirt_virsh() {
    (cd / && exec setpriv --reuid="$vm_user" --regid="$vm_user" --init-groups --inh-caps=-all \
        env -i PATH="$PATH" LC_ALL=C HOME="$home" XDG_RUNTIME_DIR="$session" \
        virsh --quiet --connect qemu:///session "$@") </dev/null
}

# libvirt_prepare [HELPER]: without HELPER, libvirt starts the one that it was built to start.
libvirt_prepare() {
    mount -t overlay -o "lowerdir=$VMNET_GUEST_DIR/libvirt/root/usr:/usr" overlay /usr
    mkdir -p "$home/.config/libvirt" "$session"
    [ $# = 0 ] || echo "bridge_helper = \"$1\"" >"$home/.config/libvirt/qemu.conf"
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
