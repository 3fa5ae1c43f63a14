#!/bin/sh
# SPDX-License-Identifier: MIT
#
# service.sh start|stop|freeze|thaw|clean NAME [ARGUMENT...]: do that to slapd, sssd, nslcd, nscd or userdb in the world of
# world.sh. A service that was started answers; one that was stopped is gone, killed as if it had crashed, and its files
# are left; clean removes those. The arguments are those of the provider that VMNET_USERDB names; "empty" is another such
# provider, which knows nothing. service.sh reset all: stop and clean all but slapd.
set -eu

# shellcheck source-path=SCRIPTDIR source=../heard.sh
. "$(dirname "$0")/../heard.sh"
action=$1 name=$2
shift 2
pid_file=/run/lab/$name.pid

die() {
    echo "service.sh: $action $name: $*" >&2
    exit 1
}

# until_true COMMAND...: wait for it, a minute at most
until_true() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 3000 ] || die "this does not become true: $*"
        sleep 0.02
    done
}

# run COMMAND...: in the background, without our output, which a test collects
run() {
    "$@" </dev/null >/dev/null 2>&1 &
    echo $! >"$pid_file"
}

is_gone() {
    ! kill -0 "$1" 2>/dev/null || [ "$(sed 's/^.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" = Z ]
}

# The process and its children: sssd(8) is several.
processes() {
    read -r pid <"$pid_file"
    echo "$pid $(cat "/proc/$pid/task/$pid/children" 2>/dev/null)"
}

start() {
    case $name in
    slapd)
        run slapd -d 0 -h ldap://127.0.0.1 -f /run/lab/slapd/conf
        until_true ldapsearch -x -H ldap://127.0.0.1 -b dc=lab
        ;;
    sssd)
        run sssd -i
        until_true getent -s sss passwd vmremote
        ;;
    nslcd)
        run nslcd -n
        until_true getent -s ldap passwd vmremote
        ;;
    nscd)
        run nscd -F
        until_true test -S /run/nscd/socket
        until_true nscd -g
        ;;
    userdb)
        run "$VMNET_USERDB" /run/systemd/userdb/lab.test "$@"
        until_true is_heard /run/systemd/userdb/lab.test
        ;;
    empty)
        run "$VMNET_USERDB" /run/systemd/userdb/lab.empty 0 empty
        until_true is_heard /run/systemd/userdb/lab.empty
        ;;
    *) die 'there is no such service' ;;
    esac
}

stop() {
    for pid in $(processes); do
        kill -KILL "$pid" 2>/dev/null || true # a child may have ended with its parent
        until_true is_gone "$pid"
    done
    rm "$pid_file"
}

clean() {
    case $name in
    sssd) rm -rf /var/lib/sss/pipes/nss /var/lib/sss/mc/* /var/lib/sss/db/* ;;
    nslcd) rm -f /run/nslcd/* ;;
    nscd) rm -f /run/nscd/* /var/cache/nscd/* ;;
    userdb) rm -f /run/systemd/userdb/lab.test ;;
    empty) rm -f /run/systemd/userdb/lab.empty ;;
    esac
}

reset() {
    for name in sssd nslcd nscd userdb empty; do
        pid_file=/run/lab/$name.pid
        [ ! -e "$pid_file" ] || stop
        clean
    done
}

case $action in
start) start "$@" ;;
stop) stop ;;
freeze) for pid in $(processes); do kill -STOP "$pid"; done ;;
thaw) for pid in $(processes); do kill -CONT "$pid"; done ;;
clean) clean ;;
reset) reset ;;
*) die 'there is no such action' ;;
esac
