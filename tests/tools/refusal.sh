#!/bin/sh
# SPDX-License-Identifier: MIT
#
# refusal.sh VMNETCTL [ask-helper], as root in lab.sh's world: what the rules allow and vmnet-helper refuses. With
# ask-helper, it is asked, too.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=service_world.sh
. "${0%/*}/service_world.sh"
bridge_conf 'allow all'

# helper_says STATUS TEXT BRIDGE [USER]: what vmnet-helper says to the user
does_ask=${2-}
helper_says() {
    [ "$does_ask" = ask-helper ] || return 0
    run "$1" setpriv --reuid "${4-vmuser}" --regid "${4-vmuser}" --init-groups -- /usr/bin/python3 -S -c '
import socket, subprocess, sys
ours, theirs = socket.socketpair()
sys.exit(subprocess.run([sys.argv[1], "--fd=%d" % theirs.fileno(), "--br=" + sys.argv[2]],
                        pass_fds=[theirs.fileno()]).returncode)' "$helper" "$3"
    says "$2"
}

# refused TEXT BRIDGE [USER]: explain and list tell, with the rules' verdict
refused() {
    run 1 as "${3-vmuser}" "$ctl" explain "$2"
    says "allow: ${3-vmuser} "
    says "may use bridge '$2': /etc/qemu/bridge.conf:1:1, but vmnet-helper refuses it: $1"
    explained=$output
    run 1 as "${3-vmuser}" "$ctl" explain "$2" --json
    says '"helper_grants": false'
    says "\"helper_refusal\": \"$1"
    output=$explained
}

# granted BRIDGE [USER]
granted() {
    run 0 as "${2-vmuser}" "$ctl" explain "$1" --json
    says '"helper_grants": true'
    says '"helper_refusal": null'
    run 0 as "${2-vmuser}" "$ctl" explain "$1"
    says_not 'refuses it'
}

granted br0
helper_says 0 '' br0

# Bridges.
refused "there is no interface 'gone'" gone
helper_says 69 "there is no bridge 'gone'" gone
ip link add port0 type veth peer name peer0
refused "'port0' is not a bridge" port0
says '; give the name of a bridge'
helper_says 69 "'port0' is not a bridge" port0
ip link set port0 master br0
refused "'port0' is not a bridge" port0
says "it is a port of 'br0': ask for that"
ip link property add dev br0 altname other-name
refused "'other-name' is only another name of 'br0'" other-name
helper_says 69 "'other-name' is another name of 'br0'" other-name
ip link property del dev br0 altname other-name
ip link del port0
ip link set br0 mtu 65522
refused "'br0' has the MTU 65522, and that of a tap is at most 65521" br0
helper_says 69 "its MTU is above a tap's 65521" br0
ip link set br0 mtu 65521
granted br0
helper_says 0 '' br0
ip link set br0 mtu 1500

# What was meant.
refused 'there is no interface' virbr00
says "* there is no interface 'virbr00' now; a request fails until there is one, even if the rules allow it; did you mean"
says "; did you mean 'virbr0'?"
refused 'there is no interface' bro
says "; did you mean 'br0'?"
refused 'there is no interface' vibr
says "; did you mean 'virbr0'?"
for name in gone br b0000; do
    refused 'there is no interface' "$name"
    [ "$name" = br ] || says_not 'did you mean'
done
rules 10.rules 'allow user vmuser bridge lab-net' 'deny all bridge dmz-net'
refused 'there is no interface' lab-nt
says "; did you mean 'lab-net'?"
refused 'there is no interface' dmz-nt
says_not 'did you mean'
reset
run 1 as vmuser "$ctl" explain vibr0
says "; did you mean 'virbr0'?"
bridge_conf 'allow all'
# libvirt's network.
ip link del virbr0
rm -rf /etc/libvirt
refused "there is no interface 'virbr0'" virbr0
says_not virsh
mkdir -p /etc/libvirt/qemu/networks
echo '<network/>' >/etc/libvirt/qemu/networks/default.xml
refused "there is no interface 'virbr0'" virbr0
says "; libvirt's network is not started: virsh --connect qemu:///system net-start default"
refused "there is no interface 'virbr1'" virbr1
says_not virsh

# The helper, as it is installed. root needs no privilege from the file.
chmod 755 "$helper"
refused "$helper is not setuid root and has no file capability" br0
says "* $helper is not setuid root and has no file capability cap_net_admin=ep, and there is no service at $socket;"
says "; as root: chmod u+s $helper; or as root: systemctl enable --now vmnet-helper.socket"
granted br0 root
# A service that answers this user is as good as privilege.
service "$socket" 0660 vmgroup
run 0 as vmuser "$ctl" explain br0
says_not 'but vmnet-helper refuses it'
run 0 as vmuser "$ctl" list --json
says '"helper_grants": true'
run 1 as vmother "$ctl" explain br0
denied="vmother (uid 4243) may not use the service: $socket, of mode 0660, is only for root and the group 'vmgroup'"
says "but vmnet-helper refuses it: $helper is not setuid root and has no file capability cap_net_admin=ep, and $denied"
says "$denied; ask the administrator to add the user to the group 'vmgroup'"
says_not 'chmod u+s'
run 1 "$ctl" explain br0 --user vmother
says "$denied"
switch 'acl: qemu' 'network: any' 'log: required' # the bridge and the log are the service's
run 0 unshare --net setpriv --reuid vmuser --regid vmuser --init-groups "$ctl" explain br0
rm /etc/vmnet/switch.conf
run 1 unshare --net setpriv --reuid vmuser --regid vmuser --init-groups "$ctl" explain br0
says 'is in another network namespace, and refuses this process'
service_end
run 1 as vmuser "$ctl" explain br0
says "and nobody listens at $socket, the socket of the service; as root: systemctl restart vmnet-helper.socket"
rm "$socket"
chown 4242 "$helper"
chmod 4755 "$helper"
refused "$helper belongs to uid 4242, not to root" br0
install_helper
chgrp vmgroup "$helper"
chmod 4750 "$helper"
granted br0
refused "vmother (uid 4243) may not start $helper, whose mode 4750 permits only root and the group 'vmgroup'" \
    br0 vmother
run 1 "$ctl" explain br0 --user vmother
run 1 as vmuser "$ctl" explain br0 --user vmother
run 0 "$ctl" explain br0 --user vmuser
run 1 without_groups vmuser "$ctl" explain br0
says 'log out and in again'
run 0 as vmother "$ctl" list --json
says "\"helper_refusal\": \"vmother (uid 4243) may not start $helper"
# A record is required, and nothing takes one.
install_helper
printf 'acl: files qemu\nlog: required\n' >/etc/vmnet/switch.conf
refused "switch.conf says 'log: required', and there is no system log" br0
helper_says 75 'there is no system log at /dev/log' br0
/usr/bin/python3 -c 'import os, socket, time
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
os.chmod("/dev/log", 0o666)
time.sleep(1000)' &
log=$!
until [ -S /dev/log ] && [ "$(stat -c %a /dev/log)" = 666 ]; do
    kill -0 "$log" || fail 'no log'
    sleep 0.01
done
granted br0
kill "$log"
wait "$log" 2>/dev/null || true
rm /dev/log /etc/vmnet/switch.conf
# What others may do with the file is for doctor.
install_helper
chmod 4757 "$helper"
granted br0
mount --bind "${helper%/*}" "${helper%/*}"
mount -o remount,bind,nosuid "${helper%/*}"
refused "the file system of $helper is mounted with nosuid" br0
granted br0 root
umount "${helper%/*}"
rm "$helper"
refused "there is no $helper" br0
says "* there is no $helper; as root, install vmnet-helper"
refused "there is no $helper" br0 root

# The rules come first.
reset
run 1 as vmuser "$ctl" explain br0
says 'notfound: '
says_not "$helper"
