#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_process.sh VMNETCTL, as root in lab.sh's world: a process that the helper gains nothing in,
# and a kernel without what taps and bridges need.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

# as_with WORD...: vmuser, with these options of setpriv besides
as_with() {
    setpriv --reuid vmuser --regid vmuser --init-groups "$@"
}

result ok no-new-privs 'this process may gain privilege'
run 1 as_with --no-new-privs "$ctl" doctor
result fail no-new-privs 'this process runs under no_new_privs' 'systemctl edit UNIT, [Service] NoNewPrivileges=no'
run 0 setpriv --no-new-privs "$ctl" doctor # root has its privilege all the same
result note no-new-privs 'this process runs under no_new_privs'

doctor 0
result ok bounding-set 'the helper can have CAP_NET_ADMIN'
run 1 as_with --bounding-set -net_admin "$ctl" doctor
result fail bounding-set 'the capability bounding set of this process lacks CAP_NET_ADMIN' \
    'start QEMU outside of the container'

doctor 0
result ok user-namespace 'this is the user namespace of the system'
run 1 as vmuser unshare --user "$ctl" doctor
result fail user-namespace 'root in it may not change the network here' 'start QEMU outside of the container or sandbox'
result note helper "the owner of $helper cannot be seen in this user namespace"
run 1 as vmuser unshare --user --map-root-user "$ctl" doctor
result fail user-namespace 'root in it may not change the network here' 'start QEMU outside of the container or sandbox'
run 1 as vmuser unshare --user --map-root-user --net "$ctl" doctor
result note user-namespace 'a network of its own' 'to use a bridge of the host, start QEMU outside of the container'

# The device. A device cgroup gives EPERM.
doctor 0
result ok tun '/dev/net/tun can be opened'
chmod 600 /dev/net/tun
doctor 0
result note tun 'the user may not open /dev/net/tun, whose mode is 0600, and need not: the helper opens it as root'
says_not 'chmod'
chmod 755 "$helper"
setcap cap_net_admin=ep "$helper"
doctor 1
result fail tun 'the helper has only a file capability, and opens it as the user' \
    "as root: setcap -r $helper && chmod u+s $helper"
chmod 666 /dev/net/tun
doctor 0
install_helper
# LeakSanitizer cannot run below strace. musl calls open(2), which not every architecture has.
run 1 as vmuser env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P /dev/net/tun -e "trace=?open,openat" \
    -e "inject=?open,openat:error=EPERM" "$ctl" doctor
result fail tun 'the device cgroup of this container or service forbids it' 'DeviceAllow=/dev/net/tun rw'
run 1 as vmuser env ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P /dev/net/tun -e "trace=?open,openat" \
    -e "inject=?open,openat:error=ENODEV" "$ctl" doctor
result fail tun '/dev/net/tun cannot be opened: No such device' 'as root: modprobe tun'
mv /dev/net/tun /dev/net/away
doctor 1
result fail tun 'there is no /dev/net/tun, which taps are made with: No such file' 'as root: modprobe tun'
mknod -m 666 /dev/net/tun c 10 201
doctor 1
result fail tun '/dev/net/tun is not the device with the numbers 10, 200' "'stat /dev/net/tun' shows what it is"
says_not 'rm /dev'
rm /dev/net/tun
mv /dev/net/away /dev/net/tun

# The modules. What /lib/modules has decides when they are not loaded: here one makes one of the running kernel.
doctor 0
result ok modules 'tun is loaded'
result ok modules 'bridge is loaded'
cover /sys/class/misc
cover /sys/module
[ ! -e /sys/class/misc/tun ] || fail 'tun is still there'
cover "/lib/modules/$(uname -r)"
modules=/lib/modules/$(uname -r)
doctor 1
result fail modules "the module tun is not loaded, and $modules does not have it" \
    'install the package with the other modules of this kernel'
result note tun 'its driver is not loaded; see the check of the modules'
result ok modules 'bridge is loaded' # there are bridges
printf 'kernel/drivers/net/tun.ko.xz:\n' >"$modules/modules.dep"
doctor 0
result note modules 'the module tun is not loaded; the kernel loads it when it is first needed' 'as root, modprobe tun'
printf 'kernel/drivers/net/tun.ko\n' >"$modules/modules.builtin"
doctor 0
result ok modules 'tun is in the kernel'
mount -t tmpfs tmpfs /lib/modules
doctor 1
result fail modules "the module tun is not loaded, and cannot be: there is no $modules, as after an update" \
    'reboot into the new kernel; for a container, as root on its host: modprobe tun'
ip link del br0
ip link del virbr0
doctor 1
result fail modules 'the module bridge is not loaded, and cannot be' 'as root on its host: modprobe bridge'
mount -t tmpfs tmpfs /sys
doctor 1 # there is no bridge, which is known without /sys
result note modules 'unknown, since /sys/class/net cannot be read'
