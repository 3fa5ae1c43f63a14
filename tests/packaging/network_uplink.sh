#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_uplink.sh GUESTS SUITE BUILD networkd|NetworkManager: the bridge br0 of conf/network/networkd-uplink or
# conf/network/NetworkManager, whose port is the host's network card, with a QEMU guest. The host and the guest get
# their leases from a DHCP server of the network outside.
#
# Needs what network_networkd.sh needs. Takes about ten seconds, and one minute more to download.
set -eu

name=network packages=dbus
[ "$4" = networkd ] || name=nm packages='network-manager dbus dnsmasq-base'
# shellcheck source-path=SCRIPTDIR source=network_world.sh
. "$(dirname "$0")/network_world.sh"
conf=$tests/../conf/network

# adapt FILE INSTALLED MODE: install FILE with the changes that CHANGE THIS asks for
adapt() {
    sed "s/52:54:00:00:00:00/$mac/; s/=eth0/=phys0/" "$conf/$1" >"$root/$2"
    chmod "$3" "$root/$2"
}

start_networkd() {
    for file in 10-br0.netdev 10-br0.network 10-br0-port.network; do
        adapt "networkd-uplink/$file" "etc/systemd/network/$file" 644
    done
    cp "$conf/networkd/70-vmnet-tap.network" "$root/etc/systemd/network/"
    run systemctl start systemd-networkd.service
}

# The network card has a connection of its own, which br0-port replaces.
start_NetworkManager() {
    connections=etc/NetworkManager/system-connections
    printf '%s\n' '[connection]' id=phys0 type=ethernet interface-name=phys0 '[ipv4]' method=auto \
        >"$root/$connections/phys0.nmconnection"
    chmod 600 "$root/$connections/phys0.nmconnection"
    run systemctl start NetworkManager.service
    until_true has_lease phys0
    for file in br0.nmconnection br0-port.nmconnection; do
        adapt "NetworkManager/$file" "$connections/$file" 600
    done
    cp "$conf/NetworkManager/50-vmnet.conf" "$root/etc/NetworkManager/conf.d/"
    run nmcli general reload
    run nmcli connection reload
    run nmcli connection up br0-port
}

# has_lease INTERFACE
has_lease() {
    ip -4 -br address show dev "$1" 2>/dev/null | grep -q '198\.51\.100\.1[0-9][0-9]/24'
}

ip link del virbr0
ip link del br0
network_add lan phys0
ip -n lan address add 198.51.100.1/24 dev eth0
network_start_dhcp lan eth0 198.51.100 ip netns exec lan
mac=$(cat /sys/class/net/phys0/address)
world_boot none
world_allow br0
"start_$4"
until_true has_lease br0
ip -4 -br address show dev br0
expect 'the lease of the host' "$(cut -d ' ' -f 2 /run/lab/lan.leases)" "$mac"
expect 'the bridge of the network card' "$(readlink /sys/class/net/phys0/master)" '*/br0'
guest_start one br0
expect 'address of the guest' "$vm_address" '198.51.100.1[0-9][0-9]'
vm_ping one 198.51.100.1
[ "$4" != networkd ] || check_doctor br0 "networkd: it runs, and leaves taps alone, by"
vm_off one
