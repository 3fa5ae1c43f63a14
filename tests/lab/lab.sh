#!/bin/sh
# SPDX-License-Identifier: MIT
#
# lab.sh COMMAND [ARGUMENT...]: run COMMAND as root in a world of its own, and take that world away when it ends.
#
# The world is a set of private mount, network, pid, ipc and uts namespaces. COMMAND finds in it:
#   /dev            a tmpfs with the usual nodes and its own /dev/net/tun, of mode $LAB_TUN_MODE (default 0666)
#   /etc            an overlay: changes stay here; /etc/qemu and /etc/vmnet are empty directories, root:root 0755
#   /run, /run/lab  tmpfs without nosuid and nodev, so that a setuid copy of the helper works there
#   users           vmuser (uid, gid 4242; member of vmgroup 4250), vmother (4243), group vmgroup
#   virbr0          a bridge, up, 192.168.122.1/24, fixed MAC, no STP, no port; and a bridge br0, up, without address
# Nothing of it is seen outside: no interface, mount, process, user or file survives COMMAND, even when it is killed.
# COMMAND's exit status is ours; 77 means that the world cannot be made here: see ../skip.sh. It can be made in a chroot
# where /proc is mounted.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"

# Stage 1: outside. The child is pid 1 of its pid namespace: when it dies, the kernel kills everything that it left
# behind.
if [ "${LAB_STAGE-}" = "" ]; then
    [ "$(id -u)" = 0 ] || skip "lab.sh needs root, to make namespaces of its own; try sudo"
    need unshare mount mknod ip
    LAB_STAGE=inside LAB_DIRECTORY=$PWD
    namespaces='--mount --net --uts --ipc --pid --fork --mount-proc --propagation'
    # shellcheck disable=SC2086 # a list
    if unshare $namespaces private true 2>/dev/null; then
        propagation=private
    elif mountpoint -q /proc && unshare $namespaces unchanged true; then
        LAB_STAGE=chroot propagation=unchanged
    else
        skip "lab.sh cannot make namespaces of its own; in a chroot, it needs /proc mounted"
    fi
    export LAB_STAGE LAB_DIRECTORY
    # shellcheck disable=SC2086
    exec unshare $namespaces $propagation --kill-child -- /bin/sh "$here/lab.sh" "$@"
fi
trap '[ $? = 0 ] || skip "lab.sh cannot make the private world, for the reason above"' EXIT

# Stage 2, in a chroot: it is no mount point as a rule, so that what we mount would be seen in the file system that it
# is part of. /proc is one, and has been made private. A tmpfs on it holds a mount of all that we see, which we enter.
if [ "$LAB_STAGE" = chroot ]; then
    mount -t tmpfs -o mode=755 tmpfs /proc
    mkdir /proc/root
    mount --rbind / /proc/root
    mount --make-rprivate /proc/root
    mount -t proc proc /proc/root/proc
    LAB_STAGE=inside exec chroot /proc/root /bin/sh "$here/lab.sh" "$@"
fi

# Stage 3: in the namespaces.
cd "$LAB_DIRECTORY"
unset LAB_STAGE LAB_DIRECTORY

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/etc /run/lab/work /run/netns /run/dev

# A /dev of our own: the host's is shared by every namespace, and its /dev/net/tun may have any mode.
mount -t tmpfs -o mode=755 tmpfs /run/dev
mknod -m 666 /run/dev/null c 1 3
mknod -m 666 /run/dev/zero c 1 5
mknod -m 666 /run/dev/full c 1 7
mknod -m 666 /run/dev/random c 1 8
mknod -m 666 /run/dev/urandom c 1 9
mknod -m 666 /run/dev/tty c 5 0
mkdir /run/dev/pts /run/dev/shm /run/dev/net
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /run/dev/pts
mount -t tmpfs -o mode=1777 tmpfs /run/dev/shm
ln -s pts/ptmx /run/dev/ptmx
ln -s /proc/self/fd /run/dev/fd
mknod -m "${LAB_TUN_MODE:-0666}" /run/dev/net/tun c 10 200
mount --move /run/dev /dev
true 3<>/dev/net/tun # the kernel may have none, or forbid it

# sysfs shows the network namespace of the process that mounted it.
mount -t sysfs sysfs /sys

# Overlays are not stacked as one likes: below a root directory that is made of them, /etc is a copy.
mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc,workdir=/run/lab/work overlay /etc 2>/dev/null ||
    { cp -a /etc/. /run/lab/etc && mount --bind /run/lab/etc /etc; }
rm -rf /etc/qemu /etc/vmnet
mkdir -m 755 /etc/qemu /etc/vmnet
cat >>/etc/passwd <<PASSWD
vmuser:x:4242:4242::/run/lab/home:/bin/sh
vmother:x:4243:4243::/run/lab/home:/bin/sh
PASSWD
cat >>/etc/group <<GROUP
vmuser:x:4242:
vmother:x:4243:
vmgroup:x:4250:vmuser
GROUP
mkdir -m 1777 /run/lab/home

ip link set lo up
# A fixed MAC: else a bridge takes its lowest port's, and the neighbours' ARP entries go stale when a port comes or goes.
ip link add virbr0 address 52:54:00:fe:ed:01 type bridge stp_state 0
ip address add 192.168.122.1/24 dev virbr0
ip link set virbr0 up
ip link add br0 address 52:54:00:fe:ed:02 type bridge stp_state 0
ip link set br0 up

trap - EXIT
# Not exec: pid 1 ignores signals that have no handler, and COMMAND may rely on SIGTERM or on abort(3).
"$@" && exit 0 || exit $?
