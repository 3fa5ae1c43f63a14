#!/bin/sh
# SPDX-License-Identifier: MIT
#
# page_examples.sh VMNETCTL SOURCE_DIRECTORY, as root in lab.sh's world: the rules in the section EXAMPLES of
# vmnet-rules(5) are valid as they are printed, and those of the class room do what the text says. Its commands are run
# by tests/qemu/host.sh, since they need a kernel with VLANs for bridges.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

page=$2/conf/vmnet-rules.5
printf '%s\n' 'alice:x:4300:4300::/:/bin/sh' 'anna:x:4301:4301::/:/bin/sh' >>/etc/passwd
printf '%s\n' 'students:x:4310:anna' >>/etc/group
grep -q '^kvm:' /etc/group || echo 'kvm:x:4311:' >>/etc/group
grep -q '^guests:' /etc/group || echo 'guests:x:4312:' >>/etc/group

# Each example is a file of its own. They name bridges that do not exist here, which is a note.
awk '/^\.Sh / { is_section = $2 == "EXAMPLES" }
    is_section && /^\.Ed/ { is_display = 0 }
    { gsub(/\\-/, "-") }
    is_section && sub(/^\.Dl /, "") { print >(++count ".example"); next }
    is_display { print >(count ".example") }
    is_section && /^\.Bd -literal/ { is_display = 1; count++ }' "$page"
count=0
for example in *.example; do
    grep -q -E '^(allow|deny) ' "$example" || continue # commands
    run 0 "$ctl" check --as files - <"$example"
    says_not error
    says_not warning
    count=$((count + 1))
done
[ "$count" = 6 ] || fail "$count examples of rules found"

# The class room.
sh "$here/../lab/display.sh" "$page" 'A class room' 3 >/etc/vmnet/rules.d/50-students.rules
run 1 "$ctl" explain --bridge br0 --user anna
says "but vmnet-helper refuses it: 'br0' is not VLAN-aware" # the commands have not been run
says 'Options: limit 2 isolated vlan 20, from /etc/vmnet/rules.d/50-students.rules:2'
run 1 "$ctl" explain --bridge br0 --user alice
says 'notfound: '
run 1 "$ctl" explain --bridge br1 --user anna
says 'notfound: '
echo 'ok: the examples of the page'
