#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_ifupdown.sh GUESTS SUITE BUILD: conf/network/ifupdown, by ifup, dnsmasq and nft, with a QEMU guest.
#
# Needs what network_networkd.sh needs. Takes about ten seconds, and one minute more to download.
set -eu

name=ifupdown packages='ifupdown dnsmasq-base'
# shellcheck source-path=SCRIPTDIR source=network_world.sh
. "$(dirname "$0")/network_world.sh"
conf=$tests/../conf/network

has_no_dnsmasq() {
    ! run pgrep -x dnsmasq >/dev/null
}

# A guest advertises itself as the router, with a high preference.
advertise_router() {
    ip netns add rogue
    ip link add rogue type veth peer name eth0 netns rogue
    ip link set rogue master vmbr0 up
    ip netns exec rogue sysctl -q -w net.ipv6.conf.eth0.accept_dad=0 # else it has no address yet
    ip -n rogue link set eth0 up
    ip netns exec rogue /usr/bin/python3 -S -c '
import socket, struct
guest = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
guest.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
guest.sendto(struct.pack("!BBHBBHII", 134, 0, 0, 64, 8, 1800, 0, 0), ("ff02::1", 0, 0, socket.if_nametoindex("eth0")))'
    # The host has received it before this.
    ip netns exec rogue busybox ping -c 1 -W 60 fe80::76:6dff:fe62:7230%eth0 >/dev/null ||
        fail 'the host is not reached'
    ip link del rogue
    ip netns del rogue
}

case_rogue() {
    expect 'router advertisements on vmbr0' "$(cat /proc/sys/net/ipv6/conf/vmbr0/accept_ra)" 0
    advertise_router
    expect 'routers' "$(ip -6 route show default)" 'default via 2001:db8:113::2 dev nat0 metric 1024*'
    # By the firewall alone
    echo 1 >/proc/sys/net/ipv6/conf/vmbr0/accept_ra
    advertise_router
    expect 'routers' "$(ip -6 route show default)" 'default via 2001:db8:113::2 dev nat0 metric 1024*'
    expect 'from guest to guest' "$(ip route get 192.168.150.102 from 192.168.150.101 iif vmbr0 2>&1 || true)" \
        '*Permission denied'
}

world_make_outside
world_boot none
world_allow vmbr0
mkdir -p "$root/etc/vmnet" "$root/etc/network/interfaces.d"
echo 'source /etc/network/interfaces.d/*' >"$root/etc/network/interfaces"
cp "$conf/ifupdown/vmbr0" "$root/etc/network/interfaces.d/"
cp "$conf/ifupdown/vmbr0.dnsmasq" "$conf/networkd/vmbr0.nft" "$root/etc/vmnet/"

run ifup vmbr0
expect 'the bridge' "$(ip -br address show dev vmbr0 | tr -s ' ')" "vmbr0 DOWN 192.168.150.1/24 $ula:1/64 "
check_guest one
guest_cannot one 2001:db8:113::2
case_rogue
check_doctor vmbr0 'networkd: it does not run'
check_off one
said=$(run ifdown vmbr0 2>&1) || fail "ifdown: $said"
expect 'ifdown' "$said" ''
[ ! -e /sys/class/net/vmbr0 ] || fail 'vmbr0 is left'
! nft list table inet vmnet >/dev/null 2>&1 || fail 'the table is left'
! { ip rule && ip -6 rule; } | grep vmbr0 || fail 'rules are left'
until_true has_no_dnsmasq
