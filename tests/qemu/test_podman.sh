#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_podman.sh CASE, run by tests/lab/lab.sh: QEMU in a container that podman runs without root. VMNET_HELPER is the
# helper under test, VMNET_HELPERD the service, VMNET_GUEST_DIR the directory that guest.sh made, with the tree of
# podman's packages in podman/root.
#
# There is no image: the container has this machine's programs, and a /run with only what the test gives it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=checks.sh
. "$here/checks.sh"
# shellcheck source-path=SCRIPTDIR source=service.sh
. "$here/service.sh"

socket='-v /run/vmnet:/run/vmnet'

podman_prepare() {
    mount -t overlay -o "lowerdir=$VMNET_GUEST_DIR/podman/root/usr:/usr" overlay /usr
    mount -t cgroup2 cgroup2 /sys/fs/cgroup # podman looks at it, and changes nothing
    mount -o remount,bind,ro /sys/fs/cgroup
    mkdir -p /etc/containers /run/lab/setuid /run/lab/session /run/lab/root
    echo '{ "default": [ { "type": "reject" } ] }' >/etc/containers/policy.json
    echo "$vm_user:200000:65536" >/etc/subuid
    cp /etc/subuid /etc/subgid
    for program in newuidmap newgidmap; do
        cp "/usr/bin/$program" /run/lab/setuid
        chmod 4755 "/run/lab/setuid/$program"
    done
    for directory in bin sbin lib lib64; do
        ln -s "usr/$directory" "/run/lab/root/$directory"
    done
    for directory in usr etc proc dev sys tmp run; do
        mkdir "/run/lab/root/$directory"
    done
    chown -R "$vm_user:$vm_user" /run/lab/session /run/lab/root
}

# container OPTION...: what QEMU is started in
container() {
    vm_within="env -i PATH=/run/lab/setuid:/usr/bin:/usr/sbin HOME=/run/lab/home XDG_RUNTIME_DIR=/run/lab/session
        podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none --log-level=error
        run --rm --cgroups=disabled --log-driver=none -v /usr:/usr:ro -v /etc/passwd:/etc/passwd:ro
        -v /run/lab/bin:/run/lab/bin:ro -v /run/lab/guest:/run/lab/guest:ro -v /run/lab/vm:/run/lab/vm $*
        --rootfs /run/lab/root"
}

check_guest() {
    vm_start guest -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    check_lease guest virbr0 '52:54:00:*'
    check_off guest
}

# As root of the container, who is the user outside.
case_root() {
    container --network=host "$socket"
    check_guest
}

# As the user, inside and outside.
case_keep_id() {
    container --network=host --userns=keep-id "$socket"
    check_guest
}

# Without the socket; in a network namespace of its own; and with a subordinate id, which may be any user's.
case_refused() {
    container --network=host
    check_refused '*vmnet-helper: no privilege: *or have the service give the tap*'
    container --network=none "$socket"
    check_refused '*vmnet-helper: you are in a network namespace other than that of bridge *virbr0*'
    umask 0 # for QEMU's console
    container --network=host --user 5:5 "$socket"
    check_refused '*vmnet-helper: *its uid is a subordinate id*'
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
vm_prepare "$VMNET_GUEST_DIR" "$VMNET_HELPER"
service_prepare "$VMNET_HELPER" "$VMNET_HELPERD"
podman_prepare
write_rules 'allow virbr0'
network_start_dhcp virbr0 virbr0 192.168.122
service_start
"case_$1"
service_stop
echo "PASSED: $1"
