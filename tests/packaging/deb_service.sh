#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_service.sh DIRECTORY: the package vmnet-helperd under systemd: enabled, upgraded while requests wait, removed and
# purged. Needs what deb_autopkgtest.sh needs, whose tree it boots.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ "${1-}" != inside ]; then
    sh "$here/deb_build.sh" "$1"
    sh "$here/deb_tree.sh" "$1"
    exec sh "$here/../systemd/run.sh" sh "$0" inside "$1/autopkgtest" "$1/deb"
fi

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

run() {
    nsenter -t "$init" -m -p -C -r -w -- "$@"
}

# is WHAT FOUND EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# ask: the name of the tap that the service gives to a user who can gain no privilege
ask() {
    run setpriv --reuid 4242 --regid 4242 --clear-groups --no-new-privs vmnetctl run --bridge virbr0 -- \
        sed -n 's/^iff:[[:blank:]]*//p' '/proc/self/fdinfo/%FD%'
}

pid() {
    run systemctl show --property MainPID --value vmnet-helper.service
}

mkdir -p /run/lab/files/debs
cp "$3"/vmnet*.deb /run/lab/files/debs
rm /run/lab/files/debs/*-dbgsym_* /run/lab/files/debs/vmnet-network_*
init=$(sh "$here/../systemd/boot.sh" "$2" /run/lab/files)
link=/etc/systemd/system/sockets.target.wants/vmnet-helper.socket
run sh -c 'dpkg --install /debs/*.deb' >/run/lab/dpkg.log 2>&1 || fail "dpkg: $(cat /run/lab/dpkg.log)"
run sh -c 'echo "allow uid 4242 bridge virbr0" >/etc/vmnet/rules.d/50-local.rules'
is 'the socket' "$(run systemctl is-enabled vmnet-helper.socket || true)" disabled
is 'the socket' "$(run systemctl is-active vmnet-helper.socket || true)" inactive
run systemctl enable --now vmnet-helper.socket 2>/dev/null
is 'a tap' "$(ask)" tap0
before=$(pid)
socket=$(run stat -c %i /run/vmnet/helper.sock)

# While it is upgraded again and again, every request is answered.
(while [ ! -e /run/lab/stop ]; do ask || fail 'a request was lost'; done) >/run/lab/asked 2>&1 &
asker=$!
for _ in 1 2 3; do
    run sh -c 'dpkg --install /debs/vmnet-helperd_*.deb' >/run/lab/dpkg.log 2>&1 || fail "dpkg: $(cat /run/lab/dpkg.log)"
done
: >/run/lab/stop
wait "$asker" || fail "$(cat /run/lab/asked)"
is 'what was asked for' "$(sed 's/[0-9]*$//' /run/lab/asked | sort -u)" tap
[ "$(pid)" != "$before" ] || fail 'the service was not restarted'
is 'the socket' "$(run stat -c %i /run/vmnet/helper.sock)" "$socket"

run dpkg --remove vmnet-helperd >/run/lab/dpkg.log 2>&1 || fail "dpkg: $(cat /run/lab/dpkg.log)"
is 'the service' "$(run systemctl is-active vmnet-helper.service || true)" inactive
run test ! -e /run/vmnet/helper.sock || fail 'the socket is left'
run dpkg --purge vmnet-helperd >/run/lab/dpkg.log 2>&1 || fail "dpkg: $(cat /run/lab/dpkg.log)"
run test ! -L $link || fail "$link is left"
echo "$(grep -c tap /run/lab/asked) requests were answered"
