#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_firewalls.sh GUESTS SUITE BUILD: vmbr0 as vmnet-network.service makes it, on hosts with firewalld, with ufw,
# and with the rules of Docker. With each, two QEMU guests do not get what the network is for, until the commands are
# run that conf/network/README.md prints for it. The guests then get that, and nothing more.
#
# Needs what network_networkd.sh needs. Takes about two minutes on a busy machine, and one more to download.
set -eu

name=firewalls packages='firewalld ufw iptables dbus'
# shellcheck source-path=SCRIPTDIR source=network_world.sh
. "$(dirname "$0")/network_world.sh"
host=192.168.150.1 outside=203.0.113.2 container=172.17.0.2

# What the scripts of the packages do, which tree.sh does not run
install_firewalls() {
    mkdir -p "$files/usr/sbin" "$files/usr/share/polkit-1/actions"
    for program in iptables ip6tables; do
        ln -s $program-nft "$files/usr/sbin/$program"
        ln -s $program-nft-save "$files/usr/sbin/$program-save"
        ln -s $program-nft-restore "$files/usr/sbin/$program-restore"
    done
    policy=org.fedoraproject.FirewallD1
    ln -s $policy.server.policy.choice "$files/usr/share/polkit-1/actions/$policy.policy"
}

configure_ufw() {
    run sh -c 'cd /usr/share/ufw
        cp iptables/before*.rules iptables/after*.rules iptables/user*.rules *.init ufw.conf /etc/ufw
        chmod 640 /etc/ufw/*.rules /etc/ufw/*.init'
}

# A network of the host that guests reach where no firewall prevents it
make_container() {
    network_add container docker0
    ip address add 172.17.0.1/16 dev docker0
    ip -n container address add $container/16 dev eth0
    ip -n container route add default via 172.17.0.1
    ip netns exec container busybox nc -ll -p 80 -e /bin/true &
}

# start_docker iptables|ip6tables: what Docker does to the table "filter" when it starts, with a network docker0. It
# leaves DOCKER-USER as it is.
start_docker() {
    run "$1" -F FORWARD
    run "$1" -N DOCKER-USER 2>/dev/null || true
    run "$1-restore" --noflush <<'RULES'
*filter
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-BRIDGE - [0:0]
:DOCKER-CT - [0:0]
:DOCKER-FORWARD - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
COMMIT
RULES
}

# type_lines HEADING [EDIT]: run the lines that README.md prints for this firewall, as root, after this edit of sed's
type_lines() {
    awk -v heading="### $1" '$0 == heading { on = 1; next } /^##/ { on = 0 } on && /^    / { print substr($0, 5) }' \
        "$tests/../conf/network/README.md" | sed "${2-}" >/run/lab/lines
    [ -s /run/lab/lines ] || fail "README.md has no commands for $1"
    while read -r line; do
        echo "# $line"
        run sh -c "$line" </dev/null >/run/lab/said 2>&1 || fail "$line: $(cat /run/lab/said)"
    done </run/lab/lines
}

# count CHAIN: the requests for a lease that it has seen
count() {
    nft list chain inet probe "$1" | sed -n 's/.* counter packets \([0-9]*\) .*/\1/p'
}

has_asked() {
    [ "$(count sent)" -ge 3 ]
}

# A guest asks three times for a lease, and the firewall drops that. It goes on to ask.
ask_in_vain() {
    nft -f - <<'NFT'
table inet probe {
    chain sent {
        type filter hook prerouting priority raw;
        iifname vmbr0 udp dport 67 counter
    }
    chain passed {
        type filter hook input priority 300;
        iifname vmbr0 udp dport 67 counter
    }
}
NFT
    vm_tell one lease
    until_true has_asked
    expect 'requests for a lease that pass the firewall' "$(count passed)" 0
    nft delete table inet probe
}

# What the network is for, and no more
all_is_well() {
    vm_renew_lease one
    expect 'address of the guest' "$vm_address" '192.168.150.1[0-9][0-9]'
    check_outside one
    guest_connects one $outside 53 open
    vm_ping one $host
    guest_connects one $host 53 open
    vm_ping one "$two"
    vm_ping one "$two_ipv6"
    guest_connects one $host 22 closed
    guest_connects one $container 80 closed
}

# check_ssh open|closed: port 22 of the host, where vmbr0.nft is not loaded
check_ssh() {
    nft delete table inet vmnet
    guest_connects one $host 53 open
    guest_connects one $host 22 "$1"
    run systemctl reload vmnet-network.service
}

case_none() {
    vm_ping one "$two"
    guest_connects one $outside 53 open
    guest_connects one $container 80 open
    check_ssh open
}

case_firewalld() {
    run systemctl start firewalld.service
    # As Docker and libvirt do with their networks: another zone than the network card's
    run firewall-cmd --permanent --zone=internal --add-interface=docker0
    guest_connects one $outside 53 closed
    ask_in_vain
    type_lines firewalld
    all_is_well
    run firewall-cmd --reload
    run systemctl restart firewalld.service
    all_is_well
    check_ssh closed
    run systemctl stop firewalld.service
}

case_ufw() {
    configure_ufw
    run ufw --force enable
    run systemctl start ufw.service
    guest_connects one $outside 53 closed
    ask_in_vain
    type_lines ufw
    all_is_well
    run ufw reload
    run systemctl restart ufw.service
    all_is_well
    # ufw lets pings pass anyway. The other guest refuses this, and our rule for frames between guests has seen it.
    guest_connects one "$two" 80 closed
    [ ! -e "$frames" ] || expect 'frames that our rule let pass' "$(run iptables -vnxL ufw-user-forward |
        awk '$6 == "vmbr0" && $7 == "vmbr0" { print $1 }')" '[1-9]*'
    check_ssh closed
    run ufw disable
}

case_docker() {
    for program in iptables ip6tables; do start_docker $program; done
    guest_connects one $outside 53 closed
    guest_cannot one $outside
    [ ! -e "$frames" ] || { guest_cannot one "$two"; guest_cannot one "$two_ipv6"; }
    vm_renew_lease one
    type_lines Docker
    type_lines Docker 's/^iptables/ip6tables/'
    all_is_well
    for program in iptables ip6tables; do start_docker $program; done
    all_is_well
}

# guest_await_prefix NAME: its address with IPv6 is $vm_ipv6
guest_await_prefix() {
    guest_says "$1" "prefix $ula"
    vm_ipv6=${vm_line##* is }
    expect "IPv6 address of guest $1" "$vm_ipv6" "$ula*"
}

uplink=eth0 # as README.md calls it
world_make_outside
make_container
install_firewalls
world_boot network
world_allow vmbr0
# As Docker has it: frames between guests pass the firewall, too.
frames=/proc/sys/net/bridge/bridge-nf-call-iptables
if [ -e "$frames" ]; then
    echo 1 >"$frames"
    echo 1 >/proc/sys/net/bridge/bridge-nf-call-ip6tables
else
    echo 'this kernel has no br_netfilter'
fi
run systemctl start vmnet-network.service
for port in 22 53; do
    busybox nc -ll -p $port -e /bin/true &
done
guest_start two vmbr0
two=$vm_address
guest_await_prefix two
two_ipv6=$vm_ipv6
guest_start one vmbr0
guest_await_prefix one
for case in none firewalld ufw docker; do
    echo "--- $case"
    "case_$case"
done
vm_off one
vm_off two
