#!/bin/sh
# SPDX-License-Identifier: MIT
#
# other_helpers.sh VMNETCTL BRIDGE_CONF SCHEMA, as root in lab.sh's world: other helpers with privilege, which read only
# BRIDGE_CONF. What check and doctor say of them is what they let users do that the rules refuse.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"
conf=$2 schema=$3
mkdir -p "${conf%/*}"
cover /usr/lib/qemu
[ "${helper%/*}" = /usr/libexec ] || cover /usr/libexec
cover /var/lib/dpkg
other=/usr/lib/qemu/qemu-bridge-helper

# other_helper MODE [PATH]: it has this mode; a program that is not ours will do
other_helper() {
    install -m "$1" /bin/true "${2-$other}"
}

# warns MESSAGE: check gives this message, with the code of other helpers, as a warning
warns() {
    run 1 "$ctl" check
    says "warning: $1 [helper-other]"
}

# notes MESSAGE
notes() {
    run 0 "$ctl" check
    says "note: $1 [helper-other]"
}

# asks USER [ARGUMENT...]: what doctor says to the user, whatever it says of other things
asks() {
    user=$1
    shift
    output=$(as "$user" "$ctl" doctor "$@" 2>&1) || true
}

# silent: neither says anything about another helper
silent() {
    run 0 "$ctl" check
    says_not '[helper-other]'
    asks vmuser
    says_not 'another helper with privilege'
}

is="$other (root:root, mode 4755) is another helper with privilege, and reads only $conf"
its="$other (root:root, mode 4755), another helper with privilege,"
cure="as root: chmod u-s $other; an update of its package may set the bit again"

# There is none: no file, no privilege, only root may start it, it is ours, or a script.
silent
for mode in 0755 4700 2755; do
    other_helper $mode
    silent
done
cp "$helper" "$other"
chmod 4755 "$other"
silent
ln -sf "$helper" "$other"
silent
rm "$other"
printf '#!/bin/sh\nexec /bin/true\n' >"$other"
chmod 4755 "$other"
silent
rm "$other"
other_helper 4755
chown vmother "$other"
chmod 4755 "$other"
silent

# bridge.conf is not there, is empty, or allows what the rules allow, too.
other_helper 4755
harmless="$is: at present it allows nothing that the other rules refuse; $cure"
rm -f "$conf"
for line in '' '# none' 'allow br0'; do
    notes "$harmless"
    asks vmuser
    result ok helper-path "$its gives the user nothing that the rules refuse"
    echo "$line" >"$conf"
done
notes "$harmless"

# A deny in rules.d is bypassed: said at the deny.
rules 20-deny.rules '# no guests' 'deny user vmuser bridge br0'
echo 'allow br0' >"$conf"
warns "$is: it lets every user use 'br0', despite this deny; $cure"
says '/etc/vmnet/rules.d/20-deny.rules:2:1: warning: '
run 1 "$ctl" check --json
printf '%s\n' "$output" >answer
/usr/bin/python3 "$here/validate.py" "$schema" answer || fail 'it is not as the schema has it'
says '"code": "helper-other"'
asks vmuser
result note helper-path "$its gives the user 'br0', which the rules refuse" "$cure"
# No warning if the deny is for another user, if the user is root, or if bridge.conf denies the bridge, too.
asks vmother
says_not "$its gives the user 'br0'"
asks root
says_not 'another helper with privilege'
printf 'allow all\ndeny br0\n' >"$conf"
run 1 "$ctl" check
says "note: $is: at present it allows nothing"
# A pattern, of which there are bridges; and the deny comes before an allow with options.
rules 20-deny.rules 'allow user vmuser bridge br0 limit 2' 'deny all bridge vir*'
rm /etc/vmnet/rules.d/10-doctor.rules
printf 'allow all\n' >"$conf"
warns "$is: it lets every user use 'virbr0', despite this deny; $cure"
says '/etc/vmnet/rules.d/20-deny.rules:2:1: warning: '
asks vmuser
result note helper-path "$its gives the user 'br0' without 'limit 2', which the rules ask for, and 1 more such bridge" \
    "$cure"
rules 20-deny.rules 'allow user vmuser bridge br0 limit 2 isolated'
warns "$is: it lets every user use 'br0' without 'limit 2 isolated'; $cure"
asks vmuser
result note helper-path "$its gives the user 'br0' without 'limit 2 isolated', which the rules ask for"

# An include counts as it does for vmnet-helper: for who may read it.
rules 20-deny.rules 'deny user vmother bridge br0'
include_for_vmgroup "${conf%/*}/for-vmgroup.conf" 'allow br0'
echo "include ${conf%/*}/for-vmgroup.conf" >"$conf"
warns "$is: it lets every user use 'br0', despite this deny; $cure"
asks vmother
result ok helper-path "$its gives the user nothing that the rules refuse"
chmod 644 "${conf%/*}/for-vmgroup.conf"
asks vmother
result note helper-path "$its gives the user 'br0', which the rules refuse"

# The switch leaves bridge.conf out.
switch 'acl: files'
rules 20-deny.rules 'allow user vmuser bridge virbr0'
warns "$is: it lets every user use 'br0', although switch.conf excludes that file; $cure"
asks vmuser
result note helper-path "$its gives the user 'br0', which the rules refuse" "$cure"
rm /etc/vmnet/switch.conf

# Nothing is known while there are errors.
echo 'alow br0' >"$conf"
run 2 "$ctl" check
says "warning: $is: users who start it are not bound by the rules in rules.d; $cure [helper-other]"
asks vmuser
result note helper-path "$its does not read the rules in rules.d, so they do not bind the user" "$cure"
echo 'allow br0' >"$conf"

# For a group only, or by a capability.
rules 20-deny.rules 'deny uid 4242 bridge br0'
other_helper 4750
chgrp vmgroup "$other"
chmod 4750 "$other"
warns "$other (root:vmgroup, mode 4750) is another helper with privilege, and reads only $conf: it lets each member of \
the group 'vmgroup' use 'br0', despite this deny; $cure"
asks vmuser
result note helper-path "$other (root:vmgroup, mode 4750), another helper with privilege, gives the user 'br0'"
asks vmother
says_not 'another helper with privilege'
asks root --user vmuser
says 'another helper with privilege'
other_helper 755
setcap cap_net_admin=ep "$other"
warns "$other (root:root, mode 0755) is another helper with privilege, and reads only $conf: it lets every user use \
'br0', despite this deny; as root: setcap -r $other; an update of its package may set the capability again"

# Where the file system takes the privilege away.
other_helper 4755
mount -o remount,bind,nosuid /usr/lib/qemu
run 0 "$ctl" check
says_not '[helper-other]'
mount -o remount,bind,suid /usr/lib/qemu

# What keeps it so: of Debian's packages, and of SUSE's.
# cured CURE
cured() {
    run 1 "$ctl" check
    says "despite this deny; $1 [helper-other]"
    asks vmuser
    result note helper-path 'another helper with privilege' "$1"
}
cured "$cure"
: >/etc/permissions.local
cured "as root: chmod u-s $other; to keep it so, add to /etc/permissions.local the line: $other root:root 0755"
rm /etc/permissions.local
: >/var/lib/dpkg/status
cured "as root: dpkg-statoverride --update --add root root 0755 $other"
printf 'root kvm 4750 %s\n' "$other.old" /usr/bin/other >/var/lib/dpkg/statoverride
cured "as root: dpkg-statoverride --update --add root root 0755 $other"
echo "root kvm 4750 $other" >>/var/lib/dpkg/statoverride
cured "as root: dpkg-statoverride --remove $other && chmod u-s $other"
# One that was moved away has its owner and its mode by the path that it had.
printf '%s\n%s\nother\n' /bin/sh /bin/sh.distrib "$other" "$other.away" >/var/lib/dpkg/diversions
mv "$other" "$other.away"
cured "as root: dpkg-statoverride --remove $other && chmod u-s $other.away"
rm /var/lib/dpkg/statoverride
away="as root: dpkg-statoverride --add root root 0755 $other && chmod u-s $other.away"
cured "$away"
# With ours at its place.
printf '#!/bin/sh\nexec %s "$@"\n' "$helper" >"$other"
chmod 755 "$other"
cured "$away"
result ok helper-path "$other starts vmnet-helper"
mv "$other.away" "$other.distrib"
rm /var/lib/dpkg/diversions
cured "as root: dpkg-statoverride --update --add root root 0755 $other.distrib"
rm "$other" "$other.distrib"

# That of libvirt, whose rules are not known; a wrapper, which the system's configuration makes.
mkdir -p /etc/libvirt
odd="/run/lab/a \$(helper)"
other_helper 4755 "$odd"
echo "bridge_helper = \"$odd\"" >/etc/libvirt/qemu.conf
run 1 "$ctl" check
says "warning: $odd (root:root, mode 4755) is another helper with privilege, and reads only its own rules: users who \
start it are not bound by the rules in rules.d; "
says_not 'chmod'
rm /etc/libvirt/qemu.conf

# That of the user's own file, which may name any program, and a link that leads elsewhere when root has read the advice.
# With "..", it looks like a file of a package.
open=/usr/lib/qemu/open
mkdir -p /run/lab/home/.config/libvirt
mkdir -m 777 "$open"
: >/var/lib/dpkg/status
other_helper 4755 /usr/lib/qemu/another
ln -s ../another "$open/qemu-bridge-helper"
other_helper 4755 "$open/qemu-bridge-helper.distrib"
ln -s another /usr/lib/qemu/qemu-bridge-helper-link
for named in /usr/lib/qemu/another /usr/../usr/lib/qemu/open/qemu-bridge-helper "$open/qemu-bridge-helper.distrib" \
    /usr/lib/qemu/qemu-bridge-helper-link; do
    echo "bridge_helper = \"$named\"" >/run/lab/home/.config/libvirt/qemu.conf
    asks root --user vmuser
    result note helper-path "$named (root:root, mode 4755), another helper with privilege," \
        'as root, remove its privilege, if it is a helper and not a link to another program'
    says_not chmod
    says_not dpkg-statoverride
done
rm -r /run/lab/home/.config "$open" /usr/lib/qemu/another /usr/lib/qemu/qemu-bridge-helper-link /var/lib/dpkg/status

mkdir -p /run/wrappers/bin
other_helper 4755 /run/wrappers/bin/qemu-bridge-helper
cured 'remove it from the configuration of the system, which makes its wrapper (NixOS: security.wrappers; Guix: '\
'privileged-programs)'
