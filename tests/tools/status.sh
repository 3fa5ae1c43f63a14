#!/bin/sh
# SPDX-License-Identifier: MIT
#
# status.sh VMNETCTL SCHEMA [ask-helper], as root in lab.sh's world: the taps that vmnet-helper made, and each thing
# that can be wrong with one. The taps are made with ip(8), and with the alias and the number that vmnet-helper gives
# them. With ask-helper, it makes one, too.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
schema=$2
/usr/bin/python3 -c 'import jsonschema' || skip 'python3 has no module jsonschema'
br0=$(cat /sys/class/net/br0/ifindex)

# made NAME UID BRIDGE [REST]: a tap with this alias, on br0
made() {
    ip tuntap add "$1" mode tap
    ip link set dev "$1" alias "vmnet-helper uid=$2 bridge=$3${4-}"
    ip link set dev "$1" master br0
}

# numbered NAME UID K: the number of the tap
numbered() {
    ip link property add dev "$1" altname "vmnet-helper.$2.$br0.$3"
}

# held NAME [COMMAND]: a process with this name holds the tap until it is released; its pid is in $holder
held() {
    rm -f holds
    /usr/bin/python3 -c 'import fcntl, signal, struct, sys
tun = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", sys.argv[1].encode(), 0x1002))
open("/proc/self/comm", "wb").write(sys.argv[2].encode("latin-1"))
open("holds", "w").close()
signal.pause()' "$1" "${2-qemu}" &
    holder=$!
    until [ -e holds ]; do
        kill -0 "$holder" || fail "nobody holds $1"
        sleep 0.01
    done
}

released() {
    kill "$holder"
    wait "$holder" 2>/dev/null || true
}

# answer STATUS [COMMAND...]: the JSON of status, by COMMAND; that each is as the schema has it is checked in the end
answers=0
mkdir answers
answer() {
    wanted=$1
    shift
    run "$wanted" "$@" "$ctl" status --json
    printf '%s\n' "$output" >answer
    ! grep -q '[^ -~]' answer || fail 'it is not ASCII'
    answers=$((answers + 1))
    cp answer "answers/$answers"
}

# has EXPRESSION: a Python expression about the answer, and about tap, its first one
has() {
    /usr/bin/python3 -c "import json; answer = json.load(open('answer'))
tap = (answer['taps'] + [None])[0]
found = lambda i: [finding['code'] for finding in answer['taps'][i]['findings']]
assert $1" || fail "not so: $1"
}

# finding CODE MESSAGE CURE
finding() {
    says "  finding: $2"
    says "[$1]     cure: $3"
}

rules 1.rules 'allow uid 4242 bridge br0'

# None, and those of others.
run 0 "$ctl" status
[ "$output" = '0 taps, 0 findings' ] || fail 'there is none'
ip tuntap add other mode tap
ip link set dev other alias 'uid=4242 bridge=br0'
ip link add vethA type veth peer name vethB
ip link set dev vethA alias 'vmnet-helper uid=4242 bridge=br0'
answer 0
has "answer['taps'] == [] and answer['error'] is None and answer['findings'] == 0"
ip link del other
ip link del vethA

# As it should be. A number of another bridge or of another user is none.
made tap0 4242 br0 ' since=1700000000'
held tap0
run 0 "$ctl" status
[ "$output" = "tap0: bridge 'br0', vmuser (uid 4242), since 2023-11-14 22:13:20 UTC
  options in force: none
  held by: qemu (pid $holder)
1 tap, 0 findings" ] || fail 'not as it is'
answer 0
has "tap['name'] == 'tap0' and tap['bridge'] == tap['port_of'] == 'br0' and tap['number'] is None"
has "tap['user'] == {'name': 'vmuser', 'uid': 4242} and tap['since'] == 1700000000 and tap['verdict'] == 'allow'"
has "tap['holders'] == [{'pid': $holder, 'command': 'qemu'}] and tap['findings'] == [] and tap['error'] is None"
has "tap['port'] == {'isolated': False, 'guard': False, 'locked': False, 'mac': None, 'vlan': None}"
ip link property add dev tap0 altname "vmnet-helper.4242.$((br0 + 1000)).4"
ip link property add dev tap0 altname "vmnet-helper.4243.$br0.5"
answer 0
has "tap['number'] is None"
numbered tap0 4242 1
answer 0
has "tap['number'] == {'held': 2, 'limit': None}"
rules 1.rules 'allow uid 4242 bridge br0 limit 3'
run 0 "$ctl" status
says ', number 2 of 3, since'
answer 0
has "tap['number'] == {'held': 2, 'limit': 3}"

# One that vmnet-helper made.
if [ "${3-}" = ask-helper ]; then
    rules 2.rules 'allow uid 4242 bridge virbr0 limit 5 isolated mac 52:54:00:00:00:09 tap vm%d'
    rm -f holds
    chmod 1777 .
    setpriv --reuid vmuser --regid vmuser --init-groups -- /usr/bin/python3 -S -c '
import signal, socket, subprocess, sys
ours, theirs = socket.socketpair()
subprocess.run([sys.argv[1], "--fd=%d" % theirs.fileno(), "--br=virbr0"], pass_fds=[theirs.fileno()], check=True)
tap = socket.recv_fds(ours, 16, 1)
open("holds", "w").close()
signal.pause()' "$helper" &
    guest=$!
    until [ -e holds ]; do
        kill -0 "$guest" || fail 'no tap of vmnet-helper'
        sleep 0.01
    done
    chmod 755 .
    answer 0
    has "[tap['name'] for tap in answer['taps']] == ['tap0', 'vm0']"
    has "answer['taps'][1] == {**tap, 'name': 'vm0', 'index': answer['taps'][1]['index'], 'bridge': 'virbr0',
        'port_of': 'virbr0', 'number': {'held': 1, 'limit': 5}, 'since': answer['taps'][1]['since'],
        'holders': [{'pid': $guest, 'command': 'python3'}],
        'port': {'isolated': True, 'guard': False, 'locked': True, 'mac': '52:54:00:00:00:09', 'vlan': None}}"
    has "0 <= __import__('time').time() - answer['taps'][1]['since'] < 3600"
    run 0 "$ctl" list --uid 4242
    says '1 of 5 used'
    kill "$guest"
    wait "$guest" 2>/dev/null || true
    while [ -e /sys/class/net/vm0 ]; do # as in run.sh
        sleep 0.01
    done
    answer 0
    has "[tap['name'] for tap in answer['taps']] == ['tap0']"
    rm /etc/vmnet/rules.d/2.rules
fi

# Who holds it: other users do not see it, but that somebody does. The name is one that the process gives itself.
run 0 as vmother "$ctl" status
says 'held by: unknown'
answer 0 as vmother
has "tap['holders'] is None"
released
held tap0 "$(printf 'a\033]0;x\\n')"
run 0 "$ctl" status
says "held by: a\\x1b]0;x\\n (pid $holder)"
answer 0
# A process that holds a tap of this name in another network namespace is not it.
unshare --net /usr/bin/python3 -c 'import fcntl, signal, struct
tun = open("/dev/net/tun", "r+b", buffering=0)
fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"tap0", 0x1002))
open("elsewhere", "w").close()
signal.pause()' &
elsewhere=$!
until [ -e elsewhere ]; do
    kill -0 "$elsewhere" || fail 'nobody holds it elsewhere'
    sleep 0.01
done
answer 0
has "[holder['pid'] for holder in tap['holders']] == [$holder]"

# Nobody holds it.
released
run 1 "$ctl" status
says 'held by: no process'
finding unheld 'it is persistent, and no process holds it' 'as root: ip link del dev tap0'
run 1 as vmother "$ctl" status # the carrier tells
finding unheld 'it is persistent, and no process holds it' 'as root: ip link del dev tap0'
answer 1
has "tap['holders'] == [] and found(0) == ['unheld'] and answer['findings'] == 1"
kill "$elsewhere"
wait "$elsewhere" 2>/dev/null || true
ip link del dev tap0 # what it says helps
run 0 "$ctl" status

# It lost its bridge.
rules 1.rules 'allow uid 4242 bridge br0'
made tap0 4242 br0
held tap0
ip link set dev tap0 nomaster
run 1 "$ctl" status
says "tap0: bridge 'br0', vmuser (uid 4242), since unknown"
finding bridge-lost "it is not plugged into 'br0' any more" 'as root: ip link set dev tap0 master br0'
answer 1
has "tap['port_of'] is None and tap['since'] is None and found(0) == ['bridge-lost']"
ip link set dev tap0 master br0 # what it says helps
run 0 "$ctl" status
ip link set dev tap0 nomaster
# Not by hand where something would be lost: a number, a limit, an option.
delete='as root: ip link del dev tap0; then start the guest again'
for options in 'limit 3' isolated guard 'mac 52:54:00:00:00:09' 'vlan 7'; do
    rules 1.rules "allow uid 4242 bridge br0 $options"
    run 1 "$ctl" status
    finding bridge-lost "it is not plugged into 'br0' any more" "$delete"
    says_not ' master '
done
rules 1.rules 'allow uid 4242 bridge br0'
ip link property add dev tap0 altname vmnet-helper.4242.9999.0
run 1 "$ctl" status
finding bridge-lost "it is not plugged into 'br0' any more" "$delete"
ip link property del dev tap0 altname vmnet-helper.4242.9999.0
rules 1.rules 'deny uid 4242 bridge br0'
answer 1
has "found(0) == ['bridge-lost', 'not-allowed'] and 'master' not in tap['findings'][0]['cure']"
rules 1.rules 'allow'
answer 2
has "found(0) == ['bridge-lost'] and 'master' not in tap['findings'][0]['cure']"
# There is no such bridge.
rules 1.rules 'allow uid 4242 bridge gone' 'allow uid 4242 bridge lo'
for bridge in gone lo; do
    ip link set dev tap0 alias "vmnet-helper uid=4242 bridge=$bridge"
    run 1 "$ctl" status
    finding bridge-lost "the bridge '$bridge' that it was made for does not exist" 'as root: ip link del dev tap0'
done

# It is on another one.
rules 1.rules 'allow uid 4242 bridge br0' 'allow uid 4242 bridge virbr0'
ip link set dev tap0 alias 'vmnet-helper uid=4242 bridge=br0'
ip link set dev tap0 master virbr0
run 1 "$ctl" status
finding bridge-other "it is plugged into 'virbr0', but was made for 'br0'" 'as root: ip link del dev tap0'
answer 1
has "tap['bridge'] == 'br0' and tap['port_of'] == 'virbr0' and found(0) == ['bridge-other']"
ip link set dev tap0 master br0

# The rules do not allow it any more.
rules 1.rules 'allow uid 4243 bridge br0'
run 1 "$ctl" status
finding not-allowed "no rule allows vmuser (uid 4242) the bridge 'br0' any more" 'as root: ip link del dev tap0'
answer 1
has "tap['verdict'] == 'notfound' and found(0) == ['not-allowed']"
rules 1.rules 'allow all bridge br0' 'deny user vmuser bridge br0'
run 1 "$ctl" status
finding not-allowed "the rules deny vmuser (uid 4242) the bridge 'br0' now: /etc/vmnet/rules.d/1.rules:2" \
    'as root: ip link del dev tap0'
# They are asked for the user with the groups of a new login, and for a uid that has no account.
rules 1.rules 'allow group vmgroup bridge br0'
run 0 "$ctl" status
made tap1 777 br0
ip link set dev tap1 master br0
answer 1
has "[tap['verdict'] for tap in answer['taps']] == ['allow', 'notfound'] and found(1) == ['unheld', 'not-allowed']"
has "answer['taps'][1]['user'] == {'name': None, 'uid': 777}"
rules 2.rules 'allow uid 777 bridge br0'
answer 1
has "found(1) == ['unheld']"
ip link del tap1
rm /etc/vmnet/rules.d/2.rules

# No verdict is not a denial.
rules 1.rules 'allow'
run 2 "$ctl" status
says 'unknown: whether the rules allow it now: /etc/vmnet/rules.d/1.rules:1:6: '
says_not 'finding:'
answer 2
has "tap['verdict'] == 'unavail' and tap['error']['code'] == 'subject-missing' and tap['findings'] == []"
switch 'acl: nis'
answer 2
has "tap['verdict'] == 'unavail' and tap['error']['code'] == 'source-unknown'"
rm /etc/vmnet/switch.conf
rules 1.rules 'allow user vmuser bridge virbr0'
bridge_conf 'include /etc/qemu/group.conf'
include_for_vmgroup /etc/qemu/group.conf 'allow br0'
answer 2
has "tap['verdict'] == 'unavail' and tap['error']['code'] == 'reader' and tap['findings'] == []"
answer 0 as vmuser # he reads it himself
rm /etc/qemu/bridge.conf /etc/qemu/group.conf

# Nor is it, where the user cannot be looked up.
cp /etc/nsswitch.conf nsswitch.conf
sed -i 's/^passwd:.*/passwd: files/' /etc/nsswitch.conf
rules 1.rules 'allow group vmgroup bridge br0'
chmod 000 /etc/passwd
answer 2 without_groups vmother
has "tap['verdict'] == 'unavail' and tap['error']['code'] == 'lookup-failed' and tap['findings'] == []"
has "tap['user'] == {'name': None, 'uid': 4242}"
chmod 644 /etc/passwd
cp nsswitch.conf /etc/nsswitch.conf

# The rule has an option that the port lacks.
rules 1.rules 'allow uid 4242 bridge br0 isolated guard mac 52:54:00:00:00:09'
lacking='the rule has options that are not in force on the port: '
run 1 "$ctl" status
finding option-lacking "${lacking}isolated guard mac 52:54:00:00:00:09 (/etc/vmnet/rules.d/1.rules:1)" "$delete"
bridge link set dev tap0 isolated on guard on
run 1 "$ctl" status
finding option-lacking "${lacking}guard mac 52:54:00:00:00:09 (" "$delete" # BPDUs are kept off, but not a root
bridge link set dev tap0 root_block on
bridge fdb add 52:54:00:00:00:09 dev tap0 master static sticky
run 1 "$ctl" status
finding option-lacking "${lacking}mac 52:54:00:00:00:09 (" "$delete" # not locked
for flags in 'locked on' 'learning off'; do # each is a part of what the option says
    # shellcheck disable=SC2086 # words
    bridge link set dev tap0 $flags
    run 1 "$ctl" status
    says 'options in force: isolated guard locked'
    finding option-lacking "${lacking}mac 52:54:00:00:00:09 (" "$delete"
done
bridge link set dev tap0 flood off
run 0 "$ctl" status
says 'options in force: isolated guard mac 52:54:00:00:00:09'
answer 0
has "tap['port'] == {'isolated': True, 'guard': True, 'locked': True, 'mac': '52:54:00:00:00:09', 'vlan': None}"
# Another address beside it, or in its place, or one that moves.
bridge fdb add 52:54:00:00:00:0a dev tap0 master static sticky
run 1 "$ctl" status
finding option-lacking "${lacking}mac 52:54:00:00:00:09 (" "$delete"
says 'options in force: isolated guard locked'
bridge fdb del 52:54:00:00:00:09 dev tap0 master
run 1 "$ctl" status
finding option-lacking "${lacking}mac 52:54:00:00:00:09 (" "$delete"
says 'options in force: isolated guard mac 52:54:00:00:00:0a'
bridge fdb del 52:54:00:00:00:0a dev tap0 master
bridge fdb add 52:54:00:00:00:09 dev tap0 master static
answer 1
has "found(0) == ['option-lacking'] and tap['port']['locked'] and tap['port']['mac'] is None"
# A VLAN, on a bridge that does not filter VLANs.
rules 1.rules 'allow uid 4242 bridge br0 vlan 7'
run 1 "$ctl" status
finding option-lacking "${lacking}vlan 7 (" "$delete"
# So it is where the kernel can filter them.
if ip link set dev br0 type bridge vlan_filtering 1 2>/dev/null; then
    run 1 "$ctl" status
    says 'vlan 1 ' # the bridge's own
    finding option-lacking "${lacking}vlan 7 (" "$delete"
    bridge vlan add dev tap0 vid 7 pvid untagged
    run 1 "$ctl" status
    finding option-lacking "${lacking}vlan 7 (" "$delete" # it has two
    bridge vlan del dev tap0 vid 1
    run 0 "$ctl" status
    says ' vlan 7 '
    answer 0
    has "tap['port']['vlan'] == 7"
    bridge vlan add dev tap0 vid 100-4000
    run 1 "$ctl" status
    finding option-lacking "${lacking}vlan 7 (" "$delete"
    ip link set dev br0 type bridge vlan_filtering 0
    bridge vlan del dev tap0 vid 100-4000
    run 1 "$ctl" status
    finding option-lacking "${lacking}vlan 7 (" "$delete"
fi
released
ip link del tap0

# More than the limit: the newest are too many.
rules 1.rules 'allow uid 4242 bridge br0 limit 2' 'allow uid 4243 bridge br0 limit 2'
made tap0 4242 br0 ' since=1700000003'
made tap1 4242 br0 ' since=1700000001'
made tap2 4242 br0
made tap3 4243 br0 ' since=1700000009'
made tap4 4242 br0 ' since=1700000002'
run 1 "$ctl" status
text="vmuser (uid 4242) has 4 taps on 'br0', and the rule allows 2 now (/etc/vmnet/rules.d/1.rules:1);"
finding limit-exceeded "$text 3 of them are older than this one" 'as root: ip link del dev tap0'
finding limit-exceeded "$text 2 of them are older than this one" 'as root: ip link del dev tap4'
answer 1
has "[found(i)[1:] for i in range(5)] == [['limit-exceeded'], [], [], [], ['limit-exceeded']]"
# One that lost its bridge counts only with a number, as it does for vmnet-helper.
ip link set dev tap2 nomaster
answer 1
has "[found(i)[1:] for i in range(5)] == [['limit-exceeded'], [], ['bridge-lost'], [], []]"
numbered tap2 4242 0
answer 1
has "[found(i)[1:] for i in range(5)] == [['limit-exceeded'], [], ['bridge-lost'], [], ['limit-exceeded']]"
for name in tap0 tap1 tap2 tap3 tap4; do
    ip link del "$name"
done

# Aliases that are none of ours, of which nothing is believed.
rules 1.rules 'allow all bridge all'
made tap0 4242 br0
held tap0
for alias in 'uid=' 'uid=99999999999 bridge=br0' 'uid=4294967295 bridge=br0' 'uid=-1 bridge=br0' 'uid=01 bridge=br0' \
    'uid=4242' 'uid=4242 bridge=' 'uid=4242 bridge=../../x' 'uid=4242 bridge=br0 since=' 'uid=4242 bridge=br0 ' \
    'uid=4242 bridge=br0 since=1x' 'uid=4242 bridge=br0 since=99999999999999999999' 'uid=4242  bridge=br0' \
    'uid=4242 bridge=br0 since=1 more' 'uid=4242 bridge=0123456789abcdef' 'uid=4242 bridge=x%d' \
    "$(printf 'uid=4242 bridge=br0\nx')" "$(printf 'uid=4242 bridge=\033[7m\303\244')"; do
    ip link set dev tap0 alias "vmnet-helper $alias"
    run 1 "$ctl" status
    finding alias-invalid 'its alias begins as one of vmnet-helper does, but is none: ' \
        'ip -details link show dev tap0'
    says 'tap0: bridge, user and time unknown'
    ! printf '%s' "$output" | LC_ALL=C grep -q '[^ -~]' || fail 'bytes that do not belong on a terminal'
    answer 1
    has "tap['bridge'] is None and tap['user'] is None and tap['since'] is None and tap['verdict'] is None and \
        found(0) == ['alias-invalid']"
done
says 'is none: '
run 1 "$ctl" status
says "none: 'vmnet-helper uid=4242 bridge=\\x1b[7m\\xc3\\xa4'"
ip link set dev tap0 alias 'vmnet-helper uid=4294967294 bridge=br0 since=0'
run 0 "$ctl" status
says "tap0: bridge 'br0', uid 4294967294, since 1970-01-01 00:00:00 UTC"
released
ip link del tap0

# Names that a shell would not take as they are.
# shellcheck disable=SC2016 # they are names
for name in '$(reboot)' 'a;b' '-rf' "a'b" 'a\x1b' "$(printf 'a\033[7m')" "$(printf '\303\244')"; do
    ip link add name "$name" type bridge
    ip tuntap add tap0 mode tap
    ip link set dev tap0 alias "vmnet-helper uid=4242 bridge=$name"
    ip link set dev tap0 name "$name."
    held "$name."
    run 1 "$ctl" status
    ! printf '%s' "$output" | LC_ALL=C grep -q '[^ -~]' || fail 'bytes that do not belong on a terminal'
    ! printf '%s\n' "$output" | grep 'cure:' | grep -q '[^a-zA-Z0-9 :;-]' || fail 'a name in a command'
    says 'dev TAP'
    answer 1
    has "found(0) in (['bridge-lost'], ['alias-invalid'])"
    released
    ip link del dev "$name."
    ip link del dev "$name"
done

# Many.
rules 1.rules 'allow uid 4242 bridge br0 limit 1000'
count=0
while [ "$count" -lt 100 ]; do
    made "many$count" 4242 br0 " since=$((1700000000 + count))"
    numbered "many$count" 4242 "$count"
    count=$((count + 1))
done
answer 1
has "len(answer['taps']) == 100 and answer['findings'] == 100"
has "sorted(tap['number']['held'] for tap in answer['taps']) == list(range(1, 101))"
run 0 "$ctl" list --uid 4242
says '100 of 1000 used'

# The kernel does not answer.
run 2 without_netlink "$ctl" status
[ "$output" = 'vmnetctl: the kernel did not list the interfaces: Permission denied; see netlink(7)' ] ||
    fail 'what else?'
answer 2 without_netlink
has "answer['error'] == 'Permission denied' and answer['taps'] == []"
run 71 sh -c "'$ctl' status >/dev/full"

/usr/bin/python3 "$here/validate.py" "$schema" answers/* || fail 'an answer is not as the schema has it'
