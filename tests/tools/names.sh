#!/bin/sh
# SPDX-License-Identifier: MIT
#
# names.sh VMNETCTL, as root in lab.sh's world, of a build whose helper looks up no names: what that helper refuses is
# not called allowed, and what is proposed does without a name.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# refused: the helper refuses it when out of names
refused() {
    run 1 "$@"
    says '* the vmnet-helper of this build cannot look up names, and therefore refuses the request; write uid instead of user'
    says 'and in an allow, gid instead of group'
}

rules 1.rules '# names' 'allow user vmuser bridge br0' 'allow group vmgroup bridge br0' 'allow gid 4250 bridge virbr0' \
    'deny gid 4250 bridge br-x' 'allow uid 4243 bridge br-x'
ip link add br-x type bridge
refused as vmuser "$ctl" explain --bridge br0
says 'allow: vmuser (uid 4242) may use'
says ", but vmnet-helper refuses it: this build cannot look up the name of a rule"
refused as vmother "$ctl" explain --bridge br0
says 'notfound: '
says 'allow uid 4243 bridge br0'
says_not 'allow user vmother'
run 0 as vmuser "$ctl" explain --bridge virbr0
says_not 'cannot look up names'
# A deny for a gid asks the user database, unless the process holds it.
refused as vmother "$ctl" explain --bridge br-x
run 1 as vmuser "$ctl" explain --bridge br-x
says_not 'cannot look up names'

run 1 "$ctl" check
for line in 2 3 5; do
    says "/etc/vmnet/rules.d/1.rules:$line:1: warning: the vmnet-helper of this build cannot look up names"
done
[ "$(printf '%s\n' "$output" | grep -c '\[name-unusable\]')" = 3 ] || fail 'not three times name-unusable'
rules 1.rules 'allow uid 4242 bridge br0' 'allow gid 4250 bridge br0' 'deny uid 4243 bridge br0' 'allow all bridge virbr0'
run 0 "$ctl" check

# convert does without a name, too.
bridge_conf 'allow br0'
chgrp vmgroup /etc/qemu/bridge.conf
chmod 640 /etc/qemu/bridge.conf
run 0 "$ctl" convert /etc/qemu/bridge.conf
says 'allow uid 0 bridge br0 allow gid 4250 bridge br0'
