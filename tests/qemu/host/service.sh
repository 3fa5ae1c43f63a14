#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The service on this kernel, in the machine that host.sh boots. Before Linux 6.11, it looks up a caller's namespaces by
# the number of the process; before Linux 6.5, the kernel does not say whether that is still the one that connected.
set -eu

socket=/run/vmnet/helper.sock

# shellcheck source-path=SCRIPTDIR source=await.sh
. /await.sh

# expect ANSWER COMMAND...: the pattern of what a program that asks the service prints. The instance that gave the tap
# before may still hold it: the name says nothing.
expect() {
    wanted=$1
    shift
    answer=$("$@" 2>&1) || true
    # shellcheck disable=SC2254 # a pattern
    case $answer in
    $wanted) echo "ok: $answer" ;;
    *) fail "$*: '$answer', not '$wanted'" ;;
    esac
}

chmod 755 /vmnet-helper
mkdir -p /run/vmnet /etc/qemu
echo 'allow virbr0' >/etc/qemu/bridge.conf
chmod 644 /etc/qemu/bridge.conf
/vmnet-helperd --listen $socket &
service=$!
await 'service' is_heard $socket

expect 'granted tap* virbr0' su vmuser -c '/ask virbr0'
expect 'refused 77 access denied by acl file*' su vmuser -c '/ask br0'
# shellcheck disable=SC2016 # for the shell in the guest
expect 'its tap is tap*' /fdguest vmuser /vmnet-helper --br=virbr0 -- sh -c 'echo "its tap is $TAP"'
expect 'granted tap* virbr0' su vmuser -c 'unshare -U -r /ask virbr0'
expect 'refused 77 you are in a network namespace other than *' su vmuser -c 'unshare -U -r -n /ask virbr0'

# Ids that newuidmap(1) would give to vmuser.
mkdir -p /tmp
chmod 1777 /tmp
su vmuser -c 'unshare -U sh -c "echo \$\$ >/tmp/within; exec sleep 1000"' &
await 'process in a user namespace' [ -s /tmp/within ]
within=$(cat /tmp/within)
printf '0 4242 1\n1 100000 10\n' >"/proc/$within/uid_map"
printf '0 4242 1\n1 100000 10\n' >"/proc/$within/gid_map"
expect 'granted tap* virbr0' nsenter -t "$within" -U -S 0 -G 0 /ask virbr0
expect 'refused 77 cannot tell whose user namespace *' nsenter -t "$within" -U -S 1 -G 1 /ask virbr0
kill "$within"

kill "$service"
wait "$service" || fail "the service ends with status $?"
[ ! -e $socket ] || fail 'the socket is left'
! ip link show | grep ' tap[0-9]' || fail 'a tap is left'
