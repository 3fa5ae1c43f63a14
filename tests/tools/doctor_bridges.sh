#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_bridges.sh VMNETCTL, as root in lab.sh's world: bridges that forward nothing, or late, or on
# which guests get no address.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

result ok bridges "'virbr0' is up, has the address 192.168.122.1, and 0 ports"
result ok bridges "'br0' is up, has no IPv4 address, and 0 ports"
doctor 0 br0
says_not virbr0\'

# Not there, or no bridge.
doctor 1 gone
result fail bridges "there is no interface 'gone' in this network namespace" \
    'as root, ip link add gone type bridge && ip link set dev gone up'
says_not 'did you mean'
doctor 1 virbr
result fail bridges "there is no interface 'virbr' in this network namespace; did you mean 'virbr0'?"
doctor 1 lo
result fail bridges "'lo' is an interface, but not a bridge" 'ip link show type bridge'
# shellcheck disable=SC2016 # it is the name
doctor 1 'a;$(id)'
result fail bridges 'there is no interface' 'ip link add BRIDGE type bridge'

ip link property add dev br0 altname other-name
doctor 1 other-name
result fail bridges "'other-name' is only another name of 'br0'" "'ip link' shows first"

# Down: it fails if it was asked about, or the user may use it.
ip link set br0 down
doctor 1
result fail bridges "'br0' is down, and forwards nothing" 'as root: ip link set dev br0 up'
run 0 "$ctl" doctor # no rule is for root
result note bridges "'br0' is down"
run 1 "$ctl" doctor br0
result fail bridges "'br0' is down"
ip link set br0 up
doctor 0
result ok bridges "'br0' is up"

# STP with a delay. libvirt's networks have the least.
ip link set br0 type bridge stp_state 1 forward_delay 1500
doctor 0
result note bridges "'br0' runs STP with a forward delay of 15 s, so a new port forwards nothing for 30 s" \
    'as root, ip link set dev br0 type bridge stp_state 0'
ip link set br0 type bridge forward_delay 200
doctor 0
says_not 'runs STP'
ip link set br0 type bridge stp_state 0 forward_delay 1500
doctor 0
says_not 'runs STP'

# An address that changes.
says_not 'no fixed MAC'
ip link add br1 type bridge
ip link set br1 up
doctor 0
result note bridges "'br1' has no fixed MAC address" \
    "as root: ip link set dev br1 address $(cat /sys/class/net/br1/address)"
ip link set dev br1 address "$(cat /sys/class/net/br1/address)" # what it says helps
doctor 0
says_not 'no fixed MAC'
ip link del br1

# A DHCP server.
result note bridges "'br0' has no physical port, and this host has no address on it to serve DHCP from" \
    'dnsmasq --interface=br0 --bind-interfaces'
result note bridges "'virbr0' has no physical port, and no program" 'net-start default'
/usr/bin/python3 -c 'import os, socket, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", 67))
open("serves", "w").close()
time.sleep(1000)' &
server=$!
until [ -e serves ]; do
    kill -0 "$server" || fail 'no server'
    sleep 0.01
done
doctor 0
says_not 'serves DHCP'
# It may be the one of virbr0.
result note bridges "'br0' has no physical port, and this host has no address on it"
ip address add 192.0.2.1/24 dev br0
doctor 0
says_not "'br0' has no physical port"
ip address del 192.0.2.1/24 dev br0
kill "$server"
wait "$server" 2>/dev/null || true

# A physical port; no device is at hand, so sysfs shows one for a port that has none.
ip link add port0 type veth peer name peer0
ip link set port0 master br0
doctor 0
result ok bridges "'br0' is up, has no IPv4 address, and 1 port"
doctor 1 port0
result fail bridges "'port0' is an interface, but not a bridge" "it is a port of 'br0': ask for that"
# shown INTERFACE DIRECTORY...: sysfs shows it with these
shown() {
    shown=/sys/devices/virtual/net/$1
    cat "$shown/address" >address
    cat "$shown/ifindex" >ifindex
    shift
    cover "$shown"
    cp address ifindex "$shown"
    for directory; do
        mkdir "$shown/$directory"
    done
}
shown port0 device
ip link set port0 up
doctor 1
result fail bridges "no physical port of 'br0' has a link" 'check the cable; as root: ip link set dev port0 up'
run 0 "$ctl" doctor
result note bridges "no physical port of 'br0' has a link"
ip link set peer0 up
doctor 0
says_not 'has a link'
says_not "'br0' has no physical port" # DHCP is the network's
# A VLAN or a bond of one leads there, too.
ip link set peer0 master br0
ip link set port0 nomaster
doctor 0
result note bridges "'br0' has no physical port"
shown peer0 lower_port0 lower_peer0
doctor 0
says_not "'br0' has no physical port"

# libvirt's network that is defined and not started.
doctor 0
result ok libvirt-network 'virbr0 exists'
ip link del virbr0
rm -rf /etc/libvirt
doctor 0
result ok libvirt-network "no network 'default' of libvirt is seen here"
mkdir -p /etc/libvirt/qemu/networks
echo '<network/>' >/etc/libvirt/qemu/networks/default.xml
doctor 1
result fail libvirt-network "libvirt's network 'default' is defined and not started" \
    'virsh --connect qemu:///system net-start default; and at each boot: '
doctor 0 br0
result note libvirt-network "libvirt's network 'default' is defined and not started"
doctor 1 virbr0
result fail bridges "there is no interface 'virbr0'" 'virsh --connect qemu:///system net-start default'
ip link del port0
ip link del br0
doctor 1
result fail bridges 'there is no bridge in this network namespace' 'net-start default'
run 0 as_without_netlink vmuser "$ctl" doctor br0
result note bridges 'unknown, since the kernel did not list the interfaces: Permission denied' 'netlink(7)'
run 0 as_without_netlink vmuser "$ctl" doctor
result note bridges 'unknown, since the kernel did not list the interfaces'
