#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_nm.sh GUESTS SUITE BUILD: NetworkManager, which has the host's network card, and vmbr0 with a QEMU guest
# (bookworm has NetworkManager 1.42, trixie 1.52). First vmbr0 is systemd-networkd's, as vmnet-network.service has it:
# whatever NetworkManager does, the guest stays on the network. Then NetworkManager makes vmbr0, and removes the tap
# from it, and 'vmnetctl status' shows the command that plugs it in again.
#
# Needs what network_networkd.sh needs. Takes about a minute, and one more to download.
set -eu

name=nm packages='network-manager dbus dnsmasq-base'
# shellcheck source-path=SCRIPTDIR source=network_world.sh
. "$(dirname "$0")/network_world.sh"
connections=$root/etc/NetworkManager/system-connections
conf=$tests/../conf/network/NetworkManager

# The uplink is a connection of NetworkManager, which takes over what it finds if it is the same.
write_uplink() {
    cat >"$connections/nat0.nmconnection" <<'FILE'
[connection]
id=nat0
type=ethernet
interface-name=nat0

[ipv4]
method=manual
address1=203.0.113.1/24,203.0.113.2
dns=203.0.113.2

[ipv6]
method=manual
address1=2001:db8:113::1/64,2001:db8:113::2
FILE
    chmod 600 "$connections/nat0.nmconnection"
}

has_uplink() {
    grep -q 203.0.113.2 "$root/etc/resolv.conf" && ip route show default | grep -q 'proto static'
}

is_up() {
    run nmcli -g GENERAL.STATE device show "$1" | grep -q '^100 '
}

# In the bridge, and up
is_plugged() {
    [ "$(network_list_taps)" = "$tap vmbr0" ] && ip -br link show dev "$tap" | grep -q LOWER_UP
}

case_beside() {
    run systemctl start NetworkManager.service
    until_true has_uplink
    run systemctl start vmnet-network.service
    guest_start one vmbr0
    check_outside one
    for command in 'nmcli general reload' 'nmcli connection up nat0' 'nmcli networking off' 'nmcli networking on' \
        'systemctl restart NetworkManager.service'; do
        # shellcheck disable=SC2086 # a command
        run $command
        is_plugged || fail "after $command: $(ip link)"
    done
    until_true is_up nat0
    vm_ping one 203.0.113.2
    run nmcli device
    check_doctor vmbr0 'network-manager: it runs, and is configured to leave taps alone'
    check_off one
    run systemctl stop vmnet-network.service
}

case_own() {
    install -m 600 "$conf/vmbr0.nmconnection" "$connections/"
    run rm /usr/lib/NetworkManager/conf.d/50-vmnet-network.conf
    install -m 644 "$conf/50-vmnet.conf" "$root/etc/NetworkManager/conf.d/"
    run systemctl restart NetworkManager.service
    until_true is_up vmbr0
    guest_start one vmbr0
    expect 'address of the guest' "$vm_address" '192.168.150.*'
    check_outside one
    expect 'state of the tap' "$(run nmcli -g GENERAL.STATE device show "$tap")" '10 (unmanaged)'
    run setpriv --reuid vmuser --regid vmuser --init-groups vmnetctl doctor vmbr0 |
        grep "network-manager: it has made 'vmbr0'" || fail 'doctor does not say it'
}

# If this fails with a new NetworkManager because the tap stays plugged in, README.md and the messages can say less.
case_cure() {
    run nmcli connection up vmbr0
    until_true is_unplugged
    said=$(run vmnetctl status) || true
    cure="ip link set dev $tap master vmbr0"
    case $said in
    *"as root: $cure"*) echo "$said" ;;
    *) fail "vmnetctl status does not say '$cure': $said" ;;
    esac
    until_true is_up vmbr0
    # shellcheck disable=SC2086 # a command
    $cure
    is_plugged || fail "after $cure: $(ip link)"
    vm_ping one 203.0.113.2
    vm_off one
}

is_unplugged() {
    [ "$(network_list_taps)" = "$tap none" ]
}

world_make_outside
world_boot network
world_allow vmbr0
write_uplink
for case in beside own cure; do
    echo "--- $case"
    "case_$case"
done
