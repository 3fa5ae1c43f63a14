#!/bin/sh
# SPDX-License-Identifier: MIT
#
# explain.sh VMNETCTL, as root in lab.sh's world: the verdict, how it came to be, and what to do about it.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# Allowed: which rules match, which almost do, where the options come from.
rules 10-first.rules 'allow user vmuser bridge virbr0 limit 3' 'allow group vmgroup bridge virbr0 limit 5' \
    'allow user vmother bridge virbr0' 'allow user vmuser bridge br0' 'allow user vmother bridge br0' \
    'allow user nobodyhere bridge virbr0'
bridge_conf 'include /etc/qemu/missing.conf' 'allow virbr0'
run 0 as vmuser "$ctl" explain --bridge virbr0
is_golden explain-allow
run 0 as vmuser "$ctl" explain --bridge virbr0 --all
says '10-first.rules:5:1: allow user vmother bridge br0  (another user, another bridge)'
says_not '--all shows'
says 'Options: limit 3, from /etc/vmnet/rules.d/10-first.rules:1'
run 0 as vmother "$ctl" explain --bridge virbr0
says 'Options: none'
rules 10-first.rules 'allow user vmuser bridge virbr0 guard'
run 1 as vmuser "$ctl" explain --bridge virbr0
says "but vmnet-helper refuses it: 'virbr0' does not run STP, without which the option 'guard' stops nothing"
ip link set virbr0 type bridge stp_state 1
run 0 as vmuser "$ctl" explain --bridge virbr0
says_not 'start QEMU'
ip link set virbr0 type bridge stp_state 0
rules 10-first.rules 'allow user vmuser bridge virbr0 tap vm%d vlan 4094'
run 1 as vmuser "$ctl" explain --bridge virbr0
says "but vmnet-helper refuses it: 'virbr0' is not VLAN-aware, which the option 'vlan' needs"
says 'Options: vlan 4094 tap vm%d, from /etc/vmnet/rules.d/10-first.rules:1'
if ip link set virbr0 type bridge vlan_filtering 1 2>/dev/null; then
    run 0 as vmuser "$ctl" explain --bridge virbr0
    ip link set virbr0 type bridge vlan_filtering 0
fi
rules 10-first.rules 'allow user vmuser bridge virbr0 limit 1 mac 52:54:00:AB:cd:01 isolated'
run 0 as vmuser "$ctl" explain --bridge virbr0
says 'Options: limit 1 isolated mac 52:54:00:ab:cd:01, from /etc/vmnet/rules.d/10-first.rules:1, the first allow that'
says 'start QEMU with mac=52:54:00:ab:cd:01: the port takes no frame from another address'

# No rule: the line to add, and where.
run 1 as vmuser "$ctl" explain --bridge nobridge
says "notfound: vmuser (uid 4242) may not use bridge 'nobridge': no rule allows it"
says 'add to /etc/vmnet/rules.d/50-local.rules (owner root, mode 644) this line: '
says ':     allow user vmuser bridge nobridge'
says "there is no interface 'nobridge' now"

# What it proposes works.
# proposed: the line after the advice
propose() {
    proposal=$(printf '%s\n' "$output" | sed -n '/^\* to allow it/{n;s/^ *//;p;}')
    [ "$proposal" != "" ] || fail 'nothing is proposed'
}
propose
rules 50-local.rules "$proposal"
ip link add nobridge type bridge
run 0 as vmuser "$ctl" explain --bridge nobridge
run 1 as vmother "$ctl" explain --bridge nobridge

# Without a directory for rules, it is still a rule for this user only, and the directory is new.
reset
rmdir /etc/vmnet/rules.d
bridge_conf 'allow br0'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'add to /etc/vmnet/rules.d/50-local.rules (owner root, mode 644; its directory 755) this line:     allow user vmuser'
says 'files (/etc/vmnet/rules.d): notfound, it does not exist'
# Where only bridge.conf is asked, it is a rule for everybody, and that is said.
switch 'acl: qemu'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'add to /etc/qemu/bridge.conf this line, which lets every user use the bridge:     allow virbr0'
propose
bridge_conf 'allow br0' "$proposal"
run 0 as vmother "$ctl" explain --bridge virbr0
rm /etc/qemu/bridge.conf
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'add to /etc/qemu/bridge.conf (owner root, mode 644) this line, which lets every user use the bridge'
mkdir /etc/vmnet/rules.d
# Nor where it is skipped, or not asked; and what is proposed does help.
switch 'acl: files [NOTFOUND=return] qemu'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'qemu (/etc/qemu/bridge.conf): not asked'
says 'add to /etc/vmnet/rules.d/50-local.rules'
propose
rules 50-local.rules "$proposal"
run 0 as vmuser "$ctl" explain --bridge virbr0
rm -r /etc/vmnet/rules.d
bridge_conf 'allow br0'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'rules.d/50-local.rules (owner root, mode 644; its directory 755)'
mkdir /etc/vmnet/rules.d
switch 'acl: qemu [NOTFOUND=return] files'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'add to /etc/qemu/bridge.conf this line'
switch 'acl: files [UNAVAIL=continue] qemu'
rules 10-wrong.rules 'allow'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'add to /etc/qemu/bridge.conf this line'
propose
bridge_conf "$proposal"
run 0 as vmuser "$ctl" explain --bridge virbr0
# All are skipped: no line would help.
switch 'acl: files [UNAVAIL=continue] qemu [UNAVAIL=continue]'
bridge_conf 'allow'
run 1 as vmuser "$ctl" explain --bridge virbr0
says 'a source could not be read, and until it is fixed, none of its rules counts'
says_not 'to allow it'
says_not 'no rule can name'
rm /etc/vmnet/rules.d/10-wrong.rules /etc/qemu/bridge.conf
rm /etc/vmnet/switch.conf
# A user without a name, and one whose name cannot stand in a rule.
run 1 setpriv --reuid 777 --regid 777 --clear-groups "$ctl" explain --bridge virbr0
says 'notfound: uid 777 may not use'
says 'allow uid 777 bridge virbr0'
# A bridge that no rule can name.
run 1 "$ctl" explain --bridge all
says 'no rule can name only this bridge'
run 1 "$ctl" explain --bridge 'br*'
says 'no rule can name only this bridge'

# Denied: each rule that is in the way.
rules 10-deny.rules 'allow user vmuser bridge br0' 'deny group vmgroup bridge br*' 'deny uid 4242 bridge br0'
bridge_conf 'deny br0'
run 1 as vmuser "$ctl" explain --bridge br0
says "deny: vmuser (uid 4242) may not use bridge 'br0': /etc/vmnet/rules.d/10-deny.rules:2:1"
says 'while /etc/vmnet/rules.d/10-deny.rules, line 2, has this rule, which also denies other requests:     deny group'
says 'while /etc/vmnet/rules.d/10-deny.rules, line 3, has this rule:     deny uid 4242 bridge br0'
says_not remove # which would allow it to others
says 'qemu (/etc/qemu/bridge.conf): not asked'
says_not 'to allow it, add'
# A denied group cannot be shed.
run 1 without_groups vmuser "$ctl" explain --bridge br0
says 'line 2, has this rule'

# A group counts from the next login on.
reset
rules 10-group.rules 'allow group vmgroup bridge br0'
run 0 as vmuser "$ctl" explain --bridge br0
run 1 without_groups vmuser "$ctl" explain --bridge br0
says 'the user database has vmuser (uid 4242) in the group of /etc/vmnet/rules.d/10-group.rules:1'
says 'the rule matches once the user logs in again'
run 1 as vmother "$ctl" explain --bridge br0
says 'allows it to a group; the rule matches only members who logged in after they were added'
says_not 'the user database has'
rules 10-group.rules 'allow gid 4250 bridge br0'
run 1 without_groups vmuser "$ctl" explain --bridge br0
says 'the user database has'
# Asked by name, it is a new login.
run 0 without_groups vmuser "$ctl" explain --bridge br0 --user vmuser

# The same of a file that only a group may read, as the stock helper's manual has it.
reset
bridge_conf 'include /etc/qemu/group.conf'
printf 'allow br0\n' >/etc/qemu/group.conf
chgrp vmgroup /etc/qemu/group.conf
chmod 640 /etc/qemu/group.conf
run 0 as vmuser "$ctl" explain --bridge br0
run 1 without_groups vmuser "$ctl" explain --bridge br0
says 'has vmuser (uid 4242) in the group that may read /etc/qemu/group.conf, but this session'
run 1 as vmother "$ctl" explain --bridge br0
says '/etc/qemu/group.conf was skipped, since the user may not read it'

# Another user: as root one becomes him, else one cannot know what he may read.
reset
bridge_conf 'include /etc/qemu/group.conf'
include_for_vmgroup /etc/qemu/group.conf 'allow br0'
run 0 "$ctl" explain --bridge br0
run 0 "$ctl" explain --bridge br0 --user vmuser
says_not 'has read them as you'
run 1 "$ctl" explain --bridge br0 --user vmother
says '/etc/qemu/group.conf: may not be read'
says_not 'has read them as you'
run 2 as vmother "$ctl" explain --bridge br0 --user vmuser
says "not everybody may read it, so what another user reads is unknown"
says 'What is unknown:'
says 'has read them as you'
says 'you may not read /etc/qemu/group.conf, so this answer leaves out its rules; '
says 'if vmuser (uid 4242) may read it'
run 2 as vmuser "$ctl" explain --bridge br0 --user vmother
says 'you may read /etc/qemu/group.conf, but its mode does not let vmother (uid 4243) read it'
run 0 as vmuser "$ctl" explain --bridge br0
says_not 'is unknown'
run 67 "$ctl" explain --bridge br0 --user nobodyhere

# No answer, and the place.
rules 10-wrong.rules '# first' 'allow user vmuser bridge'
run 2 as vmuser "$ctl" explain --bridge br0
says 'unavail: the rules give no answer for vmuser (uid 4242)'
says '/etc/vmnet/rules.d/10-wrong.rules:2:25: '
says 'allow user vmuser bridge                             ^'
says "'vmnetctl check'"
says 'qemu (/etc/qemu/bridge.conf): not asked'
switch 'acl: files [UNAVAIL=continue] qemu'
run 0 as vmuser "$ctl" explain --bridge br0
says 'degraded: '
says '/etc/vmnet/rules.d/10-wrong.rules:2:25: '
switch 'acl: files quemu'
run 2 as vmuser "$ctl" explain --bridge br0
says 'unavail: '
says '/etc/vmnet/switch.conf:1:12: '

# What the user may not read is for him to fix, and no file is wrong.
reset
switch 'acl: files'
chmod 750 /etc/vmnet/rules.d
run 2 as vmuser "$ctl" explain --bridge br0
says 'unavail: '
says "does not let vmuser (uid 4242) read it; without it there is no verdict for you: the administrator can let you read it"
says_not chmod
says_not 'join'
says_not 'every request'
# A name service that is down stops only what depends on the name.
reset
cp /etc/nsswitch.conf nsswitch.conf
sed -i 's/^group:.*/group: files/' /etc/nsswitch.conf
chmod 000 /etc/group
rules 1.rules 'allow group vmgroup bridge br0' 'allow all bridge virbr0'
run 2 as vmuser "$ctl" explain --bridge br0
says "/etc/vmnet/rules.d/1.rules:1:1: cannot look up group 'vmgroup' (try 'getent group'): Permission denied"
says 'the group cannot be looked up'
says '* requests that depend on this name are refused until it can be looked up; see nsswitch.conf(5)'
says_not 'every request'
run 0 as vmuser "$ctl" explain --bridge virbr0
# What another rule allows is allowed, and the rule that cannot be looked up is shown.
rules 1.rules 'allow group vmgroup bridge br0' 'allow uid 4242 bridge br0'
run 0 as vmuser "$ctl" explain --all --bridge br0
chmod 644 /etc/group
cp nsswitch.conf /etc/nsswitch.conf
# Who has no account is told so.
rules 1.rules 'deny group vmgroup bridge br0' 'allow all bridge br0'
run 2 setpriv --reuid 777 --regid 777 --clear-groups "$ctl" explain --bridge br0
says 'has no account'
says_not '* '

# What may pass.
reset
rules 1.rules 'allow user vmuser bridge br0'
run 2 sh -c "ulimit -n 32; exec '$ctl' explain --bridge br0"
says 'tryagain: the rules give no answer'
says '/etc/vmnet/rules.d/1.rules:1:1: '
says '(the user was not looked up)'
says 'it depends on a name that could not be looked up'
says_not 'vmnetacl_resolve'
# But limits do not, and the message says it all.
says 'the resource limits are too tight'
says_not 'temporary'
run 2 sh -c "exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; ulimit -n 5; exec '$ctl' explain --bridge br0"
says 'tryagain: the rules give no answer'
says '* this may be temporary; try again'

# A verdict that ends the search.
reset
switch 'acl: files [ALLOW=return] qemu'
rules 1.rules 'allow all bridge br0'
bridge_conf 'deny br0'
run 0 "$ctl" explain --bridge br0
says 'files (/etc/vmnet/rules.d): allow; this ends the search'
says 'qemu (/etc/qemu/bridge.conf): not asked'

# What bears the bridge's name.
reset
bridge_conf 'allow all'
run 0 "$ctl" explain --bridge br0
says_not '* '
run 1 "$ctl" explain --bridge gone
says "allow: root (uid 0) may use bridge 'gone': /etc/qemu/bridge.conf:1:1, but vmnet-helper refuses it: there is no inter"
says "there is no interface 'gone' now"
run 1 "$ctl" explain --bridge lo
says "but vmnet-helper refuses it: 'lo' is not a bridge"
says "* 'lo' is not a bridge"
ip link set br0 down
run 0 "$ctl" explain --bridge br0
says 'the bridge is down'
run 0 without_netlink "$ctl" explain --bridge br0
says 'it is unknown whether the bridge exists, since the kernel did not list the interfaces: Permission denied'
ip link property add dev br0 altname other-name
run 1 "$ctl" explain --bridge other-name
says "but vmnet-helper refuses it: 'other-name' is only another name of 'br0'"
says "* 'other-name' is only another name of 'br0', and vmnet-helper refuses it"

# Many rules that almost match: the first ten of them, and a match after it.
reset
{ seq -f 'allow br-%g' 30; echo 'allow br0'; } >/etc/qemu/bridge.conf
run 0 "$ctl" explain --bridge br0
says 'bridge.conf:10:1:'
says_not 'bridge.conf:11:1:'
says 'bridge.conf:31:1: allow br0  (matches)'
says '20 more rules for others or for other bridges; --all shows them'
run 0 "$ctl" explain --bridge br0 --all
says 'bridge.conf:30:1:'

# Many that match, and advice about each.
{ yes 'deny br0' | head -n 52; } >/etc/qemu/bridge.conf
run 1 "$ctl" explain br0
says 'bridge.conf:50:1: deny br0  (matches)'
says_not 'bridge.conf:51:1: deny'
says '2 more rules that match; --all shows them'
says 'while /etc/qemu/bridge.conf, line 50, has this rule'
says_not 'while /etc/qemu/bridge.conf, line 51, has this rule'
says '* and 2 more; --all shows them'
run 1 "$ctl" explain br0 --all
says 'bridge.conf:52:1: deny'
says 'while /etc/qemu/bridge.conf, line 52, has this rule'
says_not 'more'

# The bridge without an option; users by uid, with an account or without.
reset
rules 1.rules 'allow user vmuser bridge br0' 'allow gid 4250 bridge virbr0' 'allow uid 777 bridge br0'
run 0 as vmuser "$ctl" explain br0
run 0 "$ctl" explain br0 -u vmuser
run 0 "$ctl" explain -u vmuser virbr0
run 0 "$ctl" explain virbr0 --uid 4242
says 'allow: vmuser (uid 4242) may use'
run 1 "$ctl" explain virbr0 --uid 4243
run 0 "$ctl" explain br0 --uid 777
says 'allow: uid 777 may use'
says 'does not have this uid, so its groups are unknown; this is the answer for a process in no group'
says_not 'has read them as you'
run 0 as vmother "$ctl" explain br0 --uid 777
says 'has read them as you'
run 1 "$ctl" explain virbr0 --uid 777
run 0 "$ctl" list --uid 777
says 'br0'
says_not 'virbr0'
# It may not read what root's group may, and what the unknown groups may read is unknown.
bridge_conf 'include /etc/qemu/group.conf'
include_for_vmgroup /etc/qemu/group.conf 'allow virbr0'
chgrp 0 /etc/qemu/group.conf
run 2 "$ctl" explain virbr0 --uid 777
says '/etc/qemu/group.conf: may not be read'

# With sudo, the answer is about root, and that is said.
run 0 env SUDO_USER=vmuser "$ctl" explain virbr0
says 'vmnetctl: this is the answer for root; for vmuser: vmnetctl explain virbr0 --user vmuser'
run 0 env SUDO_USER=vmuser "$ctl" list
says 'vmnetctl: this is the answer for root; for vmuser: vmnetctl list --user vmuser'
# shellcheck disable=SC2016 # for no shell to expand
for name in '$(id)' '-x' "$(printf 'a\033b')"; do
    run 0 env SUDO_USER="$name" "$ctl" explain virbr0
    says 'this is the answer for root; --user NAME asks for another user'
done
run 0 env SUDO_USER=vmuser "$ctl" explain br0 -u vmuser
says_not 'answer for root'
run 0 env SUDO_USER=root "$ctl" explain virbr0
says_not 'answer for root'
run 0 as vmuser env SUDO_USER=vmother "$ctl" explain br0
says_not 'answer for root'

run 64 "$ctl" explain
run 64 "$ctl" explain --bridge br0 br0
run 64 "$ctl" explain --bridge a/b
run 64 "$ctl" explain --bridge waytoolongforaname
run 64 "$ctl" explain --bridge ''
