#!/bin/sh
# SPDX-License-Identifier: MIT
#
# host.sh CASE: the helper on a host with another kernel: Debian's, in a virtual machine. Needs no root.
# VMNET_HELPER is the helper under test, VMNET_HELPERD the service, VMNET_GUEST_DIR the directory that guest.sh made;
# VMNET_TEST_HOST, FDGUEST and VMNET_ASK are the programs made of host/test_host.c, ../lab/fdguest.c and ../lab/ask.c.
#
# Each case is one boot (machine.sh), with a kernel command line and the group of tests in host/test_host.c for it, or a
# script.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=machine.sh
. "$here/machine.sh"

case_kernel() {
    machine_boot cloud tests=ordinary
}

# The kernel has IPv6 compiled in, yet refuses all that speaks of it.
case_kernel_without_ipv6() {
    machine_boot cloud tests=without_ipv6 ipv6.disable=1
}

case_kernel_without_tun() {
    machine_boot cloud tests=without_tun without=tun
}

# show NUMBER TARGET: a display of the page's example
show() {
    sh "$here/../lab/display.sh" "$here/../../conf/vmnet-rules.5" 'A class room' "$1" >"$machine_root$2"
}

# The example of vmnet-rules(5), as it is printed.
case_class_room() {
    show 1 /uplink.sh
    show 2 /router.sh
    show 3 /students.rules
    cp "$here/host/class_room.sh" "$machine_root/class_room.sh"
    machine_add_iproute2
    machine_boot cloud tests=class_room
}

case_service() {
    machine_add_program "$VMNET_HELPERD" /vmnet-helperd
    machine_add_program "$VMNET_ASK" /ask
    cp "$here/host/service.sh" "$machine_root/service.sh"
    machine_boot cloud tests=service
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
umask 022
machine_make_work
machine_make_root "$VMNET_GUEST_DIR/cloud/host" "$here/host/init.sh"
cp "$here/host/await.sh" "$here/../heard.sh" "$machine_root"
machine_add_program "$VMNET_HELPER" /vmnet-helper
machine_add_program "$VMNET_TEST_HOST" /test_host
machine_add_program "$FDGUEST" /fdguest
"case_$1"
echo "PASSED: $1"
