#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sample.sh SAMPLE CONF READ_RULES, as root in lab.sh's world: the sample is valid and grants nothing; each of its
# commented-out statements is valid too, and does what the text above it says.
set -eu

sample=$1 conf=$2 read_rules=$3

# verdicts_are EXPECTED: of the rules in $conf, about the two bridges that the sample names and one more
verdicts_are() {
    found=$("$read_rules" virbr0 br0 br1 2>&1 | grep -v -E '^(read|missing) ' | tr '\n' ' ')
    [ "$found" = "$1 " ] || { echo "FAILED: wanted '$1', got '$found' from:" >&2; cat "$conf" >&2; exit 1; }
}

# rules LINE...: the rules are these alone
rules() {
    printf '%s\n' "$@" >"$conf"
    chmod 644 "$conf"
}

mkdir -p "${conf%/*}"
install -m 644 "$sample" "$conf"
"$read_rules" | grep -q -x "read $conf" || { echo "FAILED: $conf was not read" >&2; exit 1; }
verdicts_are "notfound virbr0 notfound br0 notfound br1"

# A statement that is commented out has no blank behind its '#'; text has one.
statements=$(sed -n 's/^#\([^ ].*\)/\1/p' "$sample")
[ "$(printf '%s\n' "$statements" | sort)" = "allow all
allow virbr0
deny all
deny br0
include /etc/qemu/alice.conf
include /etc/qemu/more.conf" ] || { echo "FAILED: the statements in the sample are: $statements" >&2; exit 1; }

rules 'allow virbr0' && verdicts_are "allow virbr0 notfound br0 notfound br1"
rules 'allow all' && verdicts_are "allow virbr0 allow br0 allow br1"
rules 'allow all' 'deny br0' && verdicts_are "allow virbr0 deny br0 allow br1"
rules 'include /etc/qemu/more.conf' 'include /etc/qemu/alice.conf' &&
    verdicts_are "notfound virbr0 notfound br0 notfound br1"

# All at once.
sed 's/^#\([^ ].*\)/\1/' "$sample" >"$conf.new"
mv "$conf.new" "$conf"
chmod 644 "$conf"
verdicts_are "deny virbr0 deny br0 deny br1"
sed -i '/^deny all$/d' "$conf"
verdicts_are "allow virbr0 deny br0 allow br1"

# The file of alice's, as the sample has it made, is read by her group alone. The caller here is vmuser.
rules 'include /etc/qemu/alice.conf'
echo 'allow virbr0' >/etc/qemu/alice.conf
chown root:vmgroup /etc/qemu/alice.conf
chmod 640 /etc/qemu/alice.conf
cp "$read_rules" /run/lab/read_rules
read_rules="setpriv --reuid 4242 --regid 4242 --groups 4250 /run/lab/read_rules"
found=$($read_rules virbr0 | tail -n 1)
[ "$found" = "allow virbr0" ] || { echo "FAILED: alice: $found" >&2; exit 1; }
read_rules="setpriv --reuid 4243 --regid 4243 --clear-groups /run/lab/read_rules"
found=$($read_rules virbr0 | tail -n 1)
[ "$found" = "notfound virbr0" ] || { echo "FAILED: another: $found" >&2; exit 1; }
echo "ok: the sample"
