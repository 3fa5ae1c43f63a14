#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_service.sh CASE, run by tests/lab/lab.sh: real QEMU where a setuid program gains nothing, and where none is.
# VMNET_HELPER is the helper under test, VMNET_HELPERD the service, VMNET_GUEST_DIR the directory that guest.sh made.
#
# The helper that QEMU starts has no privilege at all, and asks the service. As in test_qemu.sh, the guest must take a
# DHCP lease, its tap must be a port of the bridge, and the tap must go when the guest does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"
# shellcheck source-path=SCRIPTDIR source=service.sh
. "$here/service.sh"

nic_bridge() {
    echo "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
}

# check_guest ARGUMENT...: a guest has its network as long as QEMU runs.
check_guest() {
    vm_start guest "$@"
    check_lease guest virbr0 '52:54:00:*'
    check_off guest
}

# check_sandboxed ARGUMENT...: the same, and QEMU runs under no_new_privs and a seccomp filter.
check_sandboxed() {
    vm_start guest "$@"
    check_network guest virbr0 '52:54:00:*'
    expect 'no_new_privs and seccomp of QEMU' \
        "$(awk '/^(NoNewPrivs|Seccomp):/ { printf "%s ", $2 }' "/proc/$(cat /run/lab/vm/guest/pid)/status")" '1 2 '
    check_off guest
}

# check_fails PATTERN ARGUMENT...: QEMU, with these arguments too, ends; the line that it shows matches.
check_fails() {
    pattern=$1
    shift
    vm_start refused "$@" -nic "$(nic_bridge)"
    vm_await 300 'QEMU to give up' vm_ended refused
    status=0
    wait "$(cat /run/lab/vm/refused/pid)" || status=$?
    expect 'stderr of QEMU' "$(cat /run/lab/vm/refused/stderr)" "$pattern"
    expect 'taps' "$(network_list_taps)" ''
}

# Each way to write down what a sandbox of QEMU's lets it do.
case_sandbox() {
    check_sandboxed -sandbox on -nic "$(nic_bridge)"
}

case_sandbox_elevateprivileges_deny() {
    check_sandboxed -sandbox on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny \
        -netdev "bridge,id=n,br=virbr0,helper=$vm_helper" -device virtio-net-pci,netdev=n
}

case_sandbox_elevateprivileges_children() {
    check_sandboxed -sandbox on,elevateprivileges=children \
        -netdev "tap,id=n,br=virbr0,helper=$vm_helper" -device virtio-net-pci,netdev=n
}

# By "sh -c", for the blank.
case_sandbox_spawn_allow() {
    check_sandboxed -sandbox on,spawn=allow \
        -netdev "tap,id=n,helper=$vm_helper --br=virbr0" -device virtio-net-pci,netdev=n
}

# QEMU then cannot start any helper: the kernel kills it with SIGSYS when it tries, and it says nothing.
case_sandbox_spawn_deny() {
    check_fails '' -sandbox on,spawn=deny
    expect 'exit status of QEMU' "$status" 159
}

# The rules are those of the setuid helper, and so is the line on stderr.
case_denied() {
    write_rules 'allow br0' 'deny virbr0'
    check_refused '*vmnet-helper: access denied by acl file*virbr0*'
    of_service=$(grep '^vmnet-helper: ' /run/lab/vm/refused/stderr)
    vm_helper=$setuid_helper
    check_refused '*vmnet-helper: access denied by acl file*virbr0*'
    expect 'what the setuid helper says' "$(grep '^vmnet-helper: ' /run/lab/vm/refused/stderr)" "$of_service"
}

# Without the service, both helpers say why they have no privilege, and how to start the service.
case_absent() {
    service_stop
    check_fails "*vmnet-helper: no privilege: the program is not setuid root*or have the service give the tap: *'systemctl enable --now \
vmnet-helper.socket'*bridge helper failed*"
    vm_helper=$setuid_helper
    check_fails "*vmnet-helper: no privilege: no_new_privs is set*or have the service give the tap: *'systemctl enable --now \
vmnet-helper.socket'*bridge helper failed*" -sandbox on
    service_start
    check_sandboxed -sandbox on -nic "$(nic_bridge)" # the same program asks the service
}

# NoNewPrivileges= of a unit.
case_no_new_privs() {
    vm_within='setpriv --no-new-privs'
    check_guest -nic "$(nic_bridge)"
}

# A guest of the service and one of the setuid helper are on the same bridge.
case_both_helpers() {
    vm_start one -nic "$(nic_bridge)",mac=52:54:00:ab:cd:11 -sandbox on
    vm_helper=$setuid_helper
    vm_start two -nic "$(nic_bridge)",mac=52:54:00:ab:cd:12
    check_two_guests
    vm_off one
    vm_off two
    vm_await 120 'the taps to go' vm_no_taps
}

# Nobody else holds the tap.
case_killed() {
    vm_start guest -nic "$(nic_bridge)" -sandbox on
    check_network guest virbr0 '52:54:00:*'
    kill -KILL "$(cat /run/lab/vm/guest/pid)"
    vm_await 120 'the tap to go' vm_no_taps
}

# What a guest has does not depend on the service; and the service that comes back serves the next one.
case_restarted() {
    vm_start guest -nic "$(nic_bridge)" -sandbox on
    check_network guest virbr0 '52:54:00:*'
    tap=$(network_list_taps)
    service_stop
    vm_renew_lease guest
    vm_ping guest 192.168.122.1
    service_start
    vm_ping guest 192.168.122.1
    expect 'the tap' "$(network_list_taps)" "$tap"
    vm_start next -nic "$(nic_bridge)" -sandbox on
    vm_await_lease next
    vm_ping next 192.168.122.1
    vm_off next
    check_off guest
}

# In a user namespace that the caller has made, and in which he is root.
case_user_namespace() {
    vm_within='unshare --user --map-root-user'
    check_guest -nic "$(nic_bridge)"
}

case_user_namespace_own_network() {
    vm_within='unshare --user --map-root-user --net'
    check_refused "*vmnet-helper: *you are in a network namespace other than that of bridge *virbr0*network: any*"
}

# bubblewrap's sandboxes, each with what QEMU and the helper need; /run is a tmpfs.
sandbox='bwrap --die-with-parent --unshare-all --ro-bind / / --dev /dev --proc /proc --tmpfs /run
    --bind /run/lab /run/lab'

case_bwrap() {
    vm_within="$sandbox --share-net --bind /run/vmnet /run/vmnet"
    check_guest -nic "$(nic_bridge)"
}

# Its own network namespace is not one that a rule speaks of, unless the administrator says so.
case_bwrap_own_network() {
    vm_within="$sandbox --bind /run/vmnet /run/vmnet"
    check_refused "*vmnet-helper: *you are in a network namespace other than that of bridge *virbr0*network: any*"
    printf '%s\n' 'acl: files qemu' 'network: any' >/etc/vmnet/switch.conf
    chmod 644 /etc/vmnet/switch.conf
    check_guest -nic "$(nic_bridge)"
}

# Setuid or not, and with a service or without: what is not seen in the sandbox cannot be asked.
case_bwrap_without_socket() {
    vm_within="$sandbox --share-net"
    check_refused '*vmnet-helper: no privilege: *or have the service give the tap*'
    vm_helper=$setuid_helper
    check_refused '*vmnet-helper: no privilege: *or have the service give the tap*'
}

# As flatpak run --share=network --filesystem=/run/vmnet lays it out: a runtime's /usr, nothing of the host but what is
# permitted. Here the runtime is the host's, and /run/lab is where the application keeps its files.
case_flatpak() {
    vm_within='bwrap --die-with-parent --unshare-user --unshare-pid --unshare-ipc --ro-bind /usr /usr
        --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --symlink usr/sbin /sbin
        --ro-bind /etc/passwd /etc/passwd --ro-bind /etc/group /etc/group --ro-bind /etc/ld.so.cache /etc/ld.so.cache
        --proc /proc --dev /dev --bind /run/lab /run/lab --bind /run/vmnet /run/vmnet'
    check_guest -nic "$(nic_bridge)"
}

# As toolbox and distrobox lay it out: the host's files are below /run/host, and its network is the container's.
case_toolbox() {
    vm_within="bwrap --die-with-parent --unshare-user --unshare-pid --ro-bind / / --dev /dev --proc /proc --tmpfs /run
        --bind /run/lab /run/lab --bind / /run/host"
    check_guest -nic "$(nic_bridge)"
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
vm_prepare "$VMNET_GUEST_DIR" "$VMNET_HELPER"
service_prepare "$VMNET_HELPER" "$VMNET_HELPERD"
write_rules 'allow virbr0' 'allow br0'
network_start_dhcp virbr0 virbr0 192.168.122
service_start
"case_$1"
service_stop
echo "PASSED: $1"
