#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The first process of a machine that is the host under test; host.sh made it. It makes a small world like that of
# lab.sh, runs the group of tests that "tests=NAME" on the kernel's command line names, or the script /NAME.sh if there
# is one, says "host: status N", and powers off. The module that "without=MODULE" names is not loaded.
# shellcheck disable=SC2154 # tests, without: the kernel hands them on
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s

make_world() {
    while read -r module; do
        [ "$module" = "${without-}.ko" ] || insmod "/modules/$module"
    done </modules/list
    cat >/etc/passwd <<PASSWD
root:x:0:0::/root:/bin/sh
vmuser:x:4242:4242::/run/lab/home:/bin/sh
PASSWD
    cat >/etc/group <<GROUP
root:x:0:
vmuser:x:4242:
vmgroup:x:4250:vmuser
GROUP
    ip link set lo up
    brctl addbr virbr0
    ip link set virbr0 address 52:54:00:fe:ed:01
    ip address add 192.168.122.1/24 dev virbr0
    ip link set virbr0 up
}

(
    set -e
    make_world
    if [ -e "/$tests.sh" ]; then
        sh "/$tests.sh"
    else
        /test_host "$tests"
    fi
)
echo "host: status $?"
poweroff -f
