#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What udhcpc runs in the guest at each event; it passes the lease in the environment.
# shellcheck disable=SC2154 # interface, ip, mask and router come from udhcpc
case $1 in
deconfig)
    ip address flush dev "$interface"
    ;;
bound | renew)
    ip address flush dev "$interface"
    ip address add "$ip/$mask" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    echo "$ip" >/tmp/address
    ;;
esac
