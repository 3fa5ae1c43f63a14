# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced inside tests/lab/lab.sh, as root. The networks around the lab's two bridges:
#
#   virbr0  192.168.122.1/24, dnsmasq; masqueraded to 203.0.113.2 in the network namespace "outside"
#   br0     no address; its port phys0, a veth, stands for the host's physical NIC. After it, in the network namespace
#           "lan", is the network outside: 198.51.100.1/24 with its own dnsmasq
#
# Each dnsmasq writes /run/lab/INTERFACE.leases and /run/lab/INTERFACE.dhcp; that of the LAN is called "lan".

PATH=$PATH:/usr/sbin:/sbin

# network_start_dhcp NAME INTERFACE PREFIX COMMAND...: serve PREFIX.100 to PREFIX.199 on INTERFACE. COMMAND stands
# before dnsmasq, to start it elsewhere.
network_start_dhcp() {
    net_name=$1 net_interface=$2 net_prefix=$3
    shift 3
    net_log=/run/lab/$net_name.dhcp
    # Without --no-ping and --dhcp-authoritative a lease takes seconds. --port=0: no DNS.
    "$@" dnsmasq --conf-file=/dev/null --no-daemon --port=0 --interface="$net_interface" --except-interface=lo \
        --bind-interfaces --no-ping --dhcp-authoritative --dhcp-leasefile="/run/lab/$net_name.leases" \
        --dhcp-range="$net_prefix.100,$net_prefix.199,255.255.255.0,1h" >"$net_log" 2>&1 &
    net_pid=$!
    read -r net_now _ </proc/uptime
    net_end=$((${net_now%.*} + 300))
    until grep -q 'sockets bound' "$net_log"; do
        read -r net_now _ </proc/uptime
        if ! kill -0 "$net_pid" 2>/dev/null || [ "${net_now%.*}" -ge "$net_end" ]; then
            echo "network.sh: dnsmasq on $net_interface does not start:" >&2
            cat "$net_log" >&2
            return 1
        fi
        sleep 0.05
    done
}

# network_add NAMESPACE PORT: a network namespace, its eth0 connected to our interface PORT.
network_add() {
    ip netns add "$1"
    ip link add "$2" type veth peer name eth0 netns "$1"
    ip -n "$1" link set lo up
    ip -n "$1" link set eth0 up
    ip link set "$2" up
}

# "outside" has no route back to virbr0: what is answered there has been masqueraded.
network_start_nat() {
    network_add outside nat0
    ip address add 203.0.113.1/24 dev nat0
    ip -n outside address add 203.0.113.2/24 dev eth0
    echo 1 >/proc/sys/net/ipv4/ip_forward
    nft -f - <<'NFT'
table ip lab {
    chain postrouting {
        type nat hook postrouting priority srcnat;
        ip saddr 192.168.122.0/24 oifname "nat0" masquerade;
    }
}
NFT
}

network_start_lan() {
    network_add lan phys0
    ip link set phys0 master br0
    ip -n lan address add 198.51.100.1/24 dev eth0
    network_start_dhcp lan eth0 198.51.100 ip netns exec lan
}

# The taps that are there, one a line, with the name of their bridge after each.
network_list_taps() {
    for net_flags in /sys/class/net/*/tun_flags; do
        [ -e "$net_flags" ] || continue
        net_tap=${net_flags%/tun_flags}
        net_bridge=$(readlink "$net_tap/master") || net_bridge=none
        echo "${net_tap##*/} ${net_bridge##*/}"
    done
}
