#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The class room of vmnet-rules(5), in the machine that host.sh boots: /uplink.sh, /router.sh and /students.rules are
# what the page shows. A guest whose tap is called eth1 is the network behind that port, and two students have guests.
set -eu

export PATH=/iproute2:/usr/sbin:/usr/bin:/sbin:/bin # busybox's ip knows no options of a bridge
helper=/vmnet-helper

# shellcheck source-path=SCRIPTDIR source=await.sh
. /await.sh

# start NAME USER ADDRESS: a guest with this address; until /run/NAME.end exists
start() {
    rm -f "/run/$1.up" "/run/$1.end"
    # shellcheck disable=SC2016 # for the shell of the guest
    name=$1 address=$3 /fdguest "$2" "$helper" --br=br0 -- sh -ec '
        ip address add "$address/24" dev eth0
        echo "$TAP" >"/run/$name.up"
        until [ -e "/run/$name.end" ]; do usleep 100000; done' &
    await "guest $1" [ -s "/run/$1.up" ]
}

# answers ADDRESS
answers() {
    ping -q -c 1 -W 5 "$1" >/dev/null
}

# check_port TAP: it is isolated, and VLAN 20 is its only one
check_port() {
    bridge -d link show dev "$1" | grep -q 'isolated on' || fail "$1 is not isolated: $(bridge -d link show dev "$1")"
    found=$(bridge vlan show dev "$1" | tail -n +2 | tr -s ' \n' ' ')
    [ "$found" = "$1 20 PVID Egress Untagged " ] || fail "the VLANs of $1: $found"
}

cat >>/etc/passwd <<PASSWD
uplink:x:4300:4300::/:/bin/sh
anna:x:4301:4301::/:/bin/sh
berta:x:4302:4302::/:/bin/sh
PASSWD
echo 'students:x:4310:anna,berta' >>/etc/group
chmod 4755 "$helper"
mkdir -p /etc/vmnet/rules.d
printf '%s\n' 'allow user uplink bridge br0 tap eth1' 'allow user vmuser bridge br0' >/etc/vmnet/rules.d/10-other.rules
ip link add br0 address 52:54:00:fe:ed:02 type bridge
ip link set dev br0 up

# The network behind eth1: 10.20.0.254 in VLAN 20, which comes with tags.
# shellcheck disable=SC2016
/fdguest uplink "$helper" --br=br0 -- sh -ec '
    ip link add link eth0 name eth0.20 type vlan id 20
    ip address add 10.20.0.254/24 dev eth0.20
    ip link set dev eth0.20 up
    echo "$TAP" >/run/uplink.up
    until [ -e /run/end ]; do usleep 100000; done' &
await 'network behind eth1' [ -s /run/uplink.up ]
[ "$(cat /run/uplink.up)" = eth1 ] || fail "its tap is $(cat /run/uplink.up)"

# As the page says.
sh -e /uplink.sh
sh -e /router.sh
cp /students.rules /etc/vmnet/rules.d/50-students.rules
chmod 644 /etc/vmnet/rules.d/50-students.rules

start other vmuser 10.20.0.253 # of no class room, in VLAN 1
start one anna 10.20.0.11
start two anna 10.20.0.12
for name in one two; do
    check_port "$(cat "/run/$name.up")"
done

# A third is refused; another student has two of her own.
status=0
/fdguest anna "$helper" --br=br0 -- true 2>/run/refusal || status=$?
[ "$status" = 75 ] || fail "the third guest: status $status, $(cat /run/refusal)"
grep -q 'the limit of /etc/vmnet/rules.d/50-students.rules:2 is reached' /run/refusal || fail "$(cat /run/refusal)"

# The network and the host are reached, and reach the guests; no guest reaches another, and none what is in VLAN 1.
cat >/run/reach.sh <<'SCRIPT'
ip address add 10.20.0.13/24 dev eth0
for address in 10.20.0.254 10.20.0.1; do
    ping -q -c 1 -W 60 "$address" >/dev/null || { echo "FAILED: no answer from $address"; exit 1; }
done
for address in 10.20.0.11 10.20.0.12 10.20.0.253; do
    ! ping -q -c 2 -W 2 "$address" >/dev/null || { echo "FAILED: $address answers"; exit 1; }
done
SCRIPT
/fdguest berta "$helper" --br=br0 -- sh -e /run/reach.sh
answers 10.20.0.11 || fail 'the host does not reach the first guest'
answers 10.20.0.12 || fail 'the host does not reach the second guest'

# When one has ended, there is room for one more.
touch /run/one.end
/fdguest uplink "$helper" --br=br0 -- true 2>/run/refusal && fail 'there are two taps called eth1'
await 'room for another guest' /fdguest anna "$helper" --br=br0 -- true
echo 'ok: the class room'
