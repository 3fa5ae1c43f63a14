#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sample.sh DIRECTORY CONF READ_RULES, as root in lab.sh's world: the samples in DIRECTORY are valid and grant nothing;
# each of their commented-out statements is valid too, and does what the text above it says. So do the rules in
# README.md, which is in the directory above. CONF is bridge.conf.
set -eu

samples=$1 conf=$2 read_rules=$3
rules_d=/etc/vmnet/rules.d
switch=/etc/vmnet/switch.conf

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# verdicts_are EXPECTED [BRIDGE]: of the rules, with their options, about two bridges that the samples name and one more
verdicts_are() {
    found=$($read_rules virbr0 br0 "${2:-br1}" 2>&1 | grep -v -E '^(read|missing) ' | tr '\n' ' ')
    [ "$found" = "$1 " ] || fail "wanted '$1', got '$found' from: $(tail -n 99 "$conf" "$rules_d"/* "$switch" 2>/dev/null)"
}

# statements FILE: those that are commented out, which have no blank after their '#', as text has
statements() {
    sed -n 's/^#\([^ ].*\)/\1/p' "$1" | sort
}

# statements_are FILE EXPECTED
statements_are() {
    found=$(statements "$1")
    [ "$found" = "$2" ] || fail "the statements in $1 are: $found"
}

# write FILE LINE...: it has these alone
write() {
    file=$1
    shift
    printf '%s\n' "$@" >"$file"
    chmod 644 "$file"
}

# as UID GID GROUPS: the rules are read as this user. The programs of the build may be out of his reach.
as() {
    read_rules="setpriv --reuid $1 --regid $2 --groups $3 /run/lab/read_rules"
}

cp "$read_rules" /run/lab/read_rules

# bridge.conf
mkdir -p "${conf%/*}"
install -m 644 "$samples/bridge.conf" "$conf"
"$read_rules" | grep -q -x "read $conf" || fail "$conf was not read"
verdicts_are "notfound virbr0 notfound br0 notfound br1"
statements_are "$samples/bridge.conf" "allow all
allow virbr0
deny all
deny br0
include /etc/qemu/alice.conf
include /etc/qemu/more.conf"
write "$conf" 'allow virbr0' && verdicts_are "allow virbr0 notfound br0 notfound br1"
write "$conf" 'allow all' && verdicts_are "allow virbr0 allow br0 allow br1"
write "$conf" 'allow all' 'deny br0' && verdicts_are "allow virbr0 deny br0 allow br1"
write "$conf" 'include /etc/qemu/more.conf' 'include /etc/qemu/alice.conf' &&
    verdicts_are "notfound virbr0 notfound br0 notfound br1"
sed 's/^#\([^ ].*\)/\1/' "$samples/bridge.conf" >"$conf" # all at once
verdicts_are "deny virbr0 deny br0 deny br1"
sed -i '/^deny all$/d' "$conf"
verdicts_are "allow virbr0 deny br0 allow br1"

# The file of alice's, as the sample has it made, is read by her group alone. The caller here is vmuser.
write "$conf" 'include /etc/qemu/alice.conf'
echo 'allow virbr0' >/etc/qemu/alice.conf
chown root:vmgroup /etc/qemu/alice.conf
chmod 640 /etc/qemu/alice.conf
as 4242 4242 4250 && verdicts_are "allow virbr0 notfound br0 notfound br1"
as 4243 4243 4243 && verdicts_are "notfound virbr0 notfound br0 notfound br1"
rm "$conf"

# sample.rules: there is an alice, in the group kvm; and a group guests. The sample's numbers are other users'.
sed -i '/^kvm:/d; /^guests:/d; /^students:/d; /:108:/d' /etc/group
sed -i '/^alice:/d; /^bob:/d; /:1000:/d' /etc/passwd
printf '%s\n' 'alice:x:4300:4300::/:/bin/sh' 'bob:x:1000:1000::/:/bin/sh' >>/etc/passwd
printf '%s\n' 'alice:x:4300:' 'kvm:x:4301:alice' 'guests:x:4302:' 'students:x:4303:' >>/etc/group
as 4300 4300 4301
mkdir -m 755 "$rules_d"
install -m 644 "$samples/sample.rules" "$rules_d/50-sample.rules"
$read_rules | grep -q -x "read $rules_d/50-sample.rules" || fail "$rules_d/50-sample.rules was not read"
verdicts_are "notfound virbr0 notfound br0 notfound br1"
statements_are "$samples/sample.rules" "allow all bridge all
allow gid 108 bridge virbr*
allow group kvm bridge virbr*
allow group students bridge br-lab limit 2 isolated vlan 20
allow uid 1000 bridge virbr0
allow user alice bridge br-lab limit 1 mac 52:54:00:12:34:56 tap alice%d
allow user alice bridge virbr0
allow user bob bridge br-lab guard
deny all bridge br0
deny group guests bridge all"
rule=$rules_d/rule.rules
allows_virbr0="allow virbr0 notfound br0 notfound br1"
allows_nothing="notfound virbr0 notfound br0 notfound br1"
write "$rule" 'allow user alice bridge virbr0'
verdicts_are "$allows_virbr0"
as 4242 4242 4301 && verdicts_are "$allows_nothing"
write "$rule" 'allow group kvm bridge virbr*'
verdicts_are "$allows_virbr0"
as 4300 4300 4300 && verdicts_are "$allows_nothing" # she has not logged in again
write "$rule" 'allow uid 1000 bridge virbr0'
verdicts_are "$allows_nothing"
as 1000 1000 1000 && verdicts_are "$allows_virbr0"
write "$rule" 'allow gid 108 bridge virbr*'
verdicts_are "$allows_nothing"
as 1000 1000 108 && verdicts_are "$allows_virbr0"
write "$rule" 'allow all bridge all' && verdicts_are "allow virbr0 allow br0 allow br1"
write "$rule" 'allow all bridge all' 'deny all bridge br0' && verdicts_are "allow virbr0 deny br0 allow br1"
write "$rule" 'allow all bridge all' 'deny group guests bridge all' && verdicts_are "allow virbr0 allow br0 allow br1"
as 1000 1000 4302 && verdicts_are "deny virbr0 deny br0 deny br1"
lab="notfound virbr0 notfound br0 allow br-lab"
for_students="$lab limit=2 isolated vlan=20"
for_alice="$lab limit=1 mac=52:54:00:12:34:56 tap=alice%d"
write "$rule" 'allow group students bridge br-lab limit 2 isolated vlan 20'
as 1000 1000 4303 && verdicts_are "$for_students" br-lab
as 1000 1000 1000 && verdicts_are "notfound virbr0 notfound br0 notfound br-lab" br-lab
write "$rule" 'allow user alice bridge br-lab limit 1 mac 52:54:00:12:34:56 tap alice%d'
as 4300 4300 4300 && verdicts_are "$for_alice" br-lab
write "$rule" 'allow user bob bridge br-lab guard'
as 1000 1000 1000 && verdicts_are "$lab guard" br-lab
sed -n 's/^    \(\(allow\|deny\) .* bridge .*\)/\1/p' "$samples/../README.md" >"$rule"
as 1000 1000 4303 && verdicts_are "$for_students" br-lab
as 4300 4300 4300 && verdicts_are "notfound virbr0 allow br0 ${for_alice#* br0 }" br-lab
as 4300 4300 4301 && verdicts_are "allow virbr0 allow br0 deny br-admin" br-admin
as 1000 1000 4301 && verdicts_are "allow virbr0 notfound br0 deny br-admin" br-admin
write "$rule"
as 1000 1000 4302
sed -i 's/^#\([^ ].*\)/\1/' "$rules_d/50-sample.rules" # all at once
verdicts_are "deny virbr0 deny br0 deny br1"
as 1000 1000 1000 && verdicts_are "allow virbr0 deny br0 allow br1"

# switch.conf: as it stands, it is what holds without it.
statements_are "$samples/switch.conf" "acl: files
acl: files qemu [UNAVAIL=continue]
acl: qemu
log: required
network: any"
rm "$rules_d/50-sample.rules"
write "$rule" 'allow all bridge br0'
write "$conf" 'allow virbr0'
verdicts_are "allow virbr0 allow br0 notfound br1"
install -m 644 "$samples/switch.conf" "$switch" && verdicts_are "allow virbr0 allow br0 notfound br1"
write "$switch" 'acl: files' && verdicts_are "notfound virbr0 allow br0 notfound br1"
write "$switch" 'acl: qemu' && verdicts_are "allow virbr0 notfound br0 notfound br1"
write "$switch" 'acl: files qemu [UNAVAIL=continue]' && verdicts_are "allow virbr0 allow br0 notfound br1"
# This program makes no records, so there is no ALLOW for it; what is denied stays so.
printf 'acl: files qemu\nlog: required\n' >"$switch"
verdicts_are "unavail virbr0 unavail br0 notfound br1"
# What is asked of the service alone changes no verdict.
printf 'acl: files qemu\nnetwork: any\n' >"$switch"
verdicts_are "allow virbr0 allow br0 notfound br1"
echo "ok: the samples"
