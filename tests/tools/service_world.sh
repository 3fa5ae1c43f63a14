# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# To be read with ".", after world.sh: a socket as the service has it, at which nobody answers. No test connects to it:
# service_end fails if anything did.
# shellcheck disable=SC2034 # for who reads this file

# shellcheck source-path=SCRIPTDIR source=../heard.sh
. "${0%/*}/../heard.sh"
socket=/run/vmnet/helper.sock

# service PATH MODE [GROUP]: somebody listens there
service() {
    mkdir -p "${1%/*}"
    /usr/bin/python3 -S -c 'import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
os.umask(0o777 & ~int(sys.argv[2], 8))
listener.bind(sys.argv[1])
listener.listen()
listener.accept()
open("/run/lab/connected", "w")' "$1" "$2" &
    service=$!
    until is_heard "$1"; do
        kill -0 "$service" || fail 'no service'
        sleep 0.01
    done
    [ -z "${3-}" ] || chgrp "$3" "$1"
}

# service_end: the socket's file stays, as after a crash
service_end() {
    kill "$service"
    wait "$service" 2>/dev/null || true
    [ ! -e /run/lab/connected ] || fail 'somebody has connected'
}
