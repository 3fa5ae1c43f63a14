#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The first process of a machine that is the host under test; kernels.sh made it. It makes a small world like that of
# lab.sh, runs test_ports, says "host: status N", and powers off.
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s 2>/dev/null # all but sh, which is there

make_world() {
    while read -r module; do
        insmod "/modules/$module"
    done </modules/list
    cat >/etc/passwd <<PASSWD
root:x:0:0::/root:/bin/sh
vmuser:x:4242:4242::/run/lab/home:/bin/sh
vmother:x:4243:4243::/run/lab/home:/bin/sh
PASSWD
    cat >/etc/group <<GROUP
root:x:0:
vmuser:x:4242:
vmother:x:4243:
vmgroup:x:4250:vmuser
GROUP
    ip link set lo up
}

(
    set -e
    export PATH="/iproute2:$PATH" VMNET_HELPER=/vmnet-helper
    make_world
    /test_ports
)
echo "host: status $?"
poweroff -f
