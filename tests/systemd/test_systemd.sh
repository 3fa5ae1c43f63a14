#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_systemd.sh TREE SOURCE BUILD, in run.sh's world: the service under systemd. Each case_NAME runs in this order, in
# one system; each leaves the socket listening.
set -eu

TREE=$1 source=$2 BUILD=$3
# shellcheck source-path=SCRIPTDIR source=system.sh
. "$(dirname "$0")/system.sh"
socket=/run/vmnet/helper.sock

# property UNIT NAME
property() {
    run systemctl show --property "$2" --value "vmnet-helper.$1"
}

# is UNIT NAME VALUE
is() {
    [ "$(property "$1" "$2")" = "$3" ]
}

must_be() {
    is "$@" || fail "$2 of the $1 is '$(property "$1" "$2")', not '$3'"
}

# assert_socket MODE GROUP
assert_socket() {
    found=$(run stat -c '%F %a %U:%G' "$socket")
    [ "$found" = "socket $1 root:$2" ] || fail "the socket is: $found"
}

case_units() {
    found=$(run systemd-analyze verify --man=no vmnet-helper.socket vmnet-helper.service 2>&1) || fail "verify: $found"
    [ -z "$found" ] || fail "verify: $found"
    [ -e "$root/usr/share/man/man8/vmnet-helperd.8" ] || fail 'the page that the units name is not installed'
    # What would make it less is named in the unit, with what it would cost.
    found=$(run systemd-analyze security --no-pager --threshold=25 vmnet-helper.service 2>&1) || fail "security: $found"
    printf '%s\n' "$found" | tail -n 1
}

case_activation() {
    run systemctl enable --now vmnet-helper.socket 2>/dev/null
    assert_socket 666 root
    must_be service ActiveState inactive
    ask vmuser virbr0 'granted tap* virbr0'
    must_be service ActiveState active
    ask vmuser br0 'refused 77 access denied by acl file'
    # The record is in the log, with the user as the sender.
    until_true record '_UID=4242' 'granted: user=vmuser uid=4242 bridge=virbr0 tap=tap0 rule=/etc/qemu/bridge.conf:1'
}

# record FIELD=VALUE TEXT
record() {
    run journalctl --no-pager -o cat SYSLOG_IDENTIFIER=vmnet-helper "$1" | grep -q -F "$2"
}

# As QEMU does, which cannot gain privilege.
case_client() {
    found=$(run setpriv --no-new-privs fdguest vmuser /usr/libexec/vmnet-helper --use-vnet --br=virbr0 -- printenv TAP)
    case $found in tap*) ;; *) fail "the client gets '$found', not a tap" ;; esac
}

# both USER: what the service and the setuid helper say is the same; it is in $answer
both() {
    answer=$(run setpriv --no-new-privs fdguest "$1" /usr/libexec/vmnet-helper --br=virbr0 -- echo granted 2>&1) || true
    found=$(run fdguest "$1" /usr/libexec/vmnet-helper --br=virbr0 -- echo granted 2>&1) || true
    [ "$answer" = "$found" ] || fail "the service says '$answer', and the setuid helper '$found'"
}

# A file that rules come from is read wherever it is, also when it was mounted when the service was running already.
case_includes() {
    for directory in /home /home/vmuser /root /tmp/rules /var/tmp/rules /run/user/rules /srv /usr/lib/modules \
        /dev/shm/rules /mnt; do
        run mkdir -p $directory
        [ $directory != /mnt ] || run mount -t tmpfs -o mode=755 tmpfs /mnt
        run chmod 755 $directory
        run sh -c "echo 'deny virbr0' >$directory/deny.conf"
        rules 'allow virbr0' "include $directory/deny.conf"
        both vmuser
        # Below a directory that everybody may write to, the file is not obeyed, which refuses as well.
        case $answer in
        *"$directory/deny.conf:"*) ;;
        *) fail "the deny in $directory is not obeyed: $answer" ;;
        esac
    done
    run umount /mnt
    rules 'allow virbr0'
}

# Rules with names, from files and from a module that needs all that modules may need.
case_names() {
    run mkdir -p /etc/vmnet/rules.d
    rules
    run sh -c 'echo "allow group vmgroup bridge virbr0" >/etc/vmnet/rules.d/test.rules'
    both vmuser
    [ "$answer" = granted ] || fail "a member of the group gets no tap: $answer"
    both vmother
    case $answer in *'access denied by acl file'*) ;; *) fail "who is no member: $answer" ;; esac

    run sh -c 'echo "deny group vmneedy bridge virbr0" >>/etc/vmnet/rules.d/test.rules'
    echo 'allow user vmother bridge virbr0' >>"$root/etc/vmnet/rules.d/test.rules"
    ln -f "$root/etc/nsswitch.conf" "$root/etc/nsswitch.before"
    printf '%s\n' 'passwd: files systemd' 'group: files vmneedy systemd' >"$root/etc/nsswitch.new"
    mv "$root/etc/nsswitch.new" "$root/etc/nsswitch.conf"
    # The unit keeps the network from the module, which is never taken for one that does not know the group.
    for user in vmuser vmother; do
        answer=$(run setpriv --no-new-privs fdguest $user /usr/libexec/vmnet-helper --br=virbr0 -- echo granted 2>&1) ||
            true
        case $answer in
        *'a module of the name service did what it may not do here'*) ;;
        *) fail "a module without the network: $answer" ;;
        esac
    done
    # With the drop-in file of vmnet-helperd(8), it does its work.
    drop_in=$root/etc/systemd/system/vmnet-helper.service.d/network.conf
    mkdir -p "${drop_in%/*}"
    sed -n '/^RestrictAddressFamilies=AF_INET/,/^\.Ed/p' "$source/service/vmnet-helperd.8" | grep '=' |
        sed '1i [Service]' >"$drop_in"
    grep -q IPAddress "$drop_in" || fail 'the page has no drop-in file'
    run systemctl daemon-reload
    run systemctl restart vmnet-helper.service
    both vmuser
    case $answer in
    *'access denied by acl file'*'test.rules:2'*) ;;
    *) fail "the deny for a group of a module is not obeyed: $answer" ;;
    esac
    both vmother
    [ "$answer" = granted ] || fail "the module's group keeps another user out: $answer"
    run rm -r /etc/systemd/system/vmnet-helper.service.d
    run systemctl daemon-reload
    run systemctl restart vmnet-helper.service
    mv "$root/etc/nsswitch.before" "$root/etc/nsswitch.conf"
    run rm -r /etc/vmnet
    rules 'allow virbr0'
}

# namespace_seen_by ID PID: how the service, with the effective ids of a caller, finds the network namespace of a
# process before Linux 6.11; empty if it cannot
namespace_seen_by() {
    run nsenter -t "$(property service MainPID)" -m -- \
        setpriv --ruid 0 --euid "$1" --rgid 0 --egid "$1" --clear-groups readlink "/proc/$2/ns/net" || true
}

# What the loop may do, where it may write, and whose processes it sees.
case_sandbox() {
    ask vmuser virbr0 granted
    pid=$(property service MainPID)
    found=$(run sed -n 's/^\(NoNewPrivs\|Seccomp\|CapBnd\):\t//p' "/proc/$pid/status" | paste -s -d ' ')
    # The four of the unit: CAP_KILL 5, SETGID 6, SETUID 7, NET_ADMIN 12.
    [ "$found" = '00000000000010e0 1 2' ] || fail "the loop has: $found"
    # shellcheck disable=SC2016 # expanded by the inner shell
    found=$(run nsenter -t "$pid" -m -- sh -c 'for directory in / /etc /run /run/vmnet /tmp /home /root /var/tmp; do
        touch $directory/written 2>/dev/null && echo $directory; done; true')
    [ -z "$found" ] || fail "the service can write to $found"
    run_as vmuser sh -c 'echo $$; exec sleep 1000' >/run/lab/sleeper &
    until_true test -s /run/lab/sleeper
    sleeper=$(cat /run/lab/sleeper)
    found=$(namespace_seen_by 4242 "$sleeper")
    [ "$found" = "$(run readlink /proc/1/ns/net)" ] || fail "the caller's namespace is not seen: '$found'"
    found=$(namespace_seen_by 4243 "$sleeper")
    [ -z "$found" ] || fail "another user sees '$found'"
    run kill "$sleeper"
}

case_restart() {
    ask vmuser virbr0 granted
    for round in 1 2 3 4 5 6 7 8 9; do
        before=$(property service MainPID)
        run systemctl restart vmnet-helper.service
        [ "$(property service MainPID)" != "$before" ] || fail "restart $round has changed nothing"
    done
    ask vmuser virbr0 granted
    # A service that is killed is started again by the next connection.
    for round in 1 2 3 4 5 6 7 8 9; do
        run kill -KILL "$(property service MainPID)"
        until_true is service MainPID 0
        ask vmuser virbr0 granted
    done
    must_be socket ActiveState active
}

case_upgrade() {
    ask vmuser virbr0 granted
    pid=$(property service MainPID)
    run cp /usr/libexec/vmnet-helperd /usr/libexec/vmnet-helperd.new
    run mv /usr/libexec/vmnet-helperd.new /usr/libexec/vmnet-helperd
    [ "$(run readlink "/proc/$pid/exe")" = '/usr/libexec/vmnet-helperd (deleted)' ] || fail 'the program is in use'
    ask vmuser virbr0 granted
    must_be service MainPID "$pid"
    run systemctl daemon-reload
    run systemctl try-restart vmnet-helper.service
    pid=$(property service MainPID)
    [ "$(run readlink "/proc/$pid/exe")" = /usr/libexec/vmnet-helperd ] || fail 'the new program does not run'
    ask vmuser virbr0 granted
}

case_socket() {
    run rm -r /run/vmnet
    run systemctl restart vmnet-helper.socket
    assert_socket 666 root
    ask vmuser virbr0 granted
    run systemctl stop vmnet-helper.socket
    [ ! -e "/proc/$init/root$socket" ] || fail 'the socket is left'
    must_be service ActiveState inactive
    run systemctl start vmnet-helper.socket
    ask vmuser virbr0 granted
}

# A request that has begun is answered before the service ends, and one that comes meanwhile after that. It has two
# seconds from its connection to be sent, in which a busy machine may not get so far: then once more.
stop_once() {
    ask vmuser virbr0 granted
    invocation=$(property service InvocationID)
    mkfifo /run/lab/later
    run_as vmuser ask virbr0 later </run/lab/later >/run/lab/answer &
    client=$!
    exec 8>/run/lab/later
    until_true grep -q connected /run/lab/answer
    until_true has_instance
    run systemctl stop --no-block vmnet-helper.service
    until_true is_ending
    run_as vmuser ask virbr0 >/run/lab/meanwhile &
    meanwhile=$!
    echo >&8
    exec 8>&-
    wait "$client" || true
    wait "$meanwhile" || true
    until_true has_ended_well
    rm /run/lab/later
    answer=$(sed -n '2p' /run/lab/answer)
}

# There is the loop and an instance, or the request is over.
has_instance() {
    [ "$(wc -l </run/lab/answer)" -lt 2 ] || return 0
    processes=/run/lab/cgroup$LAB_GROUP/system.slice/vmnet-helper.service/cgroup.procs
    [ -e "$processes" ] && [ "$(wc -l <"$processes")" -ge 2 ]
}

is_ending() {
    ! is service ActiveState active
}

has_ended_well() {
    run journalctl --no-pager -o cat "INVOCATION_ID=$invocation" | grep -q 'Deactivated successfully'
}

case_stop() {
    for round in 1 2 3 4 5 6 7 8 9 10; do
        stop_once
        case $answer in
        'granted tap'*' virbr0') break ;;
        'refused 75 the request did not arrive'*) ;;
        *) fail "the request under way got '$answer'" ;;
        esac
    done
    case $answer in granted*) ;; *) fail "in $round rounds: $answer" ;; esac
    grep -q granted /run/lab/meanwhile || fail "the request that came meanwhile got '$(cat /run/lab/meanwhile)'"
}

case_idle() {
    ask vmuser virbr0 granted
    until_true is service ActiveState inactive
    must_be service Result success
    must_be service ExecMainStatus 0
    must_be socket ActiveState active
    ask vmuser virbr0 granted
}

case_group() {
    cmake -S "$source" -B /run/lab/group -DCMAKE_INSTALL_PREFIX=/usr -DVMNET_TOOLS=OFF -DVMNET_INSTALL_MODE=group \
        -DVMNET_INSTALL_GROUP=vmgroup >/run/lab/group.log 2>&1 || fail "$(cat /run/lab/group.log)"
    cp /run/lab/group/service_files/systemd/* "$root/usr/lib/systemd/system/"
    run systemctl daemon-reload
    run systemctl restart vmnet-helper.socket
    assert_socket 660 vmgroup
    ask vmuser virbr0 granted
    answer=$(run_as vmother ask virbr0 2>&1) || true
    [ "$answer" = "$socket: Permission denied" ] || fail "who is not in the group: $answer"
}

boot
run systemctl --version | head -n 1
for name in units activation client includes names sandbox restart upgrade socket stop idle group; do
    "case_$name"
    echo "ok: $name"
done
found=$(run systemctl --failed --no-legend --plain)
[ -z "$found" ] || fail "units have failed: $found"
