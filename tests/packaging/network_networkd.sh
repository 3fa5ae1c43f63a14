#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_networkd.sh GUESTS SUITE BUILD: conf/network/networkd and vmnet-network.service, as installed, in a system of
# this suite of Debian that boots in namespaces (bookworm has systemd 252, trixie 257), with QEMU guests.
#
# Needs root, a build with its tests in BUILD, and Debian's qemu-system-x86 busybox-static dnsmasq-base iproute2
# nftables lz4; apt brings the system and the guests' kernel into GUESTS. Takes about half a minute, and one more to
# download.
set -eu

name=network packages=dbus
# shellcheck source-path=SCRIPTDIR source=network_world.sh
. "$(dirname "$0")/network_world.sh"

# Routes and routing rules that other programs have made, and that systemd-networkd could remove
show_foreign() {
    ip rule | grep -v 'iif vmbr0'
    ip route show type blackhole
    ip route show 198.51.100.0/24
    ip -4 address show dev nat0
}

case_start() {
    ip rule add not fwmark 51820 table 51820
    ip route add blackhole 198.18.0.0/15
    ip route add 198.51.100.0/24 via 203.0.113.2
    foreign=$(show_foreign)
    said=$(run systemctl enable --now vmnet-network.service 2>&1) || fail "the start: $said"
    expect 'the bridge' "$(ip -br address show dev vmbr0 | tr -s ' ')" "vmbr0 DOWN 192.168.150.1/24 $ula:1/64 "
    expect 'its MAC' "$(cat /sys/class/net/vmbr0/address)" 02:76:6d:62:72:30
    expect 'IPv6 forwarding' "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" 0
    expect 'the files' "$(run systemd-analyze verify --man=no vmnet-network.service 2>&1)" ''
    # A restart does no harm.
    run systemctl restart vmnet-network.service
}

case_guest() {
    check_guest one
}

# A reload or a restart of systemd-networkd leaves the tap alone.
case_tap() {
    before=$(ip address show dev "$tap")
    # Another package has a file that matches taps
    mkdir -p "$root/usr/local/lib/systemd/network"
    printf '%s\n' '[Match]' 'Name=tap*' '[Network]' Address=198.18.0.1/24 \
        >"$root/usr/local/lib/systemd/network/80-all.network"
    for command in 'networkctl reload' 'networkctl reconfigure vmbr0' 'systemctl restart systemd-networkd' \
        'systemctl reload vmnet-network'; do
        # shellcheck disable=SC2086 # a command
        run $command
        until_true is_set_up
        until_true is_left_alone # after a restart, it is not known at once
        echo "after $command: $(run networkctl list "$tap" | grep "$tap")"
        [ "$(ip address show dev "$tap")" = "$before" ] || fail "the tap has changed"
        vm_ping one 203.0.113.2
    done
    vm_renew_lease one
    expect 'address of the guest' "$vm_address" '192.168.150.1[0-9][0-9]'
    [ "$(show_foreign)" = "$foreign" ] || fail "foreign routes, rules or addresses have changed: $(show_foreign)"
}

is_left_alone() {
    run networkctl list "$tap" | grep -q " $tap *ether *enslaved *unmanaged"
}

is_set_up() {
    run networkctl list vmbr0 | grep -q 'routable *configured'
}

case_doctor() {
    check_doctor vmbr0 'networkd: it runs, and leaves taps alone, by /usr/lib/systemd/network/70-vmnet-tap.network'
}

# What a guest cannot reach, and who cannot reach a guest.
case_firewall() {
    busybox nc -ll -p 22 -e /bin/true &
    guest_start two vmbr0
    until_true nc_answers
    guest_connects one 203.0.113.2 53 open
    guest_connects one 192.168.150.1 22 closed
    guest_connects one 203.0.113.1 22 closed
    guest_connects one "$ula:1" 22 closed
    # Guests reach each other, also where their frames pass the firewall.
    vm_ping one "$vm_address"
    [ ! -e /proc/sys/net/bridge ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
    vm_ping one "$vm_address"
    # A host outside does not reach a guest, even with a route to it.
    ip -n outside route add 192.168.150.0/24 via 203.0.113.1
    ping_from_outside 192.168.150.1 || fail 'the host is not reached from outside'
    ! ping_from_outside "$vm_address" || fail 'a guest is reached from outside'
    ip -n outside route del 192.168.150.0/24
    vm_off two
}

# routed TO FROM: where a packet of a guest goes
routed() {
    ip route get "$1" from "$2" iif vmbr0 2>&1 || true
}

# Two guests whose ports are isolated could send each other packets by way of the host.
case_no_hairpin() {
    expect 'from guest to guest' "$(routed 192.168.150.102 192.168.150.101)" '*Permission denied'
    expect 'from guest to guest' "$(routed "$ula:102" "$ula:101")" '*Permission denied'
    expect 'from a guest to the host' "$(routed 192.168.150.1 192.168.150.101)" 'local 192.168.150.1 *'
    expect 'from a guest to others' "$(routed 203.0.113.2 192.168.150.101)" '203.0.113.2 *dev nat0*'
}

ping_from_outside() {
    ip netns exec outside busybox ping -c 2 -W 2 "$1" >/dev/null
}

nc_answers() {
    busybox nc -w 5 127.0.0.1 22 </dev/null
}

# nftables COMMAND: nftables.service flushes all tables. reset-failed: systemd refuses a unit that is started too often.
nftables() {
    run systemctl reset-failed nftables.service
    run systemctl "$1" nftables.service
}

case_nftables() {
    for command in start restart reload stop start; do
        nftables "$command"
        has_table || fail "there is no firewall after: $command nftables.service"
        vm_ping one 203.0.113.2
    done
    run systemctl -q is-active vmnet-network.service || fail 'vmnet-network.service is not active'
    # The administrator has given the bridge another MAC address
    ip link set dev vmbr0 address 02:76:6d:62:72:31
    nftables restart
    has_table || fail 'there is no firewall with another MAC'
    ip link set dev vmbr0 address 02:76:6d:62:72:30
}

has_table() {
    nft list table inet vmnet >/dev/null 2>&1
}

# With the two changes of README.md
case_ipv6_nat() {
    guest_cannot one 2001:db8:113::2
    run install -D -m 644 /usr/share/vmnet-network/ipv6-nat.conf /etc/systemd/network/70-vmbr0.network.d/ipv6-nat.conf
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    run networkctl reload
    until_true guest_reaches one 2001:db8:113::2
    run rm -r /etc/systemd/network/70-vmbr0.network.d
}

guest_reaches() {
    guest_says "$1" "try $2"
    [ "${vm_line##* }" = ok ]
}

# With a guest, the network stays; without, all is gone.
case_stop() {
    run systemctl stop vmnet-network.service
    expect 'the unit' "$(run systemctl is-active vmnet-network.service)" failed
    nftables restart
    has_table || fail 'the bridge stays, and its firewall does not'
    vm_ping one 203.0.113.2
    run systemctl start vmnet-network.service
    vm_ping one 203.0.113.2
    check_off one
    run systemctl stop vmnet-network.service
    [ ! -e /sys/class/net/vmbr0 ] || fail 'vmbr0 is left'
    nftables restart
    ! has_table || fail 'the table is left'
    ! ip rule | grep vmbr0 || fail 'rules are left'
    ! ip -6 rule | grep vmbr0 || fail 'rules of IPv6 are left'
    ! run ls /run/systemd/network | grep vmbr0 || fail 'files are left in /run/systemd/network'
    run systemctl restart systemd-networkd.service
    [ ! -e /sys/class/net/vmbr0 ] || fail 'vmbr0 is back'
    [ "$(show_foreign)" = "$foreign" ] || fail "foreign routes, rules or addresses have changed: $(show_foreign)"
}

# refused TEXT: the network does not start, says TEXT, and leaves nothing
refused() {
    ! run systemctl start vmnet-network.service 2>/dev/null || fail "it starts, in spite of: $1"
    run journalctl --no-pager -o cat -u vmnet-network.service -n 5 | grep -F "$1" || fail "it does not say: $1"
    ! has_table || fail 'the table is left'
}

# Another program's bridge, or another network with these addresses
case_in_the_way() {
    ip link add vmbr0 type bridge
    refused 'vmbr0 exists, and is not what'
    ip link del vmbr0
    ip address add 192.168.150.100/24 dev nat0
    refused '192.168.150.1/24 is in use on this host'
    ip address del 192.168.150.100/24 dev nat0
    ip route add 192.168.0.0/16 via 203.0.113.2
    refused "which has the route '192.168.0.0/16 via 203.0.113.2"
    ip route del 192.168.0.0/16
    run systemctl start vmnet-network.service || fail 'it does not start again'
}

world_make_outside
world_boot network
world_allow vmbr0
for case in start guest tap doctor firewall no_hairpin nftables ipv6_nat stop in_the_way; do
    echo "--- $case"
    "case_$case"
done
