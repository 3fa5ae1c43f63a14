#!/bin/sh
# SPDX-License-Identifier: MIT
#
# unreadable.sh VMNETCTL, as root in lab.sh's world: what is said of rules that the user may not read, and of directories
# that keep him out.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
closed='does not let vmuser (uid 4242)'
ask='without it there is no verdict for you: the administrator can let you read it'

# A file, for root only, for root's group, or for another group.
rules 1.rules 'allow user vmuser bridge br0'
rule=/etc/vmnet/rules.d/1.rules
for mode in 600 640; do
    chmod "$mode" "$rule"
    run 2 as vmuser "$ctl" explain br0
    says "* $rule (mode 0$mode, owner root, group root) $closed read it; $ask"
    says_not 'join'
    says_not 'log out'
    says_not 'may not be searched'
done
chgrp vmgroup "$rule"
run 0 as vmuser "$ctl" explain br0
run 2 without_groups vmuser "$ctl" explain br0
says "(mode 0640, owner root, group vmgroup) $closed read it; log out and in again: the user database has the user in"
run 2 as vmother "$ctl" explain br0
says "$ask"
says_not 'join'
run 2 as vmother "$ctl" explain br0 --user vmuser
says "does not let you read it; $ask"
chgrp root "$rule"
run 2 "$ctl" explain br0 --user vmuser
says "(mode 0640, owner root, group root) $closed read it"
chmod 644 "$rule"

# A directory is to blame, not the file.
chmod 700 /etc/vmnet
run 2 as vmuser "$ctl" explain br0
says '/etc/vmnet/switch.conf: cannot search its directory /etc/vmnet: Permission denied'
says "* the directory /etc/vmnet (mode 0700, owner root, group root) $closed search it; $ask"
run 2 as vmuser "$ctl" check
says '/etc/vmnet/switch.conf: error: cannot search its directory /etc/vmnet: Permission denied'
run 2 as vmuser "$ctl" list
says 'cannot search its directory /etc/vmnet'
run 2 as vmuser "$ctl" explain br0 --json
says 'cannot search its directory /etc/vmnet'
chmod 750 /etc/vmnet
chgrp vmgroup /etc/vmnet
run 2 without_groups vmuser "$ctl" explain br0
says 'log out and in again'
chmod 755 /etc/vmnet
chgrp root /etc/vmnet
# This one may be searched, and not read.
chmod 711 /etc/vmnet/rules.d
run 2 as vmuser "$ctl" explain br0
says "* the directory /etc/vmnet/rules.d (mode 0711, owner root, group root) $closed read it"
says_not 'may not be searched'
chmod 755 /etc/vmnet/rules.d
# An include.
mkdir -m 700 /etc/qemu/closed
echo 'allow br0' >/etc/qemu/closed/more.conf
bridge_conf 'include /etc/qemu/closed/more.conf'
run 0 as vmuser "$ctl" explain br0
says '/etc/qemu/closed/more.conf: the directory /etc/qemu/closed may not be searched, so its rules do not count'
# Below another root, it is the directory there.
mkdir -p root/etc
cp -r /etc/vmnet root/etc/vmnet
chmod 700 root/etc/vmnet
run 2 as vmuser "$ctl" check --root root
says "cannot search its directory /etc/vmnet"

# bridge.conf keeps back what rules.d allows; that is for the administrator to choose, and what he chooses works.
bridge_conf 'allow virbr0'
chmod 640 /etc/qemu/bridge.conf
choice="the line 'acl: files' in /etc/vmnet/switch.conf leaves it out, with all that it allows and denies"
run 2 as vmuser "$ctl" explain br0
says "* /etc/qemu/bridge.conf (mode 0640, owner root, group root) $closed read it"
says "* the rules in rules.d allow it, but the source qemu is in error for this user; whether it counts is the adm"
says "$choice; see vmnet-switch.conf(5)"
run 2 as vmuser "$ctl" explain virbr0
says "bridge.conf (mode 0640, owner root, group root) $closed read it"
says_not "$choice"
chmod 644 "$rule" /etc/qemu/bridge.conf
bridge_conf 'alow'
run 2 as vmuser "$ctl" explain br0
says_not "$choice"
bridge_conf 'allow virbr0'
chmod 640 /etc/qemu/bridge.conf
switch 'acl: files'
run 0 as vmuser "$ctl" explain br0
