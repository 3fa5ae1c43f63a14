#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Rules with names, in the machine that guest.sh boots: the process that looks them up is behind its own filter.
set -eu

rules=/etc/vmnet/rules.d/10-names.rules

# expect STATUS RULE...: that of the helper for vmuser, with these rules
expect() {
    wanted=$1
    shift
    printf '%s\n' "$@" >"$rules"
    status=0
    /fdguest vmuser /vmnet-helper --br=virbr0 -- true 2>/run/said || status=$?
    [ "$status" = "$wanted" ] || { echo "FAILED: $*: status $status, not $wanted: $(cat /run/said)"; exit 1; }
    echo "ok: status $status: $*"
}

chmod 4755 /vmnet-helper
rm -rf /etc/qemu # what other tests have written
mkdir -p /etc/vmnet/rules.d
expect 0 'allow user vmuser bridge virbr0'
expect 0 'allow group vmgroup bridge virbr0'
expect 77 'allow user root bridge virbr0'
expect 77 'deny group vmgroup bridge virbr0' 'allow all bridge virbr0'
expect 77 'deny user vmuser bridge virbr0' 'allow all bridge virbr0'
expect 0 'deny user root bridge virbr0' 'allow all bridge virbr0'
rm -r /etc/vmnet
