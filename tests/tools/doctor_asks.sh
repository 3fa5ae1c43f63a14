#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_asks.sh VMNETCTL VMNET_HELPERD, as root in lab.sh's world: where the real vmnet-helper gets a tap, with the real
# service or without it, doctor finds no failure; and where it gets none, doctor finds one.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"
# shellcheck source-path=SCRIPTDIR source=../heard.sh
. "${0%/*}/../heard.sh"

rules 20-root.rules 'allow uid 0 bridge br0'
socket=/run/vmnet/helper.sock
cp "$2" "$work/vmnet-helperd"
mkdir "${socket%/*}"

serve() {
    "$work/vmnet-helperd" --listen "$socket" "$@" &
    service=$!
    until is_heard "$socket"; do
        kill -0 "$service" || fail 'no service'
        sleep 0.01
    done
}

serve_end() {
    kill "$service"
    wait "$service" || fail 'the service has failed'
    rm -f "$socket"
}

# agree WHAT WANTED COMMAND...: both say so to a process that COMMAND starts: granted or refused
agree() {
    what=$1 wanted=$2
    shift 2
    helper_says=granted
    output=$("$@" /usr/bin/python3 -S -c '
import socket, subprocess, sys
ours, theirs = socket.socketpair()
sys.exit(subprocess.run([sys.argv[1], "--fd=%d" % theirs.fileno(), "--br=br0"],
                        pass_fds=[theirs.fileno()]).returncode)' "$helper" 2>&1) || helper_says=refused
    [ "$helper_says" = "$wanted" ] || fail "$what: the helper says $helper_says"
    doctor_says=granted
    output=$("$@" "$ctl" doctor 2>&1) || doctor_says=refused
    [ "$doctor_says" = "$wanted" ] || fail "$what: doctor says $doctor_says, the helper $helper_says"
}

# as_with WORD...: vmuser, with these options of setpriv besides
as_with() {
    setpriv --reuid vmuser --regid vmuser --init-groups "$@"
}

# agree_all WHAT VERDICT...: for a process of each kind
agree_all() {
    all=$1
    shift
    for kind in 'as_with' 'as_with --no-new-privs' 'as_with --bounding-set -net_admin' \
        'as_with --bounding-set -net_admin --no-new-privs' 'as_with unshare --user' \
        'as_with unshare --user --map-root-user' 'setpriv --bounding-set -net_admin' 'setpriv --no-new-privs'; do
        # shellcheck disable=SC2086 # words
        agree "$all, $kind" "$1" $kind
        shift
    done
}

# Each kind of helper, with the service and without it.
y=granted n=refused
agree_all 'setuid, no service' $y $n $n $n $n $n $n $y
serve
agree_all 'setuid, service' $y $y $n $y $y $y $y $y
chmod 755 "$helper"
agree_all 'no privilege, service' $y $y $y $y $y $y $y $y
agree 'no privilege, no network' $n unshare --net setpriv --reuid vmuser --regid vmuser --init-groups
setcap cap_net_admin=ep "$helper"
agree_all 'file capability, service' $y $y $n $n $y $y $n $y
setcap -r "$helper"
serve_end
serve --mode=0660
agree 'for a group' $n as_with
agree 'for a group, root' $y env
serve_end
