#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What udhcpc runs in the guest at each event; it passes the lease in the environment.
# shellcheck disable=SC2154 # interface, ip, mask, router and dns come from udhcpc
case $1 in
deconfig)
    ip -4 address flush dev "$interface"
    ;;
bound | renew)
    ip -4 address flush dev "$interface"
    ip address add "$ip/$mask" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    mkdir -p /etc
    for server in $dns; do
        echo "nameserver $server"
    done >/etc/resolv.conf
    echo "$ip" >/tmp/address
    ;;
esac
