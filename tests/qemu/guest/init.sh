#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The only process of a guest: it takes a DHCP lease on eth0, then obeys the serial console, one command a line:
#   lease [INTERFACE]    take a lease again, on eth0 or on this interface
#   ping ADDRESS         until an answer comes; 60 tries
#   try ADDRESS          two pings, one of which must be answered
#   prefix PREFIX        await an IPv6 address that begins with this, and may be used
#   tcp ADDRESS PORT     connect
#   resolve NAME         its IPv4 address, from the DNS server of the lease
#   queues               count the receive interrupts of each queue of the first card
#   off                  power off
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
    [ "$(cat "/sys/class/net/$1/carrier" 2>/dev/null)" = 1 ]
}

# take_lease INTERFACE
take_lease() {
    await 2400 [ -e "/sys/class/net/$1" ] || echo 'guest: no network card'
    ip link set "$1" up
    await 2400 has_carrier "$1" || echo 'guest: no carrier'
    rm -f /tmp/address
    udhcpc -i "$1" -n -q -f -t 120 -T 1 -A 1 -x "hostname:$guest" -s /lease >/tmp/udhcpc 2>&1
    [ -s /tmp/address ] || { cat /tmp/udhcpc; echo 'guest: lease none'; return; }
    driver=$(basename "$(readlink "/sys/class/net/$1/device/driver")")
    echo "guest: lease $(cat /tmp/address) mac $(cat "/sys/class/net/$1/address") driver $driver"
}

# The interrupts of all processors, for each queue in order.
count_queues() {
    awk '/virtio0-input\.[0-9]+$/ { sum = 0; for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i; counts = counts " " sum }
        END { print "guest: queues" counts }' /proc/interrupts
}

# say_whether GOOD BAD COMMAND...: the command of the console, and one of the two words
say_whether() {
    good=$1 bad=$2
    shift 2
    if "$@" </dev/null >/dev/null 2>&1; then bad=$good; fi
    echo "guest: $command $argument $bad"
}

# Until duplicate address detection is over, the address is "tentative".
has_prefix() {
    address=$(ip -6 address show dev eth0 | grep -v tentative | sed -n "s|^ *inet6 \($1[^/]*\).*|\1|p" | head -n 1)
    [ -n "$address" ]
}

resolves() {
    resolved=$(nslookup -type=a "$1" 2>/dev/null | sed '1,/^$/d' | sed -n 's/^Address: //p' | head -n 1)
    [ -n "$resolved" ]
}

answers() {
    ping -c 1 -W 1 "$1" >/dev/null 2>&1
}

while read -r module; do
    insmod "/modules/$module" || echo "guest: cannot load $module"
done </modules/list
ip link set lo up
take_lease eth0
while read -r command argument; do
    case $command in
    lease) take_lease "${argument:-eth0}" ;;
    ping) await 60 answers "$argument" && echo "guest: ping $argument ok" || echo "guest: ping $argument failed" ;;
    try) say_whether ok failed ping -c 2 -W 2 "$argument" ;;
    tcp) say_whether open closed nc -w 5 "${argument% *}" "${argument#* }" ;;
    prefix) await 2400 has_prefix "$argument" || true; echo "guest: prefix $argument is ${address:-none}" ;;
    resolve) await 60 resolves "$argument" || true; echo "guest: resolve $argument is ${resolved:-none}" ;;
    queues) count_queues ;;
    off) break ;;
    *) echo "guest: what is '$command'?" ;;
    esac
done
poweroff -f
