#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check.sh VMNETCTL, as root in lab.sh's world: what check finds, where, and with which exit status.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=service_world.sh
. "${0%/*}/service_world.sh"

# Nothing to find.
rules 50-local.rules 'allow user vmuser bridge virbr0'
bridge_conf '# allow br0' 'allow br0'
run 0 "$ctl" check
[ "$output" = "" ] || fail "it finds something"
run 0 as vmother "$ctl" check

# All errors of all files, then warnings; the caret stands right after tabs and bytes that are escaped.
rules 10-errors.rules 'allow user vmuser bridge virbr0 limit' 'permit all bridge br0' '# fine'
printf '\tallow\tuzer vmuser bridge br0 \303\244\033[31m\n' >>/etc/vmnet/rules.d/10-errors.rules
printf 'allow user vmuser bridge \001\002br0\n' >>/etc/vmnet/rules.d/10-errors.rules
rules 60-warnings.rules 'allow user nobodyhere bridge br0' 'allow group nogroup-here bridge br0' \
    'allow user vmuser bridge virbr0'
rules README 'not a rule'
printf 'alow virbr0\nallow waytoolongforaname\n' >/etc/qemu/bridge.conf
run 2 "$ctl" check
is_golden check-all
run 2 as vmuser "$ctl" check
is_golden check-all

# Warnings of the library's.
reset
rules 10-warnings.rules 'allow all bridge br0' 'allow user vmuser bridge br0' 'deny all bridge virbr0' \
    'allow user vmuser bridge virbr0'
bridge_conf 'include /etc/qemu/missing.conf' 'include /etc/qemu/group.conf'
include_for_vmgroup /etc/qemu/group.conf 'deny other'
chgrp vmgroup /etc/qemu
chmod 770 /etc/qemu
run 1 "$ctl" check
is_golden check-warnings

# Options that do not do what they look like.
reset
rules 10-options.rules 'allow group vmgroup bridge br0 isolated limit 2' 'allow user vmuser bridge br0' \
    'allow group vmgroup bridge virbr0 isolated mac 52:54:00:12:34:56' 'allow user vmuser bridge all tap vm'
bridge_conf 'allow br0'
run 1 "$ctl" check
is_golden check-options
says 'more than one user can match this rule'
says "10-options.rules:4:1: warning: ports of this rule are not isolated, and reach the isolated ones of"
says "this rule allows a user more than one tap, and only one can have the name 'vm'"
says "replace this rule by one with 'isolated' in rules.d"
rules 20-more.rules 'allow group vmgroup bridge br0 guard'
run 1 "$ctl" check --json
says '"code": "rule-shadowed"'
says "10-options.rules:1 allows it already, with 'limit 2 isolated', and the options of the first rule count"

# Bridges that rules name.
reset
ip link add brfloat type bridge
ip link add veth-in type veth peer name veth-out
rules 10-bridges.rules 'allow all bridge gone' 'deny all bridge gone2' 'allow user vmuser bridge gone' \
    'allow user vmother bridge veth-in' 'deny user vmuser bridge brfloat' 'allow user vmother bridge brfloat' \
    'allow uid 77 bridge brfloat' 'allow uid 78 bridge br*' 'allow uid 79 bridge virbr0'
bridge_conf '# comment' 'allow brfloat' 'allow br0'
run 1 "$ctl" check
is_golden check-bridges
says "'gone' does not exist now"
says "'veth-in' is an interface, but not a bridge"
says "'brfloat' has no fixed MAC address"
says "ARP"
says "DHCP"
says "ip link set dev"
ip link set brfloat address 52:54:00:00:00:77
run 1 "$ctl" check
says_not brfloat
# Notes do not count.
rules 10-bridges.rules 'allow all bridge gone' 'allow all bridge veth-in'
rm /etc/qemu/bridge.conf
run 0 "$ctl" check
says '/etc/vmnet/rules.d/10-bridges.rules:1:1: note: '
says '[bridge-absent]'
says '[bridge-kind]'
rules 10-bridges.rules 'allow all bridge virbr' 'allow all bridge gone'
run 0 "$ctl" check
says "'virbr' does not exist now; check the name, or create the bridge; did you mean 'virbr0'?"
says_not "did you mean 'virbr'?"
ip link del veth-in

# Options that a bridge cannot do now; a pattern is about each bridge that exists.
ip link add brguard type bridge
ip link add brvlan type bridge
ip link set brguard address 52:54:00:00:00:78
ip link set brvlan address 52:54:00:00:00:79
rules 10-bridges.rules 'allow uid 1 bridge brguard guard limit 1' 'allow uid 2 bridge brg* guard' \
    'allow uid 3 bridge brv* vlan 7' 'allow uid 4 bridge brvlan vlan 8' 'allow uid 5 bridge brlater guard vlan 9'
run 0 "$ctl" check
is_golden check-bridge-options
says "'brguard' does not run STP"
if ip link set brvlan type bridge vlan_filtering 1 2>/dev/null; then
    ip link set brvlan type bridge vlan_filtering 0
    unable='is not VLAN-aware'
else
    unable='cannot be VLAN-aware, since this kernel has no VLANs for bridges'
fi
says "'brvlan' $unable"
rules 10-bridges.rules 'allow uid 1 bridge all guard vlan 7'
run 0 "$ctl" check
says "'brvlan' does not run STP"
says "'brguard' $unable"
says "'virbr0' does not run STP"
for bridge in brfloat brguard brvlan br0 virbr0; do
    ip link set $bridge type bridge stp_state 1
    ip link set $bridge type bridge vlan_filtering 1 2>/dev/null || [ "$unable" != 'is not VLAN-aware' ]
done
run 0 "$ctl" check
says_not bridge-stp
case $unable in
is*) says_not bridge-vlan ;;
*) says "'brvlan' $unable" ;;
esac
for bridge in brfloat br0 virbr0; do
    ip link set $bridge type bridge stp_state 0
    ip link set $bridge type bridge vlan_filtering 0 2>/dev/null || [ "$unable" != 'is not VLAN-aware' ]
done
ip link del brguard
ip link del brvlan

# A name that vmnet-helper does not take.
ip link property add dev virbr0 altname other-name
rules 10-bridges.rules 'allow all bridge other-name'
run 0 "$ctl" check
says "'other-name' is an alternative name of an interface"
says '[bridge-name]'

# A bridge's MAC without a fixed one does follow its ports, and the warning is true.
ip link add brtrue type bridge
ip link add veth-in address 02:00:00:00:00:01 type veth peer name veth-out
before=$(cat /sys/class/net/brtrue/address)
ip link set veth-in master brtrue
[ "$(cat /sys/class/net/brtrue/address)" != "$before" ] || fail "the MAC of a bridge does not follow its ports'"
rules 10-bridges.rules 'allow all bridge brtrue'
# A port that is there to stay keeps it, as long as its address is lower than those of guests.
ip link set veth-in nomaster
run 0 "$ctl" check
says '[bridge-mac]'
# with_ports ADDRESS TAP_ADDRESS: a port that is no tap, and one that is
with_ports() {
    ip link set veth-in address "$1"
    ip link set veth-in master brtrue
    ip tuntap add dev tap-low mode tap
    ip link set tap-low address "$2"
    ip link set tap-low master brtrue
    run 0 "$ctl" check
    ip link del tap-low
}
with_ports 02:00:00:00:00:01 fe:00:00:00:00:01
[ "$output" = '' ] || fail 'no guest can change it'
with_ports 02:00:00:00:00:02 02:00:00:00:00:01
says '[bridge-mac]'
with_ports fe:00:00:00:00:01 fe:ff:00:00:00:01
says '[bridge-mac]'
ip link del veth-in

# Another root, whose owner stands for root; nothing is said of bridges there.
reset
image=$work/image
mkdir -p "$image/etc/vmnet/rules.d" "$image/etc/qemu"
echo 'allow user vmuser bridge brnone' >"$image/etc/vmnet/rules.d/1.rules"
echo 'include /etc/qemu/more.conf' >"$image/etc/qemu/bridge.conf"
echo 'allow brnone2' >"$image/etc/qemu/more.conf"
chown -R vmother "$image"
run 0 "$ctl" check --root "$image"
run 0 as vmuser "$ctl" check --root "$image"
run 0 "$ctl" check --root image
run 0 "$ctl" check --root=/
echo 'allow all bridge brnone limit 1024' >"$image/etc/vmnet/rules.d/2.rules"
chown vmother "$image/etc/vmnet/rules.d/2.rules"
run 2 "$ctl" check --root "$image"
says "$image/etc/vmnet/rules.d/2.rules:1:31: error: "
says '    allow all bridge brnone limit 1024'
rm "$image/etc/vmnet/rules.d/2.rules"
echo 'allow' >"$image/etc/qemu/more.conf"
run 2 as vmuser "$ctl" check --root "$image"
says "$image/etc/qemu/more.conf:1:6: error: "
says "[name-missing]     allow          ^"
echo 'allow brnone2' >"$image/etc/qemu/more.conf"
chown vmuser "$image/etc/qemu/more.conf"
run 2 "$ctl" check --root "$image"
says "$image/etc/qemu/more.conf: error: "
says '[file-owner]'
# No line of a file outside is shown, nor one of another owner, and nothing waits for a FIFO.
echo 'secret' >"$work/secret"
chmod 600 "$work/secret"
rm "$image/etc/qemu/more.conf"
for link in "$work/secret" ../../../secret; do
    ln -s "$link" "$image/etc/qemu/more.conf"
    run 1 "$ctl" check --root "$image"
    says_not '    secret'
    rm "$image/etc/qemu/more.conf"
done
# The library reads this one below the root, where it is another file.
mkdir -p "$image$work"
echo 'inside' >"$image$work/secret"
ln -s "$work/secret" "$image/etc/qemu/more.conf"
chown -R -h vmother "$image"
run 2 "$ctl" check --root "$image"
says_not '    secret'
says '    inside'
rm "$image/etc/qemu/more.conf"
mkfifo "$image/etc/qemu/more.conf"
chown vmother "$image/etc/qemu/more.conf"
run 2 timeout --foreground 60 "$ctl" check --root "$image"
says '[file-kind]'
run 66 "$ctl" check --root "$work/nowhere"
run 66 "$ctl" check --root "$ctl"
run 64 "$ctl" check --root "$image" 1.rules

# Files, wherever they are, whoever owns them; the name tells the grammar.
echo 'allow user vmuser bridge brnone' >good.rules
echo 'allow virbr0' >any.name
echo 'include /etc/qemu/unknown.conf' >including.conf
echo 'acl: files qemu [UNAVAIL=continue]' >switch.conf
chown vmuser good.rules any.name
chmod 666 any.name
run 0 "$ctl" check good.rules any.name including.conf switch.conf
run 0 as vmuser "$ctl" check ./good.rules "$work/any.name"
run 2 "$ctl" check any.name nowhere good.rules "$work"
says 'nowhere: error: cannot read the file: No such file or directory [file-missing]'
says "$work: error: cannot read the file: Is a directory [file-kind]"
echo 'acl: files quemu' >switch.conf
run 2 "$ctl" check switch.conf
says 'switch.conf:1:12: error: '
says '[source-unknown]'
echo 'allow virbr0' >wrong.rules
run 2 "$ctl" check any.name wrong.rules
says 'wrong.rules:1:7: error: '
run 0 sh -c "echo 'allow virbr0' | '$ctl' check /proc/self/fd/0"
run 2 sh -c "echo 'allow' | '$ctl' check /proc/self/fd/0"
# Two files of rules.d are one whole, two bridge.confs are two.
echo 'allow all bridge brnone' >all.rules
run 1 "$ctl" check all.rules good.rules
says 'good.rules:1:1: warning: '
says '[rule-shadowed]'
cp any.name any.name2
run 0 "$ctl" check any.name any.name2
printf 'allow\n' >any.name2
run 2 "$ctl" check any.name any.name2
says 'any.name2:1:6: error: '

# What is no file does not make it wait.
mkfifo fifo
for kind in fifo /dev/zero; do
    run 2 timeout --foreground 60 "$ctl" check "$kind"
    says "$kind: error: it is not a regular file"
    says '[file-kind]'
done

# Standard input, and files whose names tell nothing.
run 2 sh -c "printf 'allow all bridge brnone\n\n  alow' | '$ctl' check --as files -"
says '-:3:3: error: '
says '  alow'
run 0 sh -c "'$ctl' check --as qemu - <any.name"
run 2 sh -c "echo 'acl: quemu' | '$ctl' check --as switch -"
says '-:1:6: error: '
run 64 "$ctl" check -
run 64 "$ctl" check --as files
says 'there is none'
run 64 "$ctl" check --as nis good.rules
says "unknown format 'nis'; --as takes files, qemu or switch"
run 0 "$ctl" check --as qemu any.name any.name
run 2 "$ctl" check --as files any.name

# A file as if it were installed.
rules 20-old.rules 'allow user vmuser bridge br0'
rules 40-old.rules 'allow user vmother bridge br0'
echo 'allow all bridge br0' >30-new.rules
run 1 "$ctl" check --with 30-new.rules
says '/etc/vmnet/rules.d/40-old.rules:1:1: warning: redundant rule: 30-new.rules:1'
says_not '20-old.rules:1:1'
echo 'deny user vmuser bridge br0' >20-old.rules
run 0 "$ctl" check --with 20-old.rules
echo 'allow user vmuser bridge' >20-old.rules
run 2 "$ctl" check --with ./20-old.rules
says './20-old.rules:1:25: error: '
says 'allow user vmuser bridge '
# It replaces what is wrong, and the others are still there.
rules 10-wrong.rules 'alow'
echo 'allow all bridge brnone' >10-wrong.rules
run 0 "$ctl" check --with 10-wrong.rules
says '10-wrong.rules:1:1: note: '
says '[bridge-absent]'
says_not error
run 2 "$ctl" check --with 30-new.rules
rm /etc/vmnet/rules.d/10-wrong.rules
# bridge.conf and what it includes; the switch.
bridge_conf 'alow'
printf 'include /etc/qemu/more.conf\ninclude /etc/qemu/missing.conf\n' >bridge.conf
printf 'include /etc/qemu/deep.conf\n' >/etc/qemu/more.conf
printf 'allow br0\nx\n' >/etc/qemu/deep.conf
run 2 "$ctl" check --with bridge.conf
says '/etc/qemu/deep.conf:2:1: error: '
[ "$(printf '%s\n' "$output" | grep -c error:)" = 1 ] || fail 'more than one error'
echo 'acl: quemu' >switch.conf
run 2 "$ctl" check --with switch.conf
says 'switch.conf:1:6: error: '
run 2 "$ctl" check --with any.name --as switch
run 64 "$ctl" check --with - --as qemu
run 64 "$ctl" check --with 30-new.rules 30-new.rules
run 2 "$ctl" check --with nowhere.rules
# A file that the switch does not have read is checked, and that it counts for nothing is said.
reset
switch 'acl: files'
echo 'alow br0' >bridge.conf
run 2 "$ctl" check --with bridge.conf
says "bridge.conf: warning: no rule in it counts, since the line 'acl:' of /etc/vmnet/switch.conf does not name the"
says 'bridge.conf:1:1: error: '
echo 'allow br0' >bridge.conf
run 1 "$ctl" check --with bridge.conf
says '[source-unasked]'
run 1 "$ctl" check --with bridge.conf --json
switch 'acl: qemu'
run 0 "$ctl" check --with bridge.conf
echo 'allow all bridge br0' >10-unasked.rules
run 1 "$ctl" check --with 10-unasked.rules
says "does not name the source 'files' [source-unasked]"
reset

# A file that is too large, and long lines, of which only a part is shown.
truncate -s 16777217 large
run 2 "$ctl" check large
says 'large: error: '
says '[file-large]'
printf 'allow %02000d\n' 7 >long
run 2 "$ctl" check long
says '[line-long]'
[ "${#output}" -lt 600 ] || fail "a long line is shown in full"

# Thousands of findings: the first 50 of each code and file.
{ yes alow | head -n 60; yes 'allow br0' | head -n 51; } >many.rules
cp many.rules many2.rules
run 2 "$ctl" check many.rules many2.rules
says 'many.rules:50:1: error: '
says_not 'many.rules:51:1: error: '
says 'many.rules: and 10 more [keyword-unknown]; --all shows them'
says 'many2.rules: and 10 more [keyword-unknown]; --all shows them'
says 'many2.rules:110:'
says_not 'many2.rules:111:'
run 2 "$ctl" check --all many.rules
says 'many.rules:60:1: error: '
says_not 'more ['
run 2 "$ctl" check --json many.rules
[ "$(printf '%s\n' "$output" | grep -c '"severity"')" = 111 ] || fail 'not all are in the JSON'

# Keywords that were mistyped.
# meant LINE HINT [FORMAT]
meant() {
    printf '%s\n' "$1" >typed
    run 2 "$ctl" check --as "${3-files}" typed
    says "$2 ["
}
meant 'alow all bridge br0' "; did you mean 'allow'?"
meant 'dney all bridge br0' "; did you mean 'deny'?"
meant 'allow usr vmuser bridge br0' "; did you mean 'user'?"
meant 'allow goup vmgroup bridge br0' "; did you mean 'group'?"
meant 'allow all bridg br0' "; did you mean 'bridge'?"
meant 'allow all bridge br0 limt 3' "; did you mean 'limit'?"
meant 'Allow all bridge br0' "; did you mean 'allow'?"
meant 'allow ALL bridge br0' "; did you mean 'all'?"
meant 'allow all Bridge br0' "; did you mean 'bridge'?"
meant 'allow all bridge br0 LIMIT 3' "; did you mean 'limit'?"
meant 'ALOW all bridge br0' "; did you mean 'allow'?"
meant 'alow br0' "; did you mean 'allow'?" qemu
meant 'inclde /x' "; did you mean 'include'?" qemu
meant 'acl files' "; did you mean 'acl:'?" switch
meant 'acl: quemu' "; did you mean 'qemu'?" switch
meant 'netwrok: any' "; did you mean 'network:'?" switch
for line in 'permit all bridge br0' 'include /x' 'x' 'allow all br0' 'allow' "$(printf %050d 0)"; do
    printf '%s\n' "$line" >typed
    run 2 "$ctl" check --as files typed
    says_not 'did you mean'
    says_not 'keywords are'
done
run 2 sh -c "echo alow | '$ctl' check --as files --json -"
says "did you mean 'allow'?"

# No rule at all, which is no error.
reset
run 0 "$ctl" check
[ "$output" = 'note: no rule at all: every request is refused [rules-none]' ] || fail 'not what there is to say'
run 0 "$ctl" check --json
says '"code": "rules-none"'
says '"notes": 1'
: >empty.conf
run 0 "$ctl" check empty.conf
[ "$output" = '' ] || fail 'a file is not all rules'

# A name of a file can hold anything.
printf 'allow\n' >"$(printf 'bad\033[31m\nname')"
run 2 "$ctl" check "$(printf 'bad\033[31m\nname')"
says 'bad\x1b[31m\x0aname:1:6: error: '

# When the kernel does not list the interfaces, nothing is said of bridges.
rules 1.rules 'allow all bridge gone'
run 0 "$ctl" check
says '[bridge-absent]'
run 0 without_netlink "$ctl" check
[ "$output" = '' ] || fail 'it says something about a bridge'

# The helper; other_helpers.sh has others.
rules 1.rules 'allow all bridge br0'
chmod 755 "$helper"
run 0 "$ctl" check
says "note: $helper is not setuid root and has no file capability cap_net_admin=ep, and there is no service at $socket;"
says "; as root: chmod u+s $helper; or as root: systemctl enable --now vmnet-helper.socket [helper-file]"
service "$socket" 0660
run 0 "$ctl" check
[ "$output" = '' ] || fail 'it has no privilege, and the service'
service_end
rm "$socket"
run 0 "$ctl" check --root /
says_not helper
run 0 "$ctl" check /etc/vmnet/rules.d/1.rules
says_not helper
install_helper

# What cannot be written is told.
bridge_conf 'alow virbr0'
run 71 sh -c "'$ctl' check >/dev/full"

# A byte order mark is invisible in an editor, so it is said to be the reason; elsewhere it is part of a word.
for name in switch.conf 1.rules bridge.conf; do
    printf '\357\273\277# saved by an editor\n' >$name
    run 2 "$ctl" check $name
    says "$name:1:1: error: the file begins with a byte order mark; save it as UTF-8 without one [keyword-unknown]"
    printf '# saved\n\357\273\277allow br0\n' >$name
    run 2 "$ctl" check $name
    says "$name:2:1: error: unknown word '\\xef\\xbb\\xbfallow'"
done
