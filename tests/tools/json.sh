#!/bin/sh
# SPDX-License-Identifier: MIT
#
# json.sh VMNETCTL SCHEMA, as root in lab.sh's world: each answer is as the schema has it, which holds for nothing else.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
schema=$2
/usr/bin/python3 -c 'import jsonschema' || skip 'python3 has no module jsonschema'

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
has "answer['schema'] == 2 and answer['kind'] == 'check' and answer['findings'][0]['code'] == 'rules-none'"
rules 1.rules 'allow user nobodyhere bridge br0' 'allow all bridge gone'
printf 'allow user \303\244\033 bridge br0\nx\n' >/etc/vmnet/rules.d/2.rules
rules README ''
answer 2 "$ctl" check --json
has "answer['errors'] == 2 and answer['warnings'] == 1 or answer['warnings'] == 2"
has "[f['severity'] for f in answer['findings']] == ['error'] * 2 + ['warning'] * answer['warnings'] + \
    ['note'] * answer['notes']"
has "answer['findings'][0]['text'] == r'allow user \xc3\xa4\x1b bridge br0' and answer['findings'][0]['line'] == 1"
answer 2 "$ctl" check --json nowhere
has "answer['findings'][0]['code'] == 'file-missing' and answer['findings'][0]['line'] is None"
rm /etc/vmnet/rules.d/2.rules
answer 1 "$ctl" check --json
has "[f['code'] for f in answer['findings']].count('bridge-absent') == 1"
has "answer['notes'] == 1 and answer['findings'][-1]['severity'] == 'note' and answer['errors'] == 0"

# list
rules 1.rules 'allow user vmuser bridge br0 limit 4' 'allow all bridge gone'
answer 0 as vmuser "$ctl" list --json
has "[b['name'] for b in answer['bridges']] == ['br0', 'gone'] and answer['error'] is None"
has "answer['bridges'][0]['options'] == {'limit': 4} and answer['bridges'][0]['state'] == 'up'"
has "[b['used'] for b in answer['bridges']] == [0, None]"
has "[b['helper_grants'] for b in answer['bridges']] == [True, False]"
has "answer['bridges'][0]['helper_refusal'] is None and 'no interface' in answer['bridges'][1]['helper_refusal']"
has "answer['bridges'][1]['options'] == {} and answer['bridges'][1]['rule']['place']['line'] == 2"
has "answer['bridges'][0]['rule']['subject'] == {'kind': 'user', 'name': 'vmuser', 'id': None}"
has "answer['bridges'][1]['rule']['text'] == 'allow all bridge gone'"
has "answer['user'] == {'name': 'vmuser', 'uid': 4242, 'gid': 4242, 'groups': answer['user']['groups']}"
has "4250 in answer['user']['groups']"
answer 0 setpriv --reuid 777 --regid 777 --clear-groups "$ctl" list --json
has "answer['user'] == {'name': None, 'uid': 777, 'gid': 777, 'groups': []}"
answer 0 "$ctl" list --json --uid 777
has "answer['user'] == {'name': None, 'uid': 777, 'gid': None, 'groups': []}"
switch 'acl: nis'
answer 2 "$ctl" list --json
has "answer['bridges'] == [] and answer['error']['code'] == 'source-unknown'"

# explain
answer 2 "$ctl" explain --bridge br0 --json
has "answer['verdict'] == 'unavail' and answer['error']['column'] == 6 and answer['sources'] == []"
reset
answer 1 as vmuser "$ctl" explain --bridge br0 --json
has "not answer['helper_grants'] and answer['helper_refusal'] is None"
has "answer['verdict'] == 'notfound' and answer['rule'] is None and answer['interface']['bridge']"
has "answer['advice'][0]['action'] == 'add' and answer['advice'][0]['rule']['text'] == 'allow user vmuser bridge br0'"
place="{'source': 'files', 'file': '/etc/vmnet/rules.d/50-local.rules', 'line': None, 'column': None}"
has "answer['advice'][0]['rule'] == {**answer['advice'][0]['rule'], 'bridge': 'br0', 'action': 'allow', 'place': $place}"
has "[a['rule'] for a in answer['advice'] if a['action'] != 'add'] == [None] * (len(answer['advice']) - 1)"
rules 1.rules 'allow user vmuser bridge br0 limit 4' 'deny user vmother bridge br0' 'allow uid 7 bridge virbr0'
bridge_conf 'include /etc/qemu/missing.conf' 'allow br0'
answer 0 as vmuser "$ctl" explain --bridge br0 --json
has "answer['helper_grants'] and answer['helper_refusal'] is None"
has "answer['verdict'] == 'allow' and answer['options'] == {'limit': 4} and answer['rule']['place']['source'] == 'files'"
has "[s['status'] for s in answer['sources']] == ['allow', 'allow']"
has "[r['subject_matches'] for r in answer['sources'][0]['rules']] == ['yes', 'no']"
has "[f['skipped'] for f in answer['files'] if f['path'].endswith('missing.conf')] == ['file-missing']"
has "answer['advice'] == [] and answer['unknowns'] == []"
answer 0 as vmuser "$ctl" explain --bridge br0 --all --json
has "[r['action'] for r in answer['sources'][0]['rules']] == ['allow', 'deny', 'allow']"
answer 1 as vmuser "$ctl" explain --bridge br0 --user vmother --json
has "answer['verdict'] == 'deny' and not answer['sources'][1]['asked'] and answer['sources'][1]['status'] is None"
has "answer['advice'][0]['action'] == 'remove' and answer['unknowns']"
has "answer['advice'][0]['rule']['place'] == answer['rule']['place'] and answer['rule']['place']['line'] == 2"
has "answer['advice'][0]['rule'] == answer['rule'] and answer['rule']['text'] == 'deny user vmother bridge br0'"
rules 2.rules 'allow'
switch 'acl: files [UNAVAIL=continue] qemu'
answer 0 as vmuser "$ctl" explain --bridge br0 --json
has "answer['degraded'] and answer['error']['code'] == 'subject-missing'"
answer 0 as_without_netlink vmuser "$ctl" explain --bridge br0 --json
has "answer['interface'] is None and answer['helper_grants'] and answer['helper_refusal'] is None"

# Each option of a rule, as a number, a text or true.
reset
rules 1.rules 'allow user vmuser bridge br0 limit 3 isolated guard mac 52:54:00:12:34:56 vlan 7 tap vm%d'
options="{'limit': 3, 'isolated': True, 'guard': True, 'mac': '52:54:00:12:34:56', 'vlan': 7, 'tap': 'vm%d'}"
answer 0 as vmuser "$ctl" list --json
has "answer['bridges'][0]['options'] == answer['bridges'][0]['rule']['options'] == $options"
answer 0 "$ctl" rules --json
has "answer['rules'][0]['options'] == $options"

# Each part of a rule is a member, for each kind of subject and of bridge, in both grammars.
reset
rules 1.rules '# first' '  allow  user vmuser   bridge br0 limit 7' 'deny gid 4299 bridge br*' \
    'allow group vmgroup bridge all' 'allow uid 4242 bridge virbr0'
bridge_conf 'allow all' 'deny a*b'
answer 0 as vmuser "$ctl" explain --bridge br0 --all --json
cat >parts <<'PYTHON'
import json

keys = ("text", "action", "subject", "bridge", "pattern", "options")
answer = json.load(open("answer"))
found = [tuple(rule[key] for key in keys) for source in answer["sources"] for rule in source["rules"]]
subject = lambda kind, name=None, id=None: {"kind": kind, "name": name, "id": id}
wanted = [
    ("allow user vmuser bridge br0 limit 7", "allow", subject("user", "vmuser"), "br0", False, {"limit": 7}),
    ("deny gid 4299 bridge br*", "deny", subject("gid", id=4299), "br*", True, {}),
    ("allow group vmgroup bridge all", "allow", subject("group", "vmgroup"), "all", True, {}),
    ("allow uid 4242 bridge virbr0", "allow", subject("uid", id=4242), "virbr0", False, {}),
    ("allow all", "allow", subject("all"), "all", True, {}),
    ("deny a*b", "deny", subject("all"), "a*b", False, {}),
]
assert found == wanted, found
assert tuple(answer["rule"][key] for key in keys) == wanted[0]
assert answer["rule"]["place"] == {"source": "files", "file": "/etc/vmnet/rules.d/1.rules", "line": 2, "column": 3}
PYTHON
/usr/bin/python3 parts || fail 'not the parts of the rules'
# The list has them, too; many bridges of one rule have the same.
rules 1.rules 'allow gid 4250 bridge all'
bridge_conf 'allow gone'
answer 0 as vmuser "$ctl" list --json
has "[(b['name'], b['rule']['subject']['kind'], b['rule']['pattern']) for b in answer['bridges']] == \
    [('br0', 'gid', True), ('gone', 'gid', True), ('virbr0', 'gid', True)]"
# What bridge.conf is proposed is a rule of its grammar; what is denied there names its rule.
reset
switch 'acl: qemu'
bridge_conf 'allow virbr0'
answer 1 as vmuser "$ctl" explain --bridge br0 --json
has "answer['advice'][0]['rule']['text'] == 'allow br0' and answer['advice'][0]['rule']['place']['source'] == 'qemu'"
bridge_conf 'include /etc/qemu/more.conf' 'include /etc/qemu/more.conf' 'allow br0'
printf 'deny br0\n' >/etc/qemu/more.conf
answer 1 as vmuser "$ctl" explain --bridge br0 --json
has "[a['rule']['text'] for a in answer['advice']] == ['deny br0'] * 2 and answer['rule']['text'] == 'deny br0'"
has "[a['action'] for a in answer['advice']] == ['remove'] * 2"
# What must be fixed first is no rule.
reset
rules 1.rules 'allow'
answer 2 as vmuser "$ctl" explain --bridge br0 --json
has "[(a['action'], a['rule']) for a in answer['advice']] == [('fix', None)] and answer['rule'] is None"

# Rules, and who may use a bridge.
answer 2 "$ctl" rules --json
has "answer['rules'] == [] and [e['code'] for e in answer['errors']] == ['subject-missing']"
rules 1.rules 'allow group vmgroup bridge br* limit 2' 'deny user vmother bridge br0' 'allow all bridge virbr0'
bridge_conf 'allow br0'
answer 0 "$ctl" rules --json
has "[r['place']['line'] for r in answer['rules']] == [1, 2, 3, 1] and answer['errors'] == []"
answer 0 "$ctl" who br0 --json
has "[a['who'] for a in answer['allows']] == ['members of group vmgroup', 'every user'] and answer['bridge'] == 'br0'"
has "answer['allows'][0]['rule']['options'] == {'limit': 2}"
has "[d['text'] for a in answer['allows'] for d in a['denies']] == ['deny user vmother bridge br0'] * 2"
switch 'acl: nis'
answer 2 "$ctl" who br0 --json
has "answer['allows'] == [] and len(answer['errors']) == 1"
rm /etc/vmnet/switch.conf
# doctor
reset
rules 1.rules 'allow user vmuser bridge br0'
answer 1 as vmuser "$ctl" doctor gone --json
has "answer['bridge'] == 'gone' and answer['user']['name'] == 'vmuser'"
has "answer['failures'] == len([r for r in answer['results'] if r['level'] == 'fail']) > 0"
has "answer['notes'] == len([r for r in answer['results'] if r['level'] == 'note'])"
has "[r['cure'] is None for r in answer['results'] if r['name'] == 'verdict'] == [False]"

# No answer at all is no JSON.
output=$("$ctl" list --json --user nobodyhere 2>/dev/null) && fail 'there is no such user'
[ "$output" = "" ] || fail 'it answers all the same'
