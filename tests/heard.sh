# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by the scripts that start a service, on this machine and in a virtual one.

# is_heard SOCKET: a process listens there, which it does a little after it has made the socket; proc_net(5) has a flag
# for it. A process that was killed leaves its socket, at which nobody listens.
is_heard() {
    grep -q "^[^ ]* [^ ]* [^ ]* 00010000 0001 .* $1\$" /proc/net/unix
}
