#!/bin/sh
# SPDX-License-Identifier: MIT
#
# who.sh VMNETCTL, as root in lab.sh's world: all rules in their order, and who may use a bridge by them.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# is LINE...: the output is these lines
is() {
    [ "$output" = "$(printf '%s\n' "$@")" ] || fail "not as wanted: $*"
}

run 0 "$ctl" rules
is ''
run 0 "$ctl" who br0
is "no rule allows anybody to use bridge 'br0'"
rules 10.rules 'allow  user vmuser bridge br0 limit 3' 'deny group vmgroup bridge br*' \
    'deny user vmother bridge br0' 'deny uid 7 bridge virbr0'
rules 20.rules 'allow uid 8 bridge all' 'allow gid 9 bridge b*' 'allow uid 10 bridge br'
bridge_conf 'include /etc/qemu/more.conf' 'allow br0'
printf 'allow virbr0\n' >/etc/qemu/more.conf
d=/etc/vmnet/rules.d
run 0 "$ctl" rules
is "$d/10.rules:1:1: allow user vmuser bridge br0 limit 3" "$d/10.rules:2:1: deny group vmgroup bridge br*" \
    "$d/10.rules:3:1: deny user vmother bridge br0" "$d/10.rules:4:1: deny uid 7 bridge virbr0" \
    "$d/20.rules:1:1: allow uid 8 bridge all" "$d/20.rules:2:1: allow gid 9 bridge b*" \
    "$d/20.rules:3:1: allow uid 10 bridge br" '/etc/qemu/bridge.conf:2:1: allow br0' '/etc/qemu/more.conf:1:1: allow virbr0'
run 0 as vmother "$ctl" who br0
but='  but not, if both match:'
group="$but $d/10.rules:2:1: deny group vmgroup bridge br*" other="$but $d/10.rules:3:1: deny user vmother bridge br0"
is 'user vmuser (limit 3)' "  $d/10.rules:1:1: allow user vmuser bridge br0 limit 3" \
    "$group" \
    'uid 8' "  $d/20.rules:1:1: allow uid 8 bridge all" "$group" "$other" \
    'members of gid 9' "  $d/20.rules:2:1: allow gid 9 bridge b*" "$group" "$other" \
    'every user' '  /etc/qemu/bridge.conf:2:1: allow br0' "$group" "$other"
run 0 "$ctl" who virbr0
is 'uid 8' "  $d/20.rules:1:1: allow uid 8 bridge all" \
    'every user' '  /etc/qemu/more.conf:1:1: allow virbr0' "$but $d/10.rules:4:1: deny uid 7 bridge virbr0"

# Many denies.
{ echo 'allow br0'; yes 'deny br0' | head -n 30; } >/etc/qemu/bridge.conf
rm "$d/10.rules" "$d/20.rules"
run 0 "$ctl" who br0
says 'bridge.conf:11:1: deny br0   and 20 more; --all shows them'
says_not 'bridge.conf:12:1:'
run 0 "$ctl" who br0 --all
says 'bridge.conf:31:1: deny br0'

# Rules that cannot be read.
rules 10.rules 'allow'
run 2 "$ctl" rules
says "vmnetctl: some rules cannot be read: $d/10.rules:1:6: "
says '/etc/qemu/bridge.conf:1:1: allow br0'
run 2 "$ctl" who br0
says 'some rules cannot be read'
switch 'acl: nis'
run 2 "$ctl" rules
says '/etc/vmnet/switch.conf:1:6: '
