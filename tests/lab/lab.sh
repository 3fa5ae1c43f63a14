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
# COMMAND's exit status is ours; 125 means that the world could not be made.
set -eu

if [ "${LAB_INSIDE-}" != 1 ]; then
    [ "$(id -u)" = 0 ] || { echo "lab.sh: needs root, to make namespaces of its own; try sudo" >&2; exit 125; }
    # The child is pid 1 of its pid namespace: when it dies, the kernel kills everything that it left behind.
    LAB_INSIDE=1 exec unshare --mount --net --uts --ipc --pid --fork --kill-child --mount-proc --propagation private \
        -- /bin/sh "$0" "$@"
fi
unset LAB_INSIDE
trap '[ $? = 0 ] || { echo "lab.sh: cannot make the private world" >&2; exit 125; }' EXIT

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/etc /run/lab/work /run/netns /run/dev

# A /dev of our own: the host's is shared by every namespace, and its /dev/net/tun may have any mode.
mount -t tmpfs -o mode=755 tmpfs /run/dev
for node in null zero full random urandom tty; do
    : >"/run/dev/$node"
    mount --bind "/dev/$node" "/run/dev/$node"
done
mkdir /run/dev/pts /run/dev/shm /run/dev/net
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /run/dev/pts
mount -t tmpfs -o mode=1777 tmpfs /run/dev/shm
ln -s pts/ptmx /run/dev/ptmx
ln -s /proc/self/fd /run/dev/fd
mknod -m "${LAB_TUN_MODE:-0666}" /run/dev/net/tun c 10 200
mount --move /run/dev /dev

# sysfs shows the network namespace of the process that mounted it.
mount -t sysfs sysfs /sys

mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/etc,workdir=/run/lab/work overlay /etc
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
