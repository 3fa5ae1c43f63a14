#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_service.sh VMNETCTL, as root in lab.sh's world: a helper, or a process, without privilege, with and without the
# service that such a helper asks.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"
# shellcheck source-path=SCRIPTDIR source=service_world.sh
. "${0%/*}/service_world.sh"

start='systemctl enable --now vmnet-helper.socket'

# as_with WORD...: vmuser, with these options of setpriv besides
as_with() {
    setpriv --reuid vmuser --regid vmuser --init-groups "$@"
}

# in_user_namespace UID COMMAND...: in one of vmuser's, as his newuidmap(1) makes it. UID 0 there is vmuser; others are
# subordinate ids.
in_user_namespace() {
    /usr/bin/python3 -S -c 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
mapped, ready = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.setresgid(4242, 4242, 4242)
    os.setresuid(4242, 4242, 4242)
    assert libc.prctl(4, 1, 0, 0, 0) == 0  # dumpable, so that its maps can be written
    assert libc.unshare(0x10000000) == 0
    os.write(ready[1], b"x")
    assert os.read(mapped[0], 1) == b"x"
    os.setgroups([])
    os.setresgid(*3 * [int(sys.argv[1])])
    os.setresuid(*3 * [int(sys.argv[1])])
    os.execv(sys.argv[2], sys.argv[2:])
assert os.read(ready[0], 1) == b"x"
for name in "uid_map", "gid_map":
    open(f"/proc/{child}/{name}", "w").write("0 4242 1\n1 100000 100\n")
os.write(mapped[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))' "$@"
}

# without_privilege: each way in which a process or a helper has none. The service is needed, and CHECK is about it.
without_privilege() {
    chmod 755 "$helper"
    run "$1" as vmuser "$ctl" doctor
    "$2" helper
    install_helper
    mount --bind "${helper%/*}" "${helper%/*}"
    mount -o remount,bind,nosuid "${helper%/*}"
    run "$1" as vmuser "$ctl" doctor
    "$2" helper
    umount "${helper%/*}"
    run "$1" as_with --no-new-privs "$ctl" doctor
    "$2" no-new-privs
    for option in '' --map-root-user; do
        run "$1" as vmuser unshare --user $option "$ctl" doctor
        "$2" user-namespace
    done
}

# No service. A helper with privilege does not need it.
fails_for_want_of_it() {
    result fail "$1" "there is no service at $socket" "$start"
}
result ok service "there is no service at $socket; vmnet-helper asks it where it has no privilege"
no_result note service
without_privilege 1 fails_for_want_of_it
chmod 755 "$helper"
doctor 1
result fail helper 'is not setuid root and has no file capability cap_net_admin=ep, and there is no service' \
    "as root: chmod u+s $helper; or as root: $start"
run 1 as_with --no-new-privs "$ctl" doctor
result fail no-new-privs 'there is no service' "as root: $start; or start QEMU from a session without it"
run 1 as vmuser unshare --user "$ctl" doctor
result fail user-namespace 'there is no service' "as root on the host: $start, and give the container"
install_helper

# A service that answers everybody.
is_served() {
    result ok "$1" 'asks the service'
    no_result fail "$1"
    result ok service "the service listens at $socket"
    result ok tun '/dev/net/tun is not needed here'
    result ok modules 'not needed here'
}
service "$socket" 0666
doctor 0
result ok helper "$helper is setuid root, mode 4755"
result ok service "the service listens at $socket"
result ok tun '/dev/net/tun can be opened'
without_privilege 0 is_served
run 0 setpriv --no-new-privs "$ctl" doctor
run 0 in_user_namespace 0 "$ctl" doctor
result ok service "the service listens at $socket"
result note rules 'the rules that the service reads are those of its system' "'vmnetctl doctor' outside of the container"
result note verdict 'cannot be told in this user namespace'
# What the service does not need does not fail.
mv /dev/net/tun /dev/net/away
doctor 1
result fail tun 'there is no /dev/net/tun'
run 0 as_with --no-new-privs "$ctl" doctor
mv /dev/net/away /dev/net/tun
# exec gives a setuid helper root's uid all the same, and with it nobody asks the service.
run 1 as_with --bounding-set -net_admin "$ctl" doctor
result fail bounding-set 'lacks CAP_NET_ADMIN' "start QEMU with 'setpriv --no-new-privs', so that vmnet-helper asks"
run 0 as_with --bounding-set -net_admin --no-new-privs "$ctl" doctor
result ok bounding-set 'lacks CAP_NET_ADMIN, so vmnet-helper asks the service'
chmod 755 "$helper"
run 0 as_with --bounding-set -net_admin "$ctl" doctor
# A file capability that exec does not give is as good as none.
setcap cap_net_admin=ep "$helper"
run 0 as_with --no-new-privs "$ctl" doctor
result ok no-new-privs 'under no_new_privs, so vmnet-helper asks the service'
setcap -r "$helper"
# That others could write to the helper, or that it is not root's, is wrong all the same.
chmod 757 "$helper"
doctor 1
result fail helper "users other than root may write to $helper"
install_helper

# The subordinate ids of a user are not the user.
run 1 in_user_namespace 5 "$ctl" doctor
result fail user-namespace "the service at $socket refuses this process, whose user namespace belongs to another uid" \
    'start QEMU as the user who started the container'
result note service 'as with subordinate ids'

# Another network namespace, in which the rules do not tell whether the service answers.
elsewhere="the service at $socket is in another network namespace, and refuses this process unless its switch.conf says"
run 1 as vmuser unshare --user --map-root-user --net "$ctl" doctor
result fail user-namespace 'a network of its own' 'start QEMU in the network namespace of the service'
result note service "$elsewhere 'network: any'" "'network: any' would serve every process of each user"
chmod 755 "$helper"
run 1 unshare --net setpriv --reuid vmuser --regid vmuser --init-groups "$ctl" doctor
result fail helper "$elsewhere 'network: any'" 'start QEMU in the network namespace of the service'
says_not 'chmod u+s'
switch 'acl: files qemu' 'network: any'
run 0 unshare --net setpriv --reuid vmuser --regid vmuser --init-groups "$ctl" doctor
result ok service "the service listens at $socket"
result ok helper 'asks the service'
result note bridges 'the bridges are in the network namespace of the service'
rm /etc/vmnet/switch.conf
doctor 0

# No socket of any family can be made here.
run 1 as_without_netlink vmuser "$ctl" doctor
result fail helper "this process cannot connect to $socket, the socket of the service" \
    'RestrictAddressFamilies= must have AF_UNIX'

# Nobody listens.
service_end
fails_in_silence() {
    result fail "$1" "nobody listens at $socket, the socket of the service" 'systemctl restart vmnet-helper.socket'
    result note service "nobody listens at $socket"
}
install_helper
doctor 0
result note service "nobody listens at $socket" 'as root: systemctl restart vmnet-helper.socket'
without_privilege 1 fails_in_silence
rm "$socket"
: >"$socket"
doctor 0
result note service "$socket should be the socket of the service, and is not a socket" \
    "'ls -l $socket' shows what it is"
rm "$socket"

# For a group, which vmother is not in. Privilege for the helper would be for everybody: it is no cure.
service "$socket" 0660 vmgroup
without_privilege 0 is_served
chmod 755 "$helper"
denied="vmother (uid 4243) may not use the service: $socket, of mode 0660, is only for root and the group 'vmgroup'"
run 1 as vmother "$ctl" doctor
result fail helper "$denied" "ask the administrator to add the user to the group 'vmgroup'"
says_not 'chmod u+s'
run 1 as vmuser "$ctl" doctor --user vmother
result fail helper "$denied" "ask the administrator to add the user to the group 'vmgroup'"
run 1 "$ctl" doctor --user vmother
result fail helper "$denied" "ask the administrator to add the user to the group 'vmgroup'"
run 0 "$ctl" doctor --user vmuser
run 1 without_groups vmuser "$ctl" doctor
result fail helper 'vmuser (uid 4242) may not use the service' 'log out and in again: the user database has vmuser'
chmod 600 "$socket"
doctor 1
result fail helper "vmuser (uid 4242) may not use the service at $socket, whose mode is 0600" 'SocketMode='
# A mode for a group, and no group was set: nobody is to become a member of root's.
chmod 660 "$socket"
chgrp root "$socket"
doctor 1
result fail helper "vmuser (uid 4242) may not use the service at $socket, whose mode is 0660" 'SocketMode='
chmod 666 "$socket"
doctor 0
chmod 700 "${socket%/*}"
doctor 1
result fail helper "vmuser (uid 4242) cannot get to $socket, the socket of the service: Permission denied" \
    "namei -l $socket"
chmod 755 "${socket%/*}"
service_end
rm -r "${socket%/*}"

# Where toolbox and distrobox have it.
service "/run/host$socket" 0666
doctor 0
result ok service "the service listens at /run/host$socket"
result ok helper "asks the service at /run/host$socket"
run 1 unshare --net setpriv --reuid vmuser --regid vmuser --init-groups "$ctl" doctor
result fail helper "the service at /run/host$socket is in another network namespace"
service_end
