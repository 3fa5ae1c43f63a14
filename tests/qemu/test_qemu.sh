#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_qemu.sh CASE, run by tests/lab/lab.sh: real QEMU, started by an unprivileged user, gets its NIC from the helper.
# VMNET_HELPER is the helper under test, VMNET_GUEST_DIR the directory that guest.sh made.
#
# Nearly every case is one spelling of QEMU's command line. With each the guest must take a DHCP lease, its tap must be
# a port of the right bridge, and the tap must go when the guest does.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"

# For rules with options; bridge.conf then allows nothing.
write_rules_d() {
    mkdir -m 755 /etc/vmnet/rules.d
    printf '%s\n' "$@" >/etc/vmnet/rules.d/10.rules
    chmod 644 /etc/vmnet/rules.d/10.rules
    write_rules '# nothing'
}

case_net_bridge() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -net nic,model=virtio-net-pci -net "bridge,br=virbr0,helper=$vm_helper"
}

case_net_bridge_default() {
    vm_kind=full
    check_spelling virbr0 '52:54:00:*' e1000 -net nic -net "bridge,br=virbr0,helper=$vm_helper"
}

case_net_bridge_macaddr() {
    check_spelling virbr0 52:54:00:ab:cd:01 virtio_net \
        -net nic,model=virtio-net-pci,macaddr=52:54:00:ab:cd:01 -net "bridge,br=virbr0,helper=$vm_helper"
}

case_netdev_bridge() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -netdev "bridge,id=hn0,br=virbr0,helper=$vm_helper" -device virtio-net-pci,netdev=hn0
}

case_netdev_bridge_mac() {
    check_spelling virbr0 52:54:00:ab:cd:02 virtio_net \
        -netdev "bridge,id=hn0,br=virbr0,helper=$vm_helper" \
        -device virtio-net-pci,netdev=hn0,mac=52:54:00:ab:cd:02
}

case_netdev_bridge_e1000() {
    vm_kind=full
    check_spelling virbr0 '52:54:00:*' e1000 \
        -netdev "bridge,id=hn0,br=virbr0,helper=$vm_helper" -device e1000,netdev=hn0
}

case_nic_bridge() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
}

case_nic_bridge_mac() {
    check_spelling virbr0 52:54:00:ab:cd:03 virtio_net \
        -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci,mac=52:54:00:ab:cd:03"
}

case_nic_bridge_e1000() {
    vm_kind=full
    check_spelling virbr0 52:54:00:ab:cd:04 e1000 \
        -nic "bridge,br=virbr0,helper=$vm_helper,model=e1000,mac=52:54:00:ab:cd:04"
}

# Without br= QEMU asks for br0.
case_nic_bridge_br0() {
    check_spelling br0 '52:54:00:*' virtio_net -nic "bridge,helper=$vm_helper,model=virtio-net-pci"
}

case_netdev_tap() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -netdev "tap,id=n,br=virbr0,helper=$vm_helper" -device virtio-net-pci,netdev=n
}

case_netdev_tap_br0() {
    check_spelling br0 '52:54:00:*' virtio_net \
        -netdev "tap,id=n,helper=$vm_helper" -device virtio-net-pci,netdev=n
}

# A helper with a blank in it is run by "sh -c".
case_netdev_tap_quoted() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -netdev "tap,id=n,helper=$vm_helper --br=virbr0" -device virtio-net-pci,netdev=n
}

case_netdev_bridge_quoted() {
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -netdev "bridge,id=n,helper=$vm_helper --use-vnet --br=virbr0" -device virtio-net-pci,netdev=n
}

# QEMU is no child of ours then, its exit status is not to be had.
case_daemonize() {
    vm_make_directory guest
    (vm_qemu guest -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci" \
        -daemonize -pidfile /run/lab/vm/guest/pid) </dev/null 2>/run/lab/vm/guest/stderr ||
        fail "QEMU with -daemonize ends with status $?"
    check_network guest virbr0 '52:54:00:*'
    vm_off guest
    expect 'stderr of QEMU' "$(cat /run/lab/vm/guest/stderr)" ''
    vm_await 120 'the tap to go' vm_no_taps
}

# The rules are readable by the members of kvm alone; the helper reads them as its caller.
case_group_kvm() {
    sed -i '/^kvm:/d' /etc/group
    echo 'kvm:x:4260:vmuser' >>/etc/group
    chown root:kvm /etc/qemu /etc/qemu/bridge.conf
    chmod 770 /etc/qemu
    chmod 640 /etc/qemu/bridge.conf
    check_spelling virbr0 '52:54:00:*' virtio_net \
        -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    vm_user=vmother
    check_refused '*vmnet-helper: */etc/qemu*'
}

case_denied() {
    write_rules 'allow br0' 'deny virbr0'
    check_refused "*vmnet-helper: access denied by acl file*virbr0*"
}

case_not_allowed() {
    write_rules 'allow br0'
    check_refused "*vmnet-helper: access denied by acl file*virbr0*"
}

# Through our address translation to a network that knows no way back to virbr0.
case_nat() {
    network_start_nat
    vm_start guest -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    check_network guest virbr0 '52:54:00:*'
    vm_ping guest 203.0.113.2
    check_off guest
}

# The same guest, moved to the bridge that the physical NIC is in: started again with another br=, and while it runs.
case_moved() {
    nic="helper=$vm_helper,model=virtio-net-pci,mac=52:54:00:ab:cd:05"
    vm_start guest -nic "bridge,br=virbr0,$nic"
    check_network guest virbr0 52:54:00:ab:cd:05
    check_off guest
    vm_start guest -nic "bridge,br=br0,$nic"
    check_network guest br0 52:54:00:ab:cd:05
    check_off guest
}

case_moved_alive() {
    vm_start guest -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    check_network guest virbr0 '52:54:00:*'
    ip link set "$(network_list_taps | cut -d ' ' -f 1)" master br0
    vm_renew_lease guest
    expect 'address of the guest' "$vm_address" '198.51.100.1[0-9][0-9]'
    expect 'taps' "$(network_list_taps)" 'tap* br0'
    vm_ping guest 198.51.100.1
    check_off guest
}

# Two guests on one bridge reach each other, and the host reaches both.
case_two_guests() {
    nic="bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    vm_start one -nic "$nic,mac=52:54:00:ab:cd:11"
    vm_start two -nic "$nic,mac=52:54:00:ab:cd:12"
    check_two_guests
    for address in "$vm_address" "$two"; do
        busybox ping -c 1 -W 60 "$address" >/dev/null || fail "no answer from the guest at $address"
    done
    vm_off one
    vm_off two
    vm_await 120 'the taps to go' vm_no_taps
}

# The tap of the only guest has taken so many frames from it.
has_sent() {
    for sent_file in /sys/class/net/tap*/statistics/rx_packets; do
        [ -e "$sent_file" ] && [ "$(cat "$sent_file")" -ge "$1" ] && return
    done
    return 1
}

# A guest with the address of the rule has a network; one with another address sends, and nobody hears it.
case_mac() {
    write_rules_d 'allow user vmuser bridge virbr0 mac 52:54:00:AB:cd:21'
    nic="bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    check_spelling virbr0 52:54:00:ab:cd:21 virtio_net -nic "$nic,mac=52:54:00:ab:cd:21"
    vm_start wrong -nic "$nic,mac=52:54:00:ab:cd:22"
    vm_await 600 'the guest to send' has_sent 5
    ! grep -q 52:54:00:ab:cd:22 /run/lab/virbr0.dhcp || fail 'its DHCP request was heard'
    grep -q 52:54:00:ab:cd:21 /run/lab/virbr0.dhcp || fail 'the server does not log requests'
    ! /usr/sbin/bridge fdb show br virbr0 | grep -q 52:54:00:ab:cd:22 || fail 'the bridge has learned its address'
    kill "$(cat /run/lab/vm/wrong/pid)"
    vm_await 300 'QEMU to end' vm_ended wrong
    vm_await 120 'the tap to go' vm_no_taps
}

# Two isolated guests: each has its lease from the host and reaches it, but not the other. A third is
# one too many.
case_isolated() {
    write_rules_d 'allow all bridge virbr0 limit 2 isolated'
    nic="bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    vm_start one -nic "$nic,mac=52:54:00:ab:cd:31"
    vm_start two -nic "$nic,mac=52:54:00:ab:cd:32"
    vm_await_lease two
    two=$vm_address
    vm_await_lease one
    vm_ping one 192.168.122.1
    vm_ping two 192.168.122.1
    vm_tell one "ping $two"
    vm_await 600 'guest one to give up' vm_said_or_ended one "$vm_lines" "ping $two "
    expect 'the ping from one to the other' "${vm_line##* }" failed
    busybox ping -c 1 -W 60 "$two" >/dev/null || fail "no answer from the guest at $two"
    vm_start third -nic "$nic"
    vm_await 300 'QEMU to give up' vm_ended third
    expect 'stderr of QEMU' "$(cat /run/lab/vm/third/stderr)" '*you hold 2 of 2 taps on bridge*virbr0*bridge helper failed*'
    vm_off one
    vm_off two
    vm_await 120 'the taps to go' vm_no_taps
}

# launch ARGUMENT...: start QEMU by vmnetctl run from now on
launch() {
    cp "$VMNETCTL" /run/lab/bin/vmnetctl
    vm_within="/run/lab/bin/vmnetctl run --helper $vm_helper $* --"
}

case_run() {
    launch --bridge virbr0 --mac 52:54:00:ab:cd:41
    check_spelling virbr0 52:54:00:ab:cd:41 virtio_net
}

case_run_name() {
    vm_kind=full
    launch --bridge virbr0 --name lan
    check_spelling virbr0 52:54:00:ab:cd:42 e1000 -device e1000,netdev=lan,mac=52:54:00:ab:cd:42
}

# A guest with the address that the rule wants, which run has added.
case_run_mac() {
    write_rules_d 'allow user vmuser bridge virbr0 mac 52:54:00:AB:cd:43'
    launch --bridge virbr0
    check_spelling virbr0 52:54:00:ab:cd:43 virtio_net
}

# several_used COUNT...: more than one queue has had interrupts
several_used() {
    used=0
    for count; do
        [ "$count" = 0 ] || used=$((used + 1))
    done
    [ "$used" -gt 1 ]
}

# Many flows from the host; datagrams of each are received by one queue.
check_queues() {
    /usr/bin/python3 -S -c '
import socket, sys
for _ in range(256):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (sys.argv[1], 9))' "$vm_address"
    vm_count_queues guest
    # shellcheck disable=SC2086 # numbers
    several_used $vm_queues
}

case_run_queues() {
    launch --bridge virbr0 --queues 4
    vm_start guest -smp 4
    check_network guest virbr0 '52:54:00:*'
    expect 'driver' "$vm_driver" virtio_net
    vm_await 120 'several queues to be used' check_queues
    expect 'interrupts of the queues' "$vm_queues" '* * * *'
    check_off guest
}

case_run_two_cards() {
    launch --bridge virbr0 --mac 52:54:00:ab:cd:44 --bridge br0 --mac 52:54:00:ab:cd:45
    vm_start guest
    vm_await_lease guest
    vm_check_unprivileged guest
    expect 'address of the first card' "$vm_address $vm_mac" '192.168.122.1* 52:54:00:ab:cd:44'
    expect 'taps' "$(network_list_taps | cut -d ' ' -f 2 | sort | tr '\n' ' ')" 'br0 virbr0 '
    vm_renew_lease guest eth1
    expect 'address of the second card' "$vm_address $vm_mac" '198.51.100.1* 52:54:00:ab:cd:45'
    vm_ping guest 192.168.122.1
    vm_ping guest 198.51.100.1
    check_off guest
}

# QEMU is killed: it cannot clean up, but its taps go.
case_run_killed() {
    launch --bridge virbr0 --bridge br0
    vm_start guest
    vm_await_lease guest
    expect 'taps' "$(network_list_taps | cut -d ' ' -f 2 | sort | tr '\n' ' ')" 'br0 virbr0 '
    kill -9 "$(cat /run/lab/vm/guest/pid)"
    status=0
    wait "$(cat /run/lab/vm/guest/pid)" || status=$?
    expect 'exit status' "$status" 137
    vm_await 120 'the taps to go' vm_no_taps
}

# check_never_started STATUS PATTERN QEMU
check_never_started() {
    status=0
    # shellcheck disable=SC2086 # words
    said=$(setpriv --reuid="$vm_user" --regid="$vm_user" --init-groups $vm_within "$3" 2>&1) || status=$?
    expect 'exit status' "$status" "$1"
    expect 'stderr' "$said" "$2"
    vm_await 120 'the tap to go' vm_no_taps
}

case_run_never_started() {
    launch --bridge virbr0
    PATH=/usr/bin:/bin check_never_started 127 "vmnetctl: cannot run 'qemu-system-pdp11': No such file or directory" \
        qemu-system-pdp11
    write_rules 'deny virbr0'
    check_never_started 77 'vmnet-helper: access denied by acl file*' qemu-system-x86_64
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
vm_prepare "$VMNET_GUEST_DIR" "$VMNET_HELPER"
write_rules 'allow virbr0' 'allow br0'
network_start_dhcp virbr0 virbr0 192.168.122
network_start_lan
"case_$1"
echo "PASSED: $1"
