# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts in this directory, in the machine that host.sh boots.

# shellcheck source-path=SCRIPTDIR source=../../heard.sh
. /heard.sh

fail() {
    echo "FAILED: $*"
    exit 1
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
