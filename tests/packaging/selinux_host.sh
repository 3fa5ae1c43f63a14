#!/bin/sh
# SPDX-License-Identifier: MIT
#
# SELinux on this kernel, in the machine that selinux_enforce.sh boots: the helper, the client and the service do the
# same in their domains as without a policy, and nothing that they do is denied.
#
# Files in the initramfs cannot have labels, so the first part copies it to a tmpfs, and goes on there. The last part
# runs in unconfined_t, as a user's processes do. A module of the test makes unconfined_t, init_t and kernel_t
# permissive.
set -eu

export PATH=/iproute2:/usr/sbin:/usr/bin:/sbin:/bin # busybox's ip knows no options of a bridge

if [ ! -e /labelled ]; then
    mkdir /new
    mount -t tmpfs -o mode=755 tmpfs /new
    for directory in bin sbin lib lib64 usr etc iproute2; do
        [ ! -e /$directory ] || cp -a /$directory /new/
    done
    cp -a /*.sh /fdguest /ask /stand-in /new/
    mkdir /new/run
    mount -t tmpfs -o mode=755 tmpfs /new/run
    for directory in proc sys dev; do
        mkdir /new/$directory
        mount --rbind /$directory /new/$directory
    done
    : >/new/labelled
    exec chroot /new /bin/sh /selinux.sh
fi

# shellcheck source-path=SCRIPTDIR source=security_cases.sh
. /security_cases.sh

# denials: all denials since the last call in which a domain or a type of ours, or svirt, takes part
denials() {
    dmesg | grep 'avc:  denied' | grep -E 'context=[^ ]*:(vmnet_|svirt)' || true
    dmesg -c >/dev/null
}

label_of() {
    tr -d '\000' <"/proc/$1/attr/current"
}

check_label() {
    found=$(label_of "$2")
    case $found in
    *:"$1":*) ;;
    *) fail "process $2 has the label $found, not $1" ;;
    esac
}

if [ "${1-}" != confined ]; then
    echo 0 >/proc/sys/kernel/printk_ratelimit
    make_world
    run_round /run/plain
    end_service
    echo "ok: without a policy, $(wc -l </run/plain) lines"
    mkdir -p /sys/fs/selinux
    mount -t selinuxfs selinuxfs /sys/fs/selinux
    load_policy || fail 'cannot load the policy'
    for directory in / /dev /run; do
        setfiles -F -e /proc -e /sys /etc/selinux/default/contexts/files/file_contexts $directory ||
            fail "cannot label the files of $directory"
    done
    exec runcon unconfined_u:unconfined_r:unconfined_t:s0 /bin/sh /selinux.sh confined
fi

exec </dev/null # not the kernel's console
dmesg -c >/dev/null
# The service starts as init starts it: a process in init_t executes it, and its descriptors are init's.
printf '%s\n' '#!/bin/sh' 'exec "$@" </dev/null >/dev/null 2>&1' >/as_init
chmod 755 /as_init
as_init='runcon system_u:system_r:init_t:s0 /as_init'
echo 1 >/sys/fs/selinux/enforce
run_round /run/confined
check_label vmnet_helperd_t "$service"
same 'in their domains' /run/confined
end_service

# An include without the type vmnet_etc_t is an error. With the type, its deny counts.
chmod 4755 $helper
rules /srv/qemu/rooms.conf 'deny virbr0'
rules /etc/qemu/bridge.conf 'allow virbr0' 'include /srv/qemu/rooms.conf'
ask vmuser virbr0 >/run/answer
grep -q '^vmuser virbr0 : 78: .*rooms.conf: a security module, not its mode' /run/answer ||
    fail "an include that the policy hides: $(cat /run/answer)"
chcon system_u:object_r:vmnet_etc_t:s0 /srv/qemu/rooms.conf
ask vmuser virbr0 >/run/answer
grep -q '77: vmnet-helper: access denied by acl file: /srv/qemu/rooms.conf:1 denies' /run/answer ||
    fail "an include with the type vmnet_etc_t: $(cat /run/answer)"
echo 'ok: no deny is hidden'

# A shell that runs as root, in the place of the helper, does what an attacker could do who has taken it over.
cat /stand-in >$helper
for attempt in 'read -r line </etc/shadow' ': >>/etc/passwd' 'echo x >/tmp/x' '/bin/sh -c true' \
    "$helperd --version" 'ulimit -H -l 12345678'; do
    if $helper -p -c "$attempt" >/run/answer 2>&1; then fail "in its domain, the helper can: $attempt"; fi
    /stand-in -p -c "$attempt" >/run/answer 2>&1 || fail "without the domain, it cannot: $attempt: $(cat /run/answer)"
done
echo 'ok: denied what it never does'
