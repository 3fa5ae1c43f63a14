#!/bin/sh
# SPDX-License-Identifier: MIT
#
# AppArmor on this kernel, in the machine that apparmor.sh boots: the helper, the client and the service do the same in
# their profiles as without; and what the profiles do not permit is denied.
set -eu

export PATH=/iproute2:/usr/sbin:/usr/bin:/sbin:/bin # busybox's ip knows no options of a bridge
helper=/usr/libexec/vmnet-helper
helperd=/usr/libexec/vmnet-helperd
socket=/run/vmnet/helper.sock
security=/sys/kernel/security

# shellcheck source-path=SCRIPTDIR source=../qemu/host/await.sh
. /await.sh

# confined LABEL COMMAND...: as a program that this profile confines
cat >/confined <<'SCRIPT'
#!/bin/sh
echo "exec $1" >/proc/self/attr/exec || exit 125
shift
exec "$@"
SCRIPT
chmod 755 /confined

# For a person who looks for what went wrong: a round's output goes to a file.
end() {
    if [ "$1" != 0 ]; then
        [ ! -e /run/round ] || tail -n 5 "$(cat /run/round)"
        dmesg | tail -n 20
    fi
    exit "$1"
}
trap 'end $?' EXIT

# rules FILE LINE...: a file of rules, for everybody to read
rules() {
    mkdir -p "${1%/*}"
    rules_file=$1
    shift
    printf '%s\n' "$@" >"$rules_file"
    chmod 644 "$rules_file"
}

make_networks() {
    cat >>/etc/passwd <<'PASSWD'
vmother:x:4243:4243::/:/bin/sh
PASSWD
    echo 'vmother:x:4243:' >>/etc/group
    echo 'root:*:20000:0:99999:7:::' >/etc/shadow
    chmod 640 /etc/shadow
    printf 'passwd: files\ngroup: files\n' >/etc/nsswitch.conf
    echo 'vmuser:100000:65536' >/etc/subuid
    for bridge in br0 br1 br2 br3; do
        ip link add "$bridge" type bridge
        ip link set dev "$bridge" up
    done
    ip link set dev br1 type bridge vlan_filtering 1 stp_state 1 forward_delay 0
    ip link add eth9 type bridge # never up; only a name for what is no bridge of a rule
    ip tuntap add plain0 mode tap
    chmod 666 /dev/net/tun # as udev does
}

make_rules() {
    rules /etc/qemu/bridge.conf 'allow virbr0' 'deny virbr9' 'allow plain0' 'allow none0' 'include /etc/qemu/private.conf' \
        'include /etc/qemu/more.conf'
    rules /etc/qemu/more.conf 'allow br3'
    rules /etc/qemu/private.conf 'deny br3'
    chmod 600 /etc/qemu/private.conf
    rules /etc/vmnet/rules.d/10-names.rules 'allow user vmuser bridge br0' 'allow group vmgroup bridge br2' \
        'deny user vmother bridge br2' 'deny group vmgroup bridge br3' 'allow uid 4243 bridge br2'
    rules /etc/vmnet/rules.d/20-options.rules \
        'allow uid 4242 bridge br1 limit 1 isolated guard mac 52:54:00:12:34:56 vlan 20 tap vm%u'
    rules /etc/vmnet/switch.conf 'acl: files qemu' 'log: required'
}

# ask USER BRIDGE [ARGUMENT...]: what the helper says, and its exit status; $within are words before it
within=
ask() {
    ask_user=$1 ask_bridge=$2
    shift 2
    ask_status=0
    # shellcheck disable=SC2016,SC2086 # for the guest's shell; a list
    $within /fdguest "$ask_user" "$helper" "$@" "--br=$ask_bridge" -- \
        sh -c 'echo "tap $TAP"' >/run/said 2>&1 || ask_status=$?
    echo "$ask_user $ask_bridge $*: $ask_status: $(cat /run/said)"
}

# with_rules WHAT FILE LINE...: ask with a file that is wrong, and take it away again
with_wrong_rules() {
    rules "$@"
    ask vmuser virbr0
    rm "$1"
}

# All that a user can meet; in the same words in each round.
all_cases() {
    ask vmuser virbr0 --use-vnet
    ask vmuser br0
    ask vmother br0
    ask vmuser br2
    ask vmother br2
    ask vmother br3
    ask vmuser br3
    ask vmuser virbr9
    ask vmuser plain0
    ask vmuser none0
    ask vmuser 'br/1'
    ask root virbr0
    ask vmuser br0 --queues=17
    ask vmuser br0 --wrong
    # shellcheck disable=SC2016 # for the guest's shell
    echo "queues: $($within su vmuser -c "vmnetctl run --helper $helper --bridge br0 --queues 4 -- sh -c 'echo \$0' %FDS%" 2>&1)"
    # The first guest of two, and all of the options.
    # shellcheck disable=SC2016 # for the guest's shell
    $within /fdguest vmuser "$helper" --br=br1 -- sh -c '
        echo "$TAP" >/run/first
        until [ -e /run/end ]; do usleep 100000; done' &
    first=$!
    await 'guest on br1' [ -s /run/first ]
    echo "first: $(cat /run/first) $(bridge -d link show dev "$(cat /run/first)" | grep -o 'isolated on\|guard on\|locked on' | tr '\n' ' ')"
    bridge vlan show dev "$(cat /run/first)" | tail -n +2
    ask vmuser br1
    : >/run/end
    wait $first
    rm /run/first /run/end
    with_wrong_rules /etc/vmnet/rules.d/30-wrong.rules 'allow nobody'
    with_wrong_rules /etc/vmnet/rules.d/30-unknown.rules 'deny user nosuchuser bridge virbr0'
    rules /etc/vmnet/rules.d/40-private.rules 'deny all bridge virbr0'
    chmod 600 /etc/vmnet/rules.d/40-private.rules
    ask vmuser virbr0
    chmod 666 /etc/vmnet/rules.d/40-private.rules
    ask vmuser virbr0
    rm /etc/vmnet/rules.d/40-private.rules
    mv /dev/log /dev/log.away
    ask vmuser virbr0
    mv /dev/log.away /dev/log
}

# What the log has got since the last call, without times and process numbers.
show_log() {
    usleep 300000
    sed 's/^.* \(auth[a-z.]*\) /\1 /; s/\[[0-9]*\]//' /run/log
    : >/run/log
}

# A round of all cases, by the setuid helper, and by the client and the service. $1 names the file with what was said.
run_round() {
    echo "$1" >/run/round
    show_log >/dev/null
    chmod 4755 $helper
    { echo '== setuid'; all_cases; show_log; } >"$1" 2>&1
    chmod 755 $helper
    { echo '== client, no service'; ask vmuser br0; } >>"$1" 2>&1
    $helperd --listen $socket &
    service=$!
    await socket [ -S $socket ]
    { echo '== service'; all_cases; show_log; } >>"$1" 2>&1
    { show_namespaces; show_log; } >>"$1" 2>&1
}

end_service() {
    kill "$service"
    wait "$service" || fail "the service ends with status $?"
    [ ! -e $socket ] || fail 'the socket is left'
}

# Who asks from another namespace, with the client that is in the profile and with one that is in none.
show_namespaces() {
    # shellcheck disable=SC2016 # for the guest's shell
    su vmuser -c '/ask virbr0; unshare -U -r /ask virbr0; unshare -U -r -n /ask virbr0; setpriv --no-new-privs /ask br0' || true
}

label_of() {
    cat "/proc/$1/attr/current"
}

# denials: what was denied since the last call; audit: all of it, since the rate is not limited
denials() {
    dmesg | grep 'apparmor="DENIED"' || true
    dmesg -c >/dev/null
}

expect_none() {
    found=$(denials)
    [ -z "$found" ] || fail "$1: denied: $found"
}

# same WHAT FILE: as in the round without profiles
same() {
    cmp -s /run/plain "$2" || { diff /run/plain "$2" || true; fail "$1: not the same as without a profile"; }
    expect_none "$1"
    echo "ok: $1"
}

load() {
    for profile in "$@"; do
        apparmor_parser -K -O no-expr-simplify -r "/etc/apparmor.d/$profile" || fail "cannot load $profile"
    done
}

# The client waits for a service that is stopped: time to look at it.
check_labels() {
    label=$(label_of "$service")
    [ "$label" = 'vmnet-helperd (enforce)' ] || fail "the service has the label '$label'"
    kill -STOP "$service"
    # shellcheck disable=SC2016 # for the guest's shell
    /fdguest vmuser "$helper" --br=br0 -- true &
    guest=$!
    await client pidof vmnet-helper >/run/client
    label=$(label_of "$(cat /run/client)")
    [ "$label" = 'vmnet-helper (enforce)' ] || fail "the client has the label '$label'"
    kill -CONT "$service"
    wait $guest || fail "the client that waited ends with status $?"
    aa-status >/run/status
    for name in vmnet-helper vmnet-helperd; do
        sed -n '/profiles are in enforce mode/,/profiles are in complain mode/p' /run/status | grep -qx "   $name" ||
            fail "aa-status: $(cat /run/status)"
    done
    expect_none 'the labels'
    echo 'ok: both are confined'
}

# An upgrade: the loop executes its own file, which has no name any more.
check_upgrade() {
    cp $helperd $helperd.new
    mv $helperd.new $helperd
    ask vmuser br0 >/run/answer
    [ "$(cat /run/answer)" = 'vmuser br0 : 0: tap tap0' ] || fail "after an upgrade: $(cat /run/answer)"
    expect_none 'an upgrade'
    echo 'ok: the service goes on after an upgrade'
}

# An include outside of the directories that the profile permits: never "skipped", which would lose its denies.
check_include() {
    rules /srv/qemu/rooms.conf 'deny virbr0'
    rules /etc/qemu/bridge.conf 'allow virbr0' 'include /srv/qemu/rooms.conf'
    ask vmuser virbr0 >/run/answer
    denials >/run/denials
    grep -q 'profile="vmnet-helper.*name="/srv/qemu/rooms.conf"' /run/denials || fail "no denial: $(cat /run/denials)"
    grep -q '^vmuser virbr0 : 78: vmnet-helper: cannot read acl file: /srv/qemu/rooms.conf: a security module, not its mode' /run/answer ||
        fail "an include that the profile hides: $(cat /run/answer)"
    mkdir -p /etc/apparmor.d/abstractions/vmnet-helper.d
    echo '/srv/qemu/rooms.conf r,' >/etc/apparmor.d/abstractions/vmnet-helper.d/rooms
    load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
    ask vmuser virbr0 >/run/answer
    grep -q '77: vmnet-helper: access denied by acl file: /srv/qemu/rooms.conf:1 denies' /run/answer ||
        fail "an include that the administrator permits: $(cat /run/answer)"
    expect_none 'an include that the administrator permits'
    rm /etc/apparmor.d/abstractions/vmnet-helper.d/rooms
    load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
    echo "ok: $1: no deny is hidden"
}

# Whoever may start programs in a profile of his choice may choose one that hides an include.
check_chosen_profile() {
    rules /etc/qemu/bridge.conf 'allow virbr0' 'include /srv/qemu/rooms.conf'
    cat >/etc/apparmor.d/hiding <<'PROFILE'
abi <abi/3.0>,
profile hiding {
  file,
  capability,
  network,
  unix,
  ptrace,
  signal,
  deny /srv/qemu/rooms.conf r,
}
PROFILE
    load hiding
    within='/confined hiding'
    ask vmuser virbr0 >/run/answer
    grep -q '^vmuser virbr0 : 78: .*rooms.conf: a security module, not its mode' /run/answer ||
        fail "in a profile that hides an include: $(cat /run/answer)"
    within=
    denials >/run/denials
    echo 'ok: no profile that the caller chooses hides a deny'
}

# A shell in the place of a program stands for one that was taken over. It is root.
# attempt WHAT LINE: it must fail in the profile, with a denial, and work without.
attempt() {
    if "$program" -p -c "$2" >/run/answer 2>&1; then fail "$program: can $1: $(cat /run/answer)"; fi
    [ -n "$(denials)" ] || fail "$program: $1: no denial: $(cat /run/answer)"
    /stand-in -p -c "$2" >/run/answer 2>&1 || fail "without a profile, cannot $1: $(cat /run/answer)"
    dmesg -c >/dev/null
}

check_confinement() {
    program=$1
    sleep 1000 &
    victim=$!
    mv "$program" "$program.good"
    cp /stand-in "$program"
    attempt 'read /etc/shadow' 'read -r line </etc/shadow'
    attempt 'read rules elsewhere' 'read -r line </srv/qemu/rooms.conf'
    attempt 'read the environment of init' 'exec 3</proc/1/environ'
    attempt 'write rules' 'echo "allow all" >>/etc/qemu/bridge.conf'
    attempt 'write passwd' ': >>/etc/passwd'
    attempt 'write to /tmp' 'echo x >/tmp/x'
    attempt 'execute a shell' '/bin/sh -c true'
    attempt 'execute busybox' '/bin/busybox true'
    attempt 'execute the other program' "$2 --version"
    attempt 'signal another process' "kill -CONT $victim"
    attempt 'raise a limit' 'ulimit -H -l 12345678'
    mv "$program.good" "$program"
    kill $victim
    echo "ok: $program: denied what it never does"
}

check_libvirt() {
    mkdir -p /etc/apparmor.d/local
    : >/etc/apparmor.d/local/usr.sbin.libvirtd
    load usr.sbin.libvirtd
    within='/confined libvirtd'
    ask vmuser virbr0 >/run/answer
    grep -q '^vmuser virbr0 : 127: ' /run/answer || fail "libvirtd without the local line: $(cat /run/answer)"
    denials >/run/denials
    grep -q 'profile="libvirtd".*name="/usr/libexec/vmnet-helper"' /run/denials || fail "no denial: $(cat /run/denials)"
    cp /etc/apparmor.d/local/example /etc/apparmor.d/local/usr.sbin.libvirtd
    load usr.sbin.libvirtd
    run_round /run/libvirt
    same 'from the profile of libvirtd' /run/libvirt
    end_service
    within=
}

echo 0 >/proc/sys/kernel/printk_ratelimit
mount -t securityfs securityfs $security
[ "$(cat /sys/module/apparmor/parameters/enabled)" = Y ] || fail 'AppArmor is not enabled'
mkdir -p /run/systemd/journal /run/vmnet /srv/qemu /tmp
ln -s /run/systemd/journal/dev-log /dev/log
syslogd -n -O /run/log &
await 'system log' [ -s /run/log ]
: >/run/log
make_networks
make_rules

run_round /run/plain
end_service
echo "ok: without a profile, $(wc -l </run/plain) lines"
expect_none 'without a profile'

load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
run_round /run/confined
same 'in their profiles' /run/confined
check_labels
check_upgrade
check_include 'client and service'
end_service
chmod 4755 $helper
check_include 'setuid'
check_chosen_profile
make_rules
check_libvirt
check_confinement $helper $helperd
check_confinement $helperd $helper
