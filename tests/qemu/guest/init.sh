#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The only process of a guest: it takes a DHCP lease on eth0, then obeys the serial console, one command a line:
#   lease          take a lease again
#   ping ADDRESS   until an answer comes; 60 tries
#   off            power off
# Its answers are lines that begin with "guest: ". The kernel hands "guest=NAME" on its command line to us as $guest.
# shellcheck disable=SC2154
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s
stty -echo -onlcr

# await TRIES COMMAND...: until it succeeds, every 50 ms.
await() {
    tries=$1
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        usleep 50000
    done
}

has_carrier() {
    [ "$(cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]
}

take_lease() {
    rm -f /tmp/address
    udhcpc -i eth0 -n -q -f -t 120 -T 1 -A 1 -x "hostname:$guest" -s /lease >/tmp/udhcpc 2>&1
    [ -s /tmp/address ] || { cat /tmp/udhcpc; echo 'guest: lease none'; return; }
    driver=$(basename "$(readlink /sys/class/net/eth0/device/driver)")
    echo "guest: lease $(cat /tmp/address) mac $(cat /sys/class/net/eth0/address) driver $driver"
}

answers() {
    ping -c 1 -W 1 "$1" >/dev/null 2>&1
}

while read -r module; do
    insmod "/modules/$module" || echo "guest: cannot load $module"
done </modules/list
ip link set lo up
await 2400 [ -e /sys/class/net/eth0 ] || echo 'guest: no network card'
ip link set eth0 up
await 2400 has_carrier || echo 'guest: no carrier'
take_lease
while read -r command argument; do
    case $command in
    lease) take_lease ;;
    ping) await 60 answers "$argument" && echo "guest: ping $argument ok" || echo "guest: ping $argument failed" ;;
    off) break ;;
    *) echo "guest: what is '$command'?" ;;
    esac
done
poweroff -f
