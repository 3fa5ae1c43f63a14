#!/bin/sh
# SPDX-License-Identifier: MIT
#
# consumer_examples.sh PROGRAM_DIRECTORY EXAMPLES_DIRECTORY LIBRARY_DIRECTORY, as root in the world of consumer.sh, with its
# rules: what the examples say; and the program that forgets every check grants only what the rules allow.
set -eu

programs=$1 examples=$2
export LD_LIBRARY_PATH="$3"
rules=/etc/vmnet/rules.d/10-test.rules

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

as_user() {
    setpriv --reuid 4242 --regid 4242 --groups 4250 "$@"
}

# says STATUS TEXT COMMAND...
says() {
    status=0
    wanted_status=$1 wanted=$2
    shift 2
    found=$(as_user "$@" 2>&1) || status=$?
    [ "$found ($status)" = "$wanted ($wanted_status)" ] || fail "$*: '$found', exit status $status"
}

says 0 "yes, by $rules:1" "$programs/authorize" virbr0
says 1 "no, by $rules:3" "$programs/authorize" virbr1
says 1 'no: no rule allows it' "$programs/authorize" br1
says 1 'no: :0: an argument is missing, or no bridge can have this name' "$programs/authorize"
says 0 'virbr0
br0' "$programs/threads" virbr0 virbr1 br0 br1
cp "$examples/authorize.py" "$programs/authorize.py" # where the user may read it
chmod 644 "$programs/authorize.py"
says 0 'virbr0: allow, of 3 rules' /usr/bin/python3 "$programs/authorize.py" virbr0
says 1 'virbr1: deny, of 3 rules' /usr/bin/python3 "$programs/authorize.py" virbr1
echo "ok: the examples in C and Python"

cp -a /etc/vmnet "$programs/vmnet.saved"
cp -a /etc/qemu "$programs/qemu.saved"

# world RULES: the rules of rules.d; all else as it was
world() {
    find /etc/vmnet /etc/qemu -mindepth 1 -delete
    cp -a "$programs/vmnet.saved/." /etc/vmnet
    cp -a "$programs/qemu.saved/." /etc/qemu
    printf '%s\n' "$1" >"$rules"
}

# never WHAT COMMAND...: it does not grant
never() {
    what=$1
    shift
    found=$("$@" 2>&1 3<&-) || true
    case $found in *granted*) fail "$what: granted" ;; esac
    count=$((count + 1))
}

count=0
forgetful=$programs/forgetful
allow='allow user vmuser bridge virbr0'
world "$allow"
[ "$(as_user "$forgetful" virbr0)" = granted ] || fail "it does not grant what the rules allow"
[ "$("$forgetful" virbr0 vmuser)" = granted ] || fail "it does not grant what the rules allow a user"
never 'another bridge' as_user "$forgetful" virbr1
never 'no bridge' as_user "$forgetful" ''
never 'no name of a bridge' as_user "$forgetful" 1234567890123456
never 'another user' "$forgetful" virbr0 vmother
never 'a user who does not exist' "$forgetful" virbr0 no-such-user
never 'no descriptor' as_user "$forgetful" virbr0 -
never 'a descriptor that is no socket' as_user sh -c "exec '$forgetful' virbr0 - 3</dev/null"
never 'no descriptors left' as_user prlimit --nofile=3 "$forgetful" virbr0
never 'no process left' as_user prlimit --nproc=0 "$forgetful" virbr0
for kilobytes in $(seq 2200 100 3600); do # the dynamic loader needs most of it
    found=$(as_user prlimit --as=$((kilobytes * 1024)) "$forgetful" virbr0 2>&1) || true
    [ -z "$found" ] || [ "$found" = granted ] || case $found in *'error while loading'* | *'cannot allocate'* | *'annot '*) ;; *) fail "with $kilobytes KiB: $found" ;; esac
done
world "$allow limit 2"
never 'an option' as_user "$forgetful" virbr0
world "$allow
deny all bridge vir*"
never 'a deny' as_user "$forgetful" virbr0
world "$allow
deny group vmgroup bridge vir*"
never 'a deny by name' as_user "$forgetful" virbr0
never 'a deny by name that cannot be looked up' as_user prlimit --nproc=0 "$forgetful" virbr0
world "$allow
denny all bridge br0"
never 'a wrong line' as_user "$forgetful" virbr0
world "$allow"
chmod 700 /etc/vmnet/rules.d
never 'a directory that may not be read' as_user "$forgetful" virbr0
never 'a directory that only root may read' "$forgetful" virbr0 vmuser
world "$allow"
echo 'acl: fils' >/etc/vmnet/switch.conf
never 'a wrong switch' as_user "$forgetful" virbr0
echo 'acl: files' >/etc/vmnet/switch.conf
chmod 600 /etc/vmnet/switch.conf
never 'a switch that may not be read' as_user "$forgetful" virbr0
never 'a switch that only root may read' "$forgetful" virbr0 vmuser
world 'allow uid 1 bridge virbr0'
echo "include /etc/qemu/other.conf" >/etc/qemu/bridge.conf
echo 'allow virbr0' >/etc/qemu/other.conf
chmod 640 /etc/qemu/other.conf
never 'an include that the user may not read' as_user "$forgetful" virbr0
never 'an include that only root may read' "$forgetful" virbr0 vmuser
world "$allow"
chmod 666 "$rules"
never 'a file that everybody may write to' as_user "$forgetful" virbr0
rm -r /etc/vmnet/rules.d
never 'no rules' as_user "$forgetful" virbr0
world "$allow"
[ "$(as_user "$forgetful" virbr0)" = granted ] || fail "it does not grant any more"
[ "$count" -ge 20 ] || fail "only $count worlds"
cat "$programs/vmnet.saved/rules.d/10-test.rules" >"$rules"
echo "ok: a program that forgets every check, in $count worlds"
