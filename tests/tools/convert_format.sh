#!/bin/sh
# SPDX-License-Identifier: MIT
#
# convert_format.sh VMNETCTL, as root in lab.sh's world: how convert tells the format of a file, and what it says of a
# line that belongs elsewhere.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# converts STATUS LINE RULE: a file with this line, its format told from it
converts() {
    printf '%s\n' "$2" >file
    run "$1" "$ctl" convert file
    says "$3"
}

lxc_note='NOTE on line 1: '
# bridge.conf
converts 0 'allow br0' 'allow all bridge br0'
converts 0 'allow veth' 'allow all bridge veth'
converts 0 ' deny	br0 ' 'deny all bridge br0'
for line in 'allow br0 # lab' 'deny br0 #lab net 2' 'allow veth # lab' 'allow br0 br1 br2 3' 'include a b 3 4'; do
    converts 2 "$line" 'file:1:'
    says 'nothing was converted'
    says_not "$lxc_note"
done
converts 2 'denny br0' "file:1:1: unknown word 'denny'"

# lxc-usernet
converts 0 'alice veth br0 2' 'allow user alice bridge br0 limit 2'
converts 0 'alice veth br0 1023' 'allow user alice bridge br0 limit 1023'
converts 1 'alice veth br0 1024' 'allow user alice bridge br0 limit 1023'
says "${lxc_note}lxc-user-nic allows more, and a limit is at most 1023: #     alice veth br0 1024"
converts 1 'alice veth br0 2147483647' 'allow user alice bridge br0 limit 1023'
converts 1 '@staff veth br0 1' 'allow group staff bridge br0 limit 1'
says "${lxc_note}in lxc-user-nic the members of a group share the count, and here each of them may have that many"
converts 1 '@staff veth br0 5000' 'allow group staff bridge br0 limit 1023'
says "may have that many taps; lxc-user-nic allows more, and a limit is at most 1023: #"
converts 0 'allow veth br0 2' 'allow user allow bridge br0 limit 2'
converts 0 'veth veth br0 2' 'allow user veth bridge br0 limit 2'
for line in 'alice macvlan br0 2' 'alice veth br0' 'alice veth br0 x' 'alice veth br0 # no count' '	a veth br0 1'; do
    converts 1 "$line" "$lxc_note"
done
for line in ' veth lxcbr0 10' 'veth lxcbr0 10' '	veth lxcbr0 10 # lab'; do
    converts 1 "$line" "${lxc_note}the user is missing; was \$USER empty when the line was written?:"
done
converts 0 '# users' '# users'

# The first line that tells decides, not the first.
printf '# a b c 4\nsomething\nalice veth br0 2\n' >file
run 1 "$ctl" convert file
says 'allow user alice bridge br0 limit 2'
printf 'something\ndeny br0\n' >file
run 2 "$ctl" convert file
says "file:1:1: unknown word 'something'"

# Rules already, wherever that is seen.
for line in 'allow user alice bridge br0' 'deny group g bridge br0' 'allow all bridge br0' 'allow uid 1 bridge all limit 2' \
    'deny gid 4 bridge x*'; do
    converts 2 "$line" "'file' is already a file of rules; check it with 'vmnetctl check', if its name ends with .rules"
    run 2 "$ctl" convert --from qemu file
    says 'file:1: this looks like a rule of a .rules file, which needs no conversion; nothing was converted'
    run 1 "$ctl" convert --from lxc-usernet file
    says "${lxc_note}this looks like a rule of a .rules file, which needs no conversion:"
done

# Lines of one format in a file of the other.
printf 'allow br0\nalice veth br0 2\n' >file
run 2 "$ctl" convert file
says 'file:2: this looks like a line of lxc-usernet; if the file is one, use --from lxc-usernet; nothing was converted'
printf 'allow br0\n veth br0 2\n' >file
run 2 "$ctl" convert file
says 'file:2: this looks like a line of lxc-usernet'
printf 'allow br0\nallow user alice bridge br0\n' >file
run 2 "$ctl" convert file
says 'file:2: this looks like a rule of a .rules file'
printf 'alice veth br0 2\ndeny br1\nallow all bridge br0\ninclude /etc/qemu/x\n' >file
run 1 "$ctl" convert file
says 'allow user alice bridge br0 limit 2'
says 'NOTE on line 2: this looks like a line of bridge.conf; if the file is one, use --from qemu: #     deny br1'
says 'NOTE on line 3: this looks like a rule of a .rules file'
says 'NOTE on line 4: this looks like a line of bridge.conf'
printf 'include %s/file\n' "$work" >outer
run 2 "$ctl" convert outer
says "$work/file:1: this looks like a line of lxc-usernet"

# A byte order mark.
for line in 'allow br0' 'alice veth br0 2' '# comment' ''; do
    printf '\357\273\277%s\n' "$line" >file
    for from in '' '--from qemu' '--from lxc-usernet'; do
        # shellcheck disable=SC2086 # words
        run 2 "$ctl" convert $from file
        says 'file:1:1: the file begins with a byte order mark; save it as UTF-8 without one'
    done
done
printf '\357\273\277allow br0\n' >inner
printf 'include %s/inner\n' "$work" >outer
run 2 "$ctl" convert outer
says "$work/inner:1:1: the file begins with a byte order mark"

# Limits can be left out.
printf '# users\nalice veth br0 2\nalice veth br0 3\n@g veth br0 0\n' >file
run 1 "$ctl" convert --drop-limits file
says 'NOTE on line 2: its count is left out, so the rule allows any number of taps: #     alice veth br0 2 allow user alice bridge br0 #'
says 'NOTE on line 3: its count is left out'
says 'NOTE on line 4: a count of 0 allows nothing'
says_not ' limit '
says_not 'goes on to'
printf '%s\n' "$output" >converted.rules
run 1 "$ctl" check converted.rules
says_not '[option-unenforced]'
run 1 "$ctl" convert file
says 'goes on to'
run 64 "$ctl" convert --drop-limits --from qemu file
printf 'allow br0\n' >file
run 64 "$ctl" convert --drop-limits file
says "--drop-limits is for lxc-usernet, and 'file' is a bridge.conf, which has no limits"
run 64 "$ctl" list --drop-limits
