# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the tests of conf/network in this directory, whose arguments are GUESTS SUITE BUILD...: in the world of
# tests/systemd/run.sh, where the test is started again, a system that boots with the programs and the network set that
# are installed, and a network outside of it:
#
#   nat0    203.0.113.1/24, 2001:db8:113::1/64: the host's uplink, with the default routes to .2 and ::2, which are in
#           the network namespace "outside". That has no route to vmbr0, and a DNS server that knows outside.example
#
# Guests run under QEMU, outside of the system, in its network. The caller sets $packages, which the tree of SUITE has
# besides, and $name, what that is called; the tree and the guests' kernel are made below GUESTS.
# shellcheck disable=SC2154

tests=$(cd "$(dirname "$0")/.." && pwd)
if [ "${NETWORK_INSIDE-}" != 1 ]; then
    sh "$tests/qemu/guest.sh" "$1" cloud
    # shellcheck disable=SC2086 # a list
    sh "$tests/systemd/tree.sh" "$1" "$2" "$name" $packages nftables iproute2 libjansson4 libcap2
    export NETWORK_INSIDE=1 FDGUEST="$3/tests/lab/fdguest" VMNET_ASK="$3/tests/lab/ask" \
        VMNET_NEEDY="$3/tests/systemd/libnss_vmneedy.so.2"
    exec sh "$tests/systemd/run.sh" sh "$0" "$@"
fi
TREE=$1/systemd-$2-$name GUESTS=$1 BUILD=$3
# shellcheck source-path=SCRIPTDIR source=../systemd/system.sh
. "$tests/systemd/system.sh"
here=$tests/systemd
# shellcheck source-path=SCRIPTDIR source=../qemu/checks.sh
. "$tests/qemu/checks.sh"
ula=fdc5:13df:3688:150: # of vmbr0
uplink=nat0 # the name, which a test may change

fail() {
    echo "FAILED: $*" >&2
    vm_show_logs >&2
    [ -z "${init-}" ] || run journalctl --no-pager -n 60 -o short-monotonic >&2 || true
    { ip address; ip route; ip -6 route; nft list ruleset; } >&2 || true
    exit 1
}

world_make_outside() {
    ip link del virbr0
    ip link del br0
    network_add outside "$uplink"
    ip address add 203.0.113.1/24 dev "$uplink"
    ip address add 2001:db8:113::1/64 dev "$uplink" nodad
    ip -n outside address add 203.0.113.2/24 dev eth0
    ip -n outside address add 2001:db8:113::2/64 dev eth0 nodad
    ip route add default via 203.0.113.2
    ip -6 route add default via 2001:db8:113::2
    ip netns exec outside dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --listen-address=203.0.113.2 \
        --bind-interfaces --address=/outside.example/203.0.113.77 --pid-file=/run/lab/outside.pid
}

# world_boot [COMPONENT]: the programs are installed, and this component of "cmake --install"
world_boot() {
    mkdir -p "$files/etc"
    DESTDIR=$files cmake --install "$BUILD" --prefix /usr --component "$1" >/dev/null
    echo 'nameserver 203.0.113.2' >"$files/etc/resolv.conf"
    for account in messagebus:100 systemd-network:101; do
        grep -q "^${account%:*}:" /etc/passwd ||
            echo "${account%:*}:x:${account#*:}:65534::/:/usr/sbin/nologin" >>/etc/passwd
    done
    boot
    vm_prepare "$GUESTS" "$root/usr/libexec/vmnet-helper"
}

# world_allow BRIDGE: to vmuser, in the system and where QEMU runs
world_allow() {
    rules "allow $1"
    chmod 644 "$root/etc/qemu/bridge.conf"
    cp -p "$root/etc/qemu/bridge.conf" /etc/qemu/bridge.conf
}

# guest_start NAME BRIDGE: its lease is $vm_address, its tap is $tap
guest_start() {
    guest_count=$((${guest_count-0} + 1))
    vm_start "$1" -nic "bridge,br=$2,helper=$vm_helper,model=virtio-net-pci,mac=52:54:00:12:34:0$guest_count"
    vm_await_lease "$1"
    tap=$(network_list_taps | sed -n "\$s/ $2\$//p")
    [ -n "$tap" ] || fail "no tap is on $2: $(network_list_taps)"
}

# guest_says NAME COMMAND: sets $vm_line to what the guest says
guest_says() {
    vm_tell "$1" "$2"
    vm_await 600 "guest $1 to do '$2'" vm_said_or_ended "$1" "$vm_lines" "$2 "
}

# check_outside NAME: the guest has DNS, and reaches a host outside
check_outside() {
    guest_says "$1" 'resolve outside.example'
    expect 'DNS' "$vm_line" '* is 203.0.113.77'
    vm_ping "$1" 203.0.113.2
}

# check_guest NAME: a guest on vmbr0 has its addresses and reaches the outside
check_guest() {
    guest_start "$1" vmbr0
    expect 'address of the guest' "$vm_address" '192.168.150.1[0-9][0-9]'
    check_outside "$1"
    guest_says "$1" "prefix $ula"
    expect 'IPv6 address of the guest' "$vm_line" "* is $ula*"
    vm_ping "$1" "$ula:1"
}

# guest_cannot NAME ADDRESS: no answer comes
guest_cannot() {
    guest_says "$1" "try $2"
    expect "guest $1" "$vm_line" '* failed'
}

# guest_connects NAME ADDRESS PORT open|closed
guest_connects() {
    guest_says "$1" "tcp $2 $3"
    expect "guest $1" "$vm_line" "* $4"
}

# check_doctor BRIDGE [TEXT...]: nothing fails, nothing is to be said about the network, and it says each TEXT
check_doctor() {
    bridge=$1
    shift
    # As where the module br_netfilter is not loaded
    for table in arptables ip6tables iptables; do
        [ ! -e /proc/sys/net/bridge ] || echo 0 >"/proc/sys/net/bridge/bridge-nf-call-$table"
    done
    said=$(run setpriv --reuid vmuser --regid vmuser --init-groups vmnetctl doctor "$bridge") ||
        fail "vmnetctl doctor: $said"
    for check in bridges netfilter network-manager networkd firewalld; do
        case $said in *"
ok   $check: "*) ;; *) fail "vmnetctl doctor: $said" ;; esac
    done
    for text in "$@"; do
        case $said in *"$text"*) echo "doctor: $text" ;; *) fail "vmnetctl doctor does not say '$text': $said" ;; esac
    done
}
