#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_namespace.sh VMNETCTL, as root in lab.sh's world: what is said of bridges is about the network namespace of the
# process, also where /sys shows another one.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# inside USER COMMAND...: in a network namespace with its own bridge, below the /sys of the one outside
# shellcheck disable=SC2016 # for the shell inside to expand
inside() {
    user=$1
    shift
    unshare --net -- sh -c 'ip link add inner type bridge && ip link set inner up && ip link add br0 type bridge &&
        ip link add outer type veth peer name outer-peer && ip link set br0 up && [ -e /sys/class/net/virbr0 ] &&
        [ ! -e /sys/class/net/inner ] && exec "$@"' \
        sh setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}

ip link add outer type bridge
ip link set outer up
bridge_conf 'allow inner' 'allow virbr0' 'allow outer' 'allow br0'

run 0 inside vmuser "$ctl" explain inner
says_not 'no interface'
run 1 inside vmuser "$ctl" explain virbr0
says "there is no interface 'virbr0' now"
run 1 inside vmuser "$ctl" explain outer
says "'outer' is not a bridge"
run 0 as vmuser "$ctl" explain outer
says_not 'not a bridge'

run 0 inside vmuser "$ctl" list
[ "$(printf '%s\n' "$output" | cut -f 1,2 | tr '\t\n' ': ')" = 'br0:up inner:up outer:no-bridge virbr0:absent ' ] ||
    fail 'not the bridges inside'
bridge_conf 'allow all'
run 0 inside vmuser "$ctl" list
says 'inner'
says_not virbr0

# Whether an address is fixed is unknown: what /sys shows is about another br0.
bridge_conf 'allow inner' 'allow br0' 'allow virbr0'
run 0 inside root "$ctl" check
says "'virbr0' does not exist now"
says_not inner
says_not bridge-mac
ip link del br0
ip link add br0 type bridge
run 0 inside root "$ctl" check
says_not bridge-mac
run 0 "$ctl" check
says bridge-mac

run 1 inside vmuser "$ctl" doctor virbr0
says "fail bridges: there is no interface 'virbr0' in this network namespace"
run 0 inside vmuser "$ctl" doctor inner
says "ok   bridges: 'inner' is up"
