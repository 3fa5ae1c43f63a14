#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_others.sh TREE SOURCE BUILD, in run.sh's world: the service, started by s6, OpenRC, inetd, and by systemd with
# Accept=yes. Each case uses the file that is installed, or does what its comments say. Each case_NAME stops what it
# has started.
set -eu

TREE=$1 source=$2 BUILD=$3
# shellcheck source-path=SCRIPTDIR source=system.sh
. "$(dirname "$0")/system.sh"
log=/run/lab/started.log
socket=/run/vmnet/helper.sock
examples=/usr/share/doc/vmnet-helper/examples

# start COMMAND...: in the system, in the background; its number there is in $started
start() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    run sh -c 'echo $$ >/run/started; exec "$@"' sh "$@" </dev/null >"$log" 2>&1 &
    until_true test -s "/proc/$init/root/run/started"
    started=$(run cat /run/started)
    run rm /run/started
}

# stop NUMBER
stop() {
    run kill -TERM "$1"
    until_true is_gone "$1"
}

is_gone() {
    ! run kill -0 "$1" 2>/dev/null
}

has_socket() {
    [ -S "/proc/$init/root$socket" ]
}

lacks_socket() {
    ! has_socket
}

# assert_service MODE GROUP: a socket of these, at which requests are answered
assert_service() {
    until_true has_socket
    found=$(run stat -c '%F %a %U:%G' "$socket")
    [ "$found" = "socket $1 root:$2" ] || fail "the socket is: $found"
    found=$(run stat -c '%F %a %U:%G' /run/vmnet)
    [ "$found" = 'directory 755 root:root' ] || fail "the directory of the socket is: $found"
    ask vmuser virbr0 'granted tap* virbr0'
    ask vmuser br0 'refused 77 access denied by acl file'
    if [ "$2" = vmgroup ]; then
        answer=$(run_as vmother ask virbr0 2>&1) || true
        [ "$answer" = "$socket: Permission denied" ] || fail "who is not in the group: $answer"
    fi
}

# supervise RUN_SCRIPT MODE GROUP
supervise() {
    run rm -rf /run/service /run/vmnet
    run install -D -m 755 "$1" /run/service/vmnet-helper/run
    start s6-supervise /run/service/vmnet-helper
    assert_service "$2" "$3"
    run s6-svc -wD -d /run/service/vmnet-helper
    lacks_socket || fail 's6 has stopped the service, and its socket is left'
    run s6-svc -x /run/service/vmnet-helper
    until_true is_gone "$started"
}

case_s6() {
    supervise "$examples/s6/vmnet-helper/run" 666 root
}

case_s6_group() {
    supervise /etc/group-mode/s6/vmnet-helper/run 660 vmgroup
}

# The other command that the comment of the run script gives. s6-ipcserver leaves its socket.
case_s6_ipcserver() {
    command=$(run sed -n 's/^# *exec \(s6-ipcserver .*\)/\1/p' "$examples/s6/vmnet-helper/run")
    [ -n "$command" ] || fail 'the run script names no s6-ipcserver'
    # shellcheck disable=SC2086 # words
    start $command
    assert_service 666 root
    stop "$started"
    run rm "$socket"
}

# init_script FILE MODE GROUP: OpenRC's tools need no OpenRC as process 1.
init_script() {
    run rm -rf /run/vmnet
    for state in starting started stopping stopped inactive wasinactive failed hotplugged exclusive daemons options \
        tmp scheduled; do
        run mkdir -p /run/openrc/$state
    done
    run touch /run/openrc/softlevel
    run install -m 755 "$1" /etc/init.d/vmnet-helper
    run rc-service --nodeps vmnet-helper start || fail 'rc-service cannot start it'
    assert_service "$2" "$3"
    run rc-service --nodeps vmnet-helper status | grep -q started || fail "OpenRC does not know that it has started"
    run rc-service --nodeps vmnet-helper stop || fail 'rc-service cannot stop it'
    until_true lacks_socket
    run rm /etc/init.d/vmnet-helper
}

case_openrc() {
    init_script "$examples/openrc/vmnet-helper" 666 root
}

# OpenRC asks PAM about another group; every system has a file for those that have none.
case_openrc_group() {
    for kind in auth account session; do
        echo "$kind required pam_permit.so"
    done >"$root/etc/pam.d/other"
    init_script /etc/group-mode/openrc/vmnet-helper 660 vmgroup
}

# As inetd(8) does: the connection is stdin, stdout and stderr.
case_inetd() {
    run mkdir -p /run/vmnet
    start systemd-socket-activate --inetd --accept --listen "$socket" /usr/libexec/vmnet-helperd --serve
    until_true has_socket
    run chmod 666 "$socket"
    assert_service 666 root
    stop "$started"
    run rm -f "$socket"
}

# Units with Accept=yes, as the comment of the socket describes them.
case_accept() {
    units=$root/usr/lib/systemd/system
    sed -i '/^SocketMode=/a Accept=yes' "$units/vmnet-helper.socket"
    sed 's/ --listen$/ --serve/; /^ExecStart=/a StandardInput=socket' "$units/vmnet-helper.service" \
        >"$units/vmnet-helper@.service"
    rm "$units/vmnet-helper.service"
    run systemctl daemon-reload
    run systemctl start vmnet-helper.socket
    assert_service 666 root
    run systemctl stop vmnet-helper.socket
    lacks_socket || fail 'the socket is left'
}

boot
cmake -S "$source" -B /run/lab/group -DCMAKE_INSTALL_PREFIX=/usr -DVMNET_TOOLS=OFF -DVMNET_INSTALL_MODE=group \
    -DVMNET_INSTALL_GROUP=vmgroup >/run/lab/group.log 2>&1 || fail "$(cat /run/lab/group.log)"
cp -r /run/lab/group/service_files "$root/etc/group-mode"
for name in s6 s6_group s6_ipcserver openrc openrc_group inetd accept; do
    "case_$name"
    echo "ok: $name"
done
