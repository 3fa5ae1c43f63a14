#!/bin/sh
# SPDX-License-Identifier: MIT
#
# json.sh VMNETCTL SCHEMA, as root in lab.sh's world: each answer is as the schema has it, which holds for nothing else.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
schema=$2

# valid: the output is one answer, in ASCII
valid() {
    printf '%s\n' "$output" >answer
    ! grep -q '[^ -~]' answer || fail 'it is not ASCII'
    /usr/bin/python3 "$here/validate.py" "$schema" answer || fail 'it is not as the schema has it'
}

# has EXPRESSION: a Python expression about the answer
has() {
    /usr/bin/python3 -c "import json; answer = json.load(open('answer')); assert $1" || fail "not so: $1"
}

# answer STATUS COMMAND...
answer() {
    run "$@"
    valid
}

/usr/bin/python3 "$here/validate.py" "$schema" || fail 'the schema is wrong, or lets through what it should not'

# check
answer 0 "$ctl" check --json
has "answer['schema'] == 1 and answer['kind'] == 'check' and answer['findings'] == []"
rules 1.rules 'allow user nobodyhere bridge br0' 'allow all bridge gone'
printf 'allow user \303\244\033 bridge br0\nx\n' >/etc/vmnet/rules.d/2.rules
rules README ''
answer 2 "$ctl" check --json
has "answer['errors'] == 2 and answer['warnings'] == 2 or answer['warnings'] == 3"
has "[f['severity'] for f in answer['findings']] == ['error'] * 2 + ['warning'] * answer['warnings']"
has "answer['findings'][0]['text'] == r'allow user \xc3\xa4\x1b bridge br0' and answer['findings'][0]['line'] == 1"
answer 2 "$ctl" check --json nowhere
has "answer['findings'][0]['code'] == 'file-missing' and answer['findings'][0]['line'] is None"
rm /etc/vmnet/rules.d/2.rules
answer 1 "$ctl" check --json
has "[f['code'] for f in answer['findings']].count('bridge-absent') == 1"
rules 1.rules 'allow user vmuser bridge br0 limit 4'
answer 1 "$ctl" check --json
has "[(f['source'], f['code']) for f in answer['findings'] if 'option' in f['code']] == [('files', 'option-unenforced')]"

# list
rules 1.rules 'allow user vmuser bridge br0 limit 4' 'allow all bridge gone'
answer 0 as vmuser "$ctl" list --json
has "[b['name'] for b in answer['bridges']] == ['br0', 'gone'] and answer['error'] is None"
has "answer['bridges'][0]['options'] == {'limit': 4} and answer['bridges'][0]['state'] == 'up'"
has "answer['bridges'][1]['options'] == {} and answer['bridges'][1]['rule']['line'] == 2"
has "answer['user'] == {'name': 'vmuser', 'uid': 4242, 'gid': 4242, 'groups': answer['user']['groups']}"
has "4250 in answer['user']['groups']"
answer 0 setpriv --reuid 777 --regid 777 --clear-groups "$ctl" list --json
has "answer['user'] == {'name': None, 'uid': 777, 'gid': 777, 'groups': []}"
switch 'acl: nis'
answer 2 "$ctl" list --json
has "answer['bridges'] == [] and answer['error']['code'] == 'source-unknown'"

# explain
answer 2 "$ctl" explain --bridge br0 --json
has "answer['verdict'] == 'unavail' and answer['error']['column'] == 6 and answer['sources'] == []"
reset
answer 1 as vmuser "$ctl" explain --bridge br0 --json
has "answer['verdict'] == 'notfound' and answer['rule'] is None and answer['interface']['bridge']"
has "answer['advice'][0]['action'] == 'add' and answer['advice'][0]['text'] == 'allow user vmuser bridge br0'"
has "answer['advice'][0]['file'] == '/etc/vmnet/rules.d/50-local.rules'"
rules 1.rules 'allow user vmuser bridge br0 limit 4' 'deny user vmother bridge br0' 'allow uid 7 bridge virbr0'
bridge_conf 'include /etc/qemu/missing.conf' 'allow br0'
answer 1 as vmuser "$ctl" explain --bridge br0 --json
has "answer['verdict'] == 'allow' and answer['options'] == {'limit': 4} and answer['rule']['source'] == 'files'"
has "[s['status'] for s in answer['sources']] == ['allow', 'allow']"
has "[r['subject_matches'] for r in answer['sources'][0]['rules']] == ['yes', 'no']"
has "[f['passed_over'] for f in answer['files'] if f['path'].endswith('missing.conf')] == ['file-missing']"
has "[a['action'] for a in answer['advice']] == ['option'] and answer['unknowns'] == []"
answer 1 as vmuser "$ctl" explain --bridge br0 --all --json
has "[r['effect'] for r in answer['sources'][0]['rules']] == ['allow', 'deny', 'allow']"
answer 1 as vmuser "$ctl" explain --bridge br0 --user vmother --json
has "answer['verdict'] == 'deny' and not answer['sources'][1]['asked'] and answer['sources'][1]['status'] is None"
has "answer['advice'][0]['action'] == 'remove' and answer['advice'][0]['line'] == 2 and answer['unknowns']"
rules 2.rules 'allow'
switch 'acl: files [UNAVAIL=continue] qemu'
answer 0 as vmuser "$ctl" explain --bridge br0 --json
has "answer['degraded'] and answer['error']['code'] == 'subject-missing'"
mount -t tmpfs tmpfs /sys
answer 0 as vmuser "$ctl" explain --bridge br0 --json
has "answer['interface'] is None"
umount /sys

# No answer at all is no JSON.
output=$("$ctl" list --json --user nobodyhere 2>/dev/null) && fail 'there is no such user'
[ "$output" = "" ] || fail 'it answers all the same'
