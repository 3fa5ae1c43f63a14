#!/bin/sh
# SPDX-License-Identifier: MIT
#
# list.sh VMNETCTL, as root in lab.sh's world: the bridges that a user may use, and in which state they are.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# is LINE...: the output is these lines, of which a ' | ' is a tab; the last column of each is -, unless it says what is
# used
is() {
    [ "$output" = "$(printf '%s\n' "$@" | sed '/./{/ used$/!s/$/ | -/}; s/ | /\t/g')" ] || fail "not as wanted: $*"
}

run 0 "$ctl" list
is ''
ip link set br0 down
rules 10-list.rules 'allow user vmuser bridge br* limit 2' 'allow group vmgroup bridge gone' 'allow all bridge lo' \
    'deny user vmother bridge virbr0'
bridge_conf '# everybody' 'allow virbr0'
run 0 as vmuser "$ctl" list
is 'br0 | down | limit 2 | /etc/vmnet/rules.d/10-list.rules:1 | 0 of 2 used' \
    'gone | absent | - | /etc/vmnet/rules.d/10-list.rules:2' \
    'lo | no-bridge | - | /etc/vmnet/rules.d/10-list.rules:3' 'virbr0 | up | - | /etc/qemu/bridge.conf:2'
run 0 as vmother "$ctl" list
is 'lo | no-bridge | - | /etc/vmnet/rules.d/10-list.rules:3'
run 0 without_groups vmuser "$ctl" list
says_not gone
run 0 "$ctl" list --user vmuser
says gone
run 0 as vmother "$ctl" list --user vmuser
says gone
run 67 "$ctl" list --user nobodyhere

# What is used of a limit: the numbers of this user on this bridge, of whatever tap.
br0=$(cat /sys/class/net/br0/ifindex)
number=0
for name in "vmnet-helper.4242.$br0.0" "vmnet-helper.4242.$br0.7" "vmnet-helper.4243.$br0.1" "vmnet-helper.4242.1.2" \
    "vmnet-helper.4242.$br0.1023" "vmnet-helper.4242.$br0.x" "vmnet-helper.4242.0$br0.3" "vmnet-helper.4242.$br0.4.5" \
    "vmnet-helper.99999999999.$br0.1"; do
    ip tuntap add "number$number" mode tap
    ip link property add dev "number$number" altname "$name"
    number=$((number + 1))
done
run 0 as vmuser "$ctl" list
is 'br0 | down | limit 2 | /etc/vmnet/rules.d/10-list.rules:1 | 2 of 2 used' \
    'gone | absent | - | /etc/vmnet/rules.d/10-list.rules:2' 'lo | no-bridge | - | /etc/vmnet/rules.d/10-list.rules:3' \
    'virbr0 | up | - | /etc/qemu/bridge.conf:2'
run 0 "$ctl" list --uid 4242
says '2 of 2 used'
while [ "$number" -gt 0 ]; do
    number=$((number - 1))
    ip link del "number$number"
done
run 0 as vmuser "$ctl" list
says '0 of 2 used'

# It lists what explain allows, and nothing else.
for user in vmuser vmother; do
    for bridge in br0 virbr0 gone lo other; do
        # What the helper refuses, since it is no bridge, explain says, too.
        listed=$(as "$user" "$ctl" list | cut -f 1-2 | grep -c "^$bridge	\(up\|down\)\$" || true)
        run $((1 - listed)) as "$user" "$ctl" explain --bridge "$bridge"
    done
done

# Root becomes the user, and reads what he may.
bridge_conf 'include /etc/qemu/group.conf'
include_for_vmgroup /etc/qemu/group.conf 'allow virbr0'
run 0 "$ctl" list --user vmuser
says virbr0
run 0 "$ctl" list --user vmother
says_not virbr0

# Rules that give no answer.
rules 20-wrong.rules 'allow'
run 2 "$ctl" list
says '/etc/vmnet/rules.d/20-wrong.rules:1:6: '
rm /etc/vmnet/rules.d/20-wrong.rules
# A name that cannot be looked up keeps back the bridges that depend on it, and no other.
cp /etc/nsswitch.conf nsswitch.conf
cp /etc/vmnet/rules.d/10-list.rules saved.rules
sed -i 's/^group:.*/group: files/' /etc/nsswitch.conf
chmod 000 /etc/group
rules 10-list.rules 'allow all bridge br0' 'allow group vmgroup bridge gone' 'allow uid 4242 bridge absent' \
    'allow all bridge br0'
run 2 as vmuser "$ctl" list
says "absent	absent	-	/etc/vmnet/rules.d/10-list.rules:3	- br0	down	-	/etc/vmnet/rules.d/10-list.rules:1	- virbr0	up	"
says 'vmnetctl: the rules give no answer: /etc/vmnet/rules.d/10-list.rules:2:1: cannot look up group'
says_not 'gone	'
[ "$(printf '%s\n' "$output" | wc -l)" = 4 ] || fail 'more than three bridges and an error'
run 2 as vmuser "$ctl" list --json
says '"code": "lookup-failed"'
says '"name": "absent"'
# When no bridge depends on it, the list is whole.
rules 10-list.rules 'allow group vmgroup bridge br-*' 'allow all bridge br0'
run 0 as vmuser "$ctl" list
is 'br0 | down | - | /etc/vmnet/rules.d/10-list.rules:2' 'virbr0 | up | - | /etc/qemu/group.conf:1'
run 2 "$ctl" explain --bridge br-x
# So it is when the lookup would have to be tried again.
rules 10-list.rules 'allow all bridge br0' 'allow group vmgroup bridge gone' 'allow group vmgroup bridge gone2'
run 2 as vmuser sh -c "ulimit -n 32; exec '$ctl' list"
says 'br0	down	'
says 'the resource limits are too tight'
chmod 644 /etc/group
cp nsswitch.conf /etc/nsswitch.conf
cp saved.rules /etc/vmnet/rules.d/10-list.rules
run 0 as_without_netlink vmuser "$ctl" list
is 'gone | unknown | - | /etc/vmnet/rules.d/10-list.rules:2' 'lo | unknown | - | /etc/vmnet/rules.d/10-list.rules:3' \
    'virbr0 | unknown | - | /etc/qemu/group.conf:1'
