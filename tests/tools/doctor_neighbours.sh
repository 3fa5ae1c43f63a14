#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_neighbours.sh VMNETCTL, as root in lab.sh's world: programs and security modules that come
# between. Files in /run, /proc and /sys say that they run; here they are made.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

# br_netfilter and Docker.
cover /proc/sys/net
doctor 0
result ok netfilter 'frames between ports of a bridge do not pass iptables'
mkdir /proc/sys/net/bridge
for table in arptables ip6tables iptables; do
    echo 0 >/proc/sys/net/bridge/bridge-nf-call-$table
done
doctor 0
result ok netfilter 'do not pass iptables'
for table in arptables ip6tables iptables; do
    echo 1 >/proc/sys/net/bridge/bridge-nf-call-$table
    doctor 0
    result note netfilter "pass $table (bridge-nf-call-$table is 1), whose rules can be read only by root" \
        "as root, '$table -vL FORWARD'"
done
ip link add docker0 type bridge
for table in iptables ip6tables; do
    doctor 0 br0
    result note netfilter 'and Docker is here, which sets the policy of FORWARD to DROP' \
        "as root, $table -I DOCKER-USER -i br0 -o br0 -j ACCEPT"
    echo 0 >/proc/sys/net/bridge/bridge-nf-call-$table
done
doctor 0 br0
result note netfilter 'pass arptables' "as root, 'arptables -vL FORWARD'"
ip link del docker0

# NetworkManager.
cover /usr/lib/NetworkManager
rm -rf /etc/NetworkManager
result ok network-manager 'it does not run'
mkdir -p /run/NetworkManager /etc/NetworkManager/conf.d
doctor 0
result note network-manager 'it sets the taps of guests down' \
    'write to /etc/NetworkManager/conf.d/50-vmnet.conf the two lines [keyfile] and unmanaged-devices+=interface-name:ta'
printf '[keyfile]\n#unmanaged-devices=interface-name:tap*\n' >/etc/NetworkManager/conf.d/50-vmnet.conf
doctor 0
result note network-manager 'it sets the taps'
for devices in 'interface-name:tapestry;mac:00:22:68:1c:59:b1' 'except:interface-name:tap*' '*,except:driver:tun' \
    'interface-name:en*;interface-name:metapod'; do
    printf '[keyfile]\nunmanaged-devices=%s\n' "$devices" >/etc/NetworkManager/conf.d/50-vmnet.conf
    doctor 0
    result note network-manager 'it sets the taps'
done
for devices in =mac:00:22:68:1c:59:b1\;interface-name:tap* =driver:tun ' = *' =type:tun =interface-name:=tap0 \
    +=interface-name:tap*; do
    printf '[keyfile]\nunmanaged-devices%s\n' "$devices" >/etc/NetworkManager/conf.d/50-vmnet.conf
    doctor 0
    result ok network-manager 'is configured to leave taps alone'
done
# A bridge of its own, and one that it has found.
mkdir /run/NetworkManager/devices
nm_file=/run/NetworkManager/devices/$(cat /sys/class/net/br0/ifindex)
printf '[device]\nmanaged=true\nnm-owned=true\n' >"$nm_file"
doctor 0 br0
result note network-manager "it has made 'br0', and removes the taps of guests from it when it restarts" \
    'use a bridge that systemd-networkd or libvirt has made'
doctor 0 virbr0
result ok network-manager 'is configured to leave taps alone'
printf '[device]\nmanaged=true\nnm-owned=false\n' >"$nm_file"
doctor 0 br0
result ok network-manager 'is configured to leave taps alone'
rm "$nm_file"

# systemd-networkd.
result ok networkd 'it does not run'
for directory in /etc/systemd/network /usr/local/lib/systemd/network /usr/lib/systemd/network; do
    cover "$directory"
done
mkdir -p /run/systemd/netif /run/systemd/network
doctor 0
result ok networkd 'it does not run'
: >/run/systemd/netif/state
# network FILE LINE...
network() {
    file=$1
    shift
    printf '%s\n' "$@" >"$file"
}
taken='it runs, and configures the taps of guests: [Match] in '
doctor 0
result ok networkd 'no file matches the taps of guests'
network /usr/lib/systemd/network/80-all.network '[Match]' 'Name=en* *' '' '[Network]' 'DHCP=yes'
doctor 0
result note networkd "$taken/usr/lib/systemd/network/80-all.network matches tap0" \
    'to /etc/systemd/network/00-vmnet-tap.network the four lines [Match], Name=tap*, [Link] and Unmanaged=yes'
# What it says helps; so does a mask, or a file of the same name.
network /etc/systemd/network/00-vmnet-tap.network '[Match]' 'Name=tap*' '[Link]' 'Unmanaged=yes'
doctor 0
result ok networkd 'it runs, and leaves taps alone, by /etc/systemd/network/00-vmnet-tap.network'
rm /etc/systemd/network/00-vmnet-tap.network
ln -s /dev/null /run/systemd/network/80-all.network
doctor 0
result ok networkd 'no file matches the taps of guests'
rm /run/systemd/network/80-all.network
network /etc/systemd/network/80-all.network '[Match]' 'Name=en*'
doctor 0
result ok networkd 'no file matches the taps of guests'
for lines in 'Name=!en*' 'Name=tap[0-9]' 'Type=ether\nName=*' 'Type=ether' 'Type = !loopback' 'Name = *' \
    'Name=en*\nName=tap*' 'Kind=tun' 'Driver=tun'; do
    # shellcheck disable=SC2059 # it is a format
    printf "[Match]\n$lines\n" >/etc/systemd/network/80-all.network
    doctor 0
    result note networkd "$taken/etc/systemd/network/80-all.network"
done
for lines in 'Name=!tap*' 'Name=*\nDriver=e1000' 'Type=ether\nKind=!*' 'Type=wlan' '#Name=*' 'Name=*\nHost=other' ''; do
    # shellcheck disable=SC2059
    printf "[Match]\n$lines\n[Network]\nName=*\n" >/etc/systemd/network/80-all.network
    doctor 0
    result ok networkd 'no file matches the taps of guests'
done

# firewalld.
result ok firewalld 'it does not run'
mkdir /run/firewalld
doctor 0 br0
result note firewalld 'the zone of a bridge decides' "'firewall-cmd --get-zone-of-interface=br0' shows the zone"

# AppArmor. What a profile gives is seen in a file of the process: the shell becomes vmnetctl.
cover /sys/module
cover /etc/apparmor.d
mkdir -p /sys/module/apparmor/parameters /etc/apparmor.d/local
doctor 0
result ok apparmor 'it is not enabled'
echo Y >/sys/module/apparmor/parameters/enabled
doctor 0
result ok apparmor 'it is enabled, and does not confine this process'
echo 'qemu (enforce)' >label
# shellcheck disable=SC2016 # expanded by the shell that becomes vmnetctl
run 0 sh -c 'mount --bind label "/proc/$$/attr/current"; exec "$1" doctor' sh "$ctl"
result note apparmor "it confines this process by the profile 'qemu (enforce)'" \
    "have the profile start $helper with PUx"
echo '/usr/sbin/libvirtd {}' >/etc/apparmor.d/usr.sbin.libvirtd
doctor 0
result note apparmor 'the profile of libvirtd lets it start no helper but qemu-bridge-helper' \
    "as root, add to /etc/apparmor.d/local/usr.sbin.libvirtd the line: $helper PUx,"
printf '# such as:\n  # %s PUx,\n' "$helper" >/etc/apparmor.d/local/usr.sbin.libvirtd
doctor 0
result note apparmor 'the profile of libvirtd lets it start no helper but qemu-bridge-helper'
echo "$helper PUx," >/etc/apparmor.d/local/usr.sbin.libvirtd
doctor 0
result ok apparmor 'does not confine this process'

# SELinux.
result ok selinux 'it is not enforcing'
cover /sys/fs
mkdir /sys/fs/selinux
echo 0 >/sys/fs/selinux/enforce
doctor 0
result ok selinux 'it is not enforcing'
echo 1 >/sys/fs/selinux/enforce
doctor 0
result note selinux 'it is enforcing' 'ausearch -m avc -ts recent'
/usr/bin/python3 -c 'import os, sys; os.setxattr(sys.argv[1], "security.selinux", sys.argv[2].encode())' "$helper" \
    system_u:object_r:vmnet_helper_exec_t:s0
doctor 0
result ok selinux "it is enforcing, and $helper has a type of its own"

# What was denied. A file stands for the device, which is the host's.
rm -f /dev/kmsg
doctor 0
result note denials 'unknown: the log of the kernel, /dev/kmsg, cannot be read: No such file' "as root, 'dmesg'"
printf '6,1,1,-;a guest\n SUBSYSTEM=x\n4,2,2,-;audit: apparmor="DENIED" comm="other"\n' >/dev/kmsg
doctor 0
result ok denials 'has no denial that is about vmnet-helper'
printf '5,3,3,-;audit: apparmor="DENIED" operation="create" comm="vmnet-helper"\n' >>/dev/kmsg
doctor 1
result fail denials 'has denied something to vmnet-helper: audit: apparmor="DENIED" operation="create"' \
    'apparmor_parser -r /etc/apparmor.d/usr.sbin.libvirtd'
printf '5,3,3,-;audit: apparmor="DENIED" operation="open" profile="vmnet-helper" name="/srv/qemu/rooms.conf"\n' >/dev/kmsg
doctor 1
result fail denials 'profile="vmnet-helper" name="/srv/qemu/rooms.conf"' \
    'permit it in a file in /etc/apparmor.d/abstractions/vmnet-helper.d'
printf '5,3,3,-;audit: avc:  denied  { create } for comm="vmnet-helper"\n' >/dev/kmsg
doctor 1
result fail denials 'audit: avc:  denied  { create }' "ausearch -m avc -c vmnet-helper"
chmod 600 /dev/kmsg
doctor 0
result note denials 'cannot be read: Permission denied'
