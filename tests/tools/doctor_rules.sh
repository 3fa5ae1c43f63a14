#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_rules.sh VMNETCTL, as root in lab.sh's world: what is wrong with the rules, or with the
# user.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

result ok rules 'there are rules, and no error in them'
result ok groups 'this session has the groups that the user database has for vmuser (uid 4242)'
result ok verdict 'the rules let vmuser (uid 4242) use: br0, virbr0'

# The arguments.
run 64 "$ctl" doctor br0 virbr0
says "unexpected argument 'virbr0' of 'doctor'"
run 64 "$ctl" doctor toolongfor.an.interface
says 'is not a valid name of an interface'
run 67 "$ctl" doctor --user nobodyhere

# With sudo, the answer is about root, and that is said.
output=$(SUDO_USER=vmuser "$ctl" doctor br0 2>&1) || :
says 'vmnetctl: this is the answer for root; for vmuser: vmnetctl doctor br0 --user vmuser'
output=$(SUDO_USER=vmuser "$ctl" doctor br0 --user vmuser 2>&1) || :
says_not 'the answer for root'

# Errors and no rules, as vmnetctl check has them.
rules 20-wrong.rules 'allow user vmuser bridge' 'allow'
doctor 1
result fail rules '2 errors in the rules, and vmnet-helper refuses requests until they are fixed; the first: ' \
    "'vmnetctl check'"
says '/etc/vmnet/rules.d/20-wrong.rules:1:25: '
rules 20-wrong.rules 'deny'
doctor 1
result fail rules '1 error in the rules, and vmnet-helper refuses requests until it is fixed; /etc/vmnet/rules.d/20-wro'
rm /etc/vmnet/rules.d/20-wrong.rules
chmod 750 /etc/vmnet/rules.d
doctor 1
result fail rules '/etc/vmnet/rules.d: '
reset
doctor 1
result fail rules 'there is no rule, so every request is refused' "'vmnetctl explain --bridge BRIDGE' shows the line"
result fail verdict 'the rules let vmuser (uid 4242) use no bridge' "'vmnetctl explain --bridge BRIDGE'"
doctor 1 br0
result fail rules 'there is no rule' "'vmnetctl explain --bridge br0'"
# Warnings are for check.
bridge_conf 'allow br0' 'allow br0'
doctor 0
result ok rules 'no error'

# The verdict on one bridge, with the cure that explain has.
doctor 0 br0
result ok verdict "the rules let vmuser (uid 4242) use 'br0'"
doctor 1 virbr0
result fail verdict "vmnet-helper refuses 'virbr0' to vmuser (uid 4242); the rules say: notfound" \
    'add to /etc/vmnet/rules.d/50-local.rules (owner root, mode 644) this line: allow user vmuser bridge virbr0'
rules 50-local.rules 'allow user vmuser bridge virbr0'
doctor 0 virbr0
rules 50-local.rules 'deny user vmuser bridge virbr0' 'allow all bridge virbr0 limit 1'
doctor 1 virbr0
result fail verdict 'the rules say: deny' 'has this rule: deny user vmuser bridge virbr0'
run 0 "$ctl" doctor virbr0 --user vmother
result ok verdict "the rules let vmother (uid 4243) use 'virbr0'"
rules 50-local.rules 'deny all bridge all'
run 1 "$ctl" doctor --user vmother
result fail verdict 'the rules let vmother (uid 4243) use no bridge'
no_result ok verdict
rules 50-local.rules 'allow'
doctor 1 br0
result fail verdict 'the rules say: unavail' "'vmnetctl check'"
# Not what a shell would run.
reset
# shellcheck disable=SC2016 # it is the name
doctor 1 'a$(id)'
# shellcheck disable=SC2016
result fail rules 'there is no rule' "'vmnetctl explain --bridge BRIDGE'"

# A group that the session does not have: it fails where a rule or the helper depends on it.
reset
rules 1.rules 'allow user vmuser bridge br0' 'allow group vmgroup bridge virbr0'
doctor 0
run 1 without_groups vmuser "$ctl" doctor
result fail groups "the user database has vmuser (uid 4242) in the group 'vmgroup', but this session began before" \
    'log out of all sessions and in again'
rules 1.rules 'allow user vmuser bridge br0' 'allow gid 4250 bridge virbr0'
run 1 without_groups vmuser "$ctl" doctor
result fail groups "in the group 'vmgroup', but this session began before" 'log out of all sessions and in again'
rules 1.rules 'allow user vmuser bridge br0'
run 0 without_groups vmuser "$ctl" doctor
result note groups 'no rule depends on it' 'log out of all sessions and in again'
run 0 without_groups vmuser "$ctl" doctor --user vmuser
result ok groups 'they are those in the user database'
chgrp vmgroup "$helper"
chmod 4750 "$helper"
run 1 without_groups vmuser "$ctl" doctor
result fail groups "in the group 'vmgroup'" 'log out of all sessions and in again'
install_helper
# One that the database no longer has.
run 0 setpriv --reuid vmuser --regid vmuser --groups 4242,4250,4251 "$ctl" doctor
result note groups 'this session has 1 group that the user database does not give to vmuser (uid 4242)'
rules 1.rules 'allow uid 777 bridge br0'
run 0 setpriv --reuid 777 --regid 777 --clear-groups "$ctl" doctor
result note groups 'the user database does not know uid 777'
