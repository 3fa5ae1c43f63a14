# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts in this directory, in the machine that host.sh boots.

fail() {
    echo "FAILED: $*"
    exit 1
}

# is_heard SOCKET: a process listens there, a little after it has made the socket; proc_net(5) has a flag for it
is_heard() {
    grep -q "^[^ ]* [^ ]* [^ ]* 00010000 0001 .* $1\$" /proc/net/unix
}

# await WHAT COMMAND...: until it succeeds
await() {
    what=$1
    shift
    tries=1200
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "no $what"
        usleep 100000
    done
}
