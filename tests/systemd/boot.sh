#!/bin/sh
# SPDX-License-Identifier: MIT
#
# boot.sh TREE ROOT: inside lab.sh, boot systemd as process 1 of a pid namespace of its own. The system is the one that
# tree.sh has archived in TREE, with the files below ROOT, if there are any, added. It has the network and the devices
# of lab.sh's world, and its users. When all units are started, prints the number of its process 1 as seen from outside.
# The system ends with lab.sh.
#
# The control groups of the system are below LAB_GROUP. Only a process outside of lab.sh can remove that after the
# system has ended: run.sh does.
set -eu

die() {
    echo "boot.sh: $*" >&2
    [ ! -e /run/lab/system.log ] || tail -n 30 /run/lab/system.log >&2
    exit 125
}

# Runs in namespaces of its own, as process 1, and becomes systemd. LAB_GROUP is the cgroup of the system.
if [ "${1-}" = inside ]; then
    root=$2
    cd "$root"
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    # Kernel variables of no namespace: systemd would set them for the machine. Those of the network are lab.sh's.
    mount --bind proc/sys proc/sys
    mount --bind proc/sys/net proc/sys/net
    mount -o remount,bind,ro proc/sys
    mount -o remount,bind,ro sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount --rbind /dev dev
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mkdir before
    pivot_root . before
    umount -l /before
    # As systemd does where it is not in a container: what is mounted later is seen by services.
    mount --make-rshared /
    exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --log-target=journal --log-level=info --show-status=no </dev/null
fi

[ $# = 2 ] || die 'usage: boot.sh TREE ROOT'
tree=$1 files=$2
root=/run/lab/system
mkdir "$root"
mount -t tmpfs -o mode=755 tmpfs "$root"
tar -x -C "$root" --same-owner -f "$tree/tree.tar"
if [ -e "$root/etc/passwd" ]; then # a system that was installed has users of its own
    for file in passwd group; do
        grep -E '^vm(user|other|group):' "/etc/$file" >>"$root/etc/$file"
    done
else
    cp /etc/passwd /etc/group "$root/etc/"
    printf '%s\n' 'passwd: files systemd' 'group: files systemd' >"$root/etc/nsswitch.conf"
fi
# The script of base-files makes the link, which some programs look for D-Bus by.
if [ ! -L "$root/var/run" ]; then
    rm -rf "$root/var/run"
    ln -s /run "$root/var/run"
fi
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
echo system >"$root/etc/hostname"
# Nothing is started but what each unit needs.
cat >"$root/etc/systemd/system/default.target" <<'UNIT'
[Unit]
Requires=sysinit.target sockets.target
After=sysinit.target sockets.target
AllowIsolate=yes
UNIT
for unit in systemd-networkd.socket systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udevd.service \
    systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service systemd-random-seed.service \
    systemd-sysusers.service systemd-remount-fs.service systemd-firstboot.service systemd-tmpfiles-setup-dev.service \
    systemd-journald-audit.socket systemd-update-utmp.service dev-hugepages.mount dev-mqueue.mount procps.service \
    ldconfig.service systemd-journal-catalog-update.service systemd-update-done.service systemd-hwdb-update.service \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
cp -a "$files/." "$root/"

# cgroup v2, which may be mounted beside v1. Seen from the root of the file system, whatever of it is mounted outside.
mkdir -p /run/lab/cgroup
mount -t cgroup2 cgroup2 /run/lab/cgroup || die 'the kernel has no cgroup v2'
group=/run/lab/cgroup$LAB_GROUP
[ -d "$group" ] || die "there is no control group $LAB_GROUP"
# In the group first: it becomes the root of the cgroup namespace.
(
    echo 0 >"$group/cgroup.procs"
    exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child --propagation private \
        sh "$0" inside "$root" >/run/lab/system.log 2>&1
) &
outer=$!

# Has all started? A systemctl that finds no systemd does nothing, and says nothing.
is_started() {
    init=$(cat "/proc/$outer/task/$outer/children" 2>/dev/null) && [ -n "$init" ] &&
        [ "$(nsenter -t "${init% }" -m -p -C -r -w systemctl is-active default.target 2>/dev/null)" = active ]
}

tries=0
until is_started; do
    kill -0 "$outer" 2>/dev/null || die 'the system has ended'
    tries=$((tries + 1))
    [ "$tries" -lt 1800 ] || die 'the system does not start'
    sleep 0.1
done
echo "${init% }"
