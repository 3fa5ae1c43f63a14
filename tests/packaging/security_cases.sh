# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts that try a security module, in the machine that apparmor.sh or selinux_enforce.sh boots: grants
# and refusals, by the setuid helper, and by the client and the service. Each round must give the same results.

helper=/usr/libexec/vmnet-helper
helperd=/usr/libexec/vmnet-helperd
socket=/run/vmnet/helper.sock
as_init= # words before the service's

# Its function "fail" and "await".
# shellcheck source-path=SCRIPTDIR source=../qemu/host/await.sh
. /await.sh

# Shows why the test failed: the output of a round goes to a file.
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
    ip tuntap add plain0 mode tap
    chmod 666 /dev/net/tun # as udev does
}

make_rules() {
    rules /etc/qemu/bridge.conf 'allow virbr0' 'deny virbr9' 'allow plain0' 'allow none0' \
        'include /etc/qemu/private.conf' 'include /etc/qemu/more.conf'
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
    ask_said=$($within /fdguest "$ask_user" "$helper" "$@" "--br=$ask_bridge" -- \
        sh -c 'echo "tap $TAP"' 2>&1) || ask_status=$?
    echo "$ask_user $ask_bridge $*: $ask_status: $ask_said"
}

# with_rules WHAT FILE LINE...: ask with a file that is wrong, and take it away again
with_wrong_rules() {
    rules "$@"
    ask vmuser virbr0
    rm "$1"
}

# The words that a user sees must be the same in each round.
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
    queues="vmnetctl run --helper $helper --bridge br0 --queues 4 -- sh -c 'echo \$0' %FDS%"
    echo "queues: $($within su vmuser -c "$queues" 2>&1)"
    # The first guest of two, and all of the options.
    # shellcheck disable=SC2016 # for the guest's shell
    $within /fdguest vmuser "$helper" --br=br1 -- sh -c '
        echo "$TAP" >/run/first
        until [ -e /run/end ]; do usleep 100000; done' 2>&1 | cat &
    first=$!
    await 'guest on br1' [ -s /run/first ]
    tap=$(cat /run/first)
    echo "first: $tap $(bridge -d link show dev "$tap" | grep -o 'isolated on\|guard on\|locked on' | tr '\n' ' ')"
    bridge vlan show dev "$tap" | tail -n +2
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

# The records of the log since the last call, without times and process numbers. It takes the records in order: when
# ours is there, all are.
show_log() {
    logger 'end of the records'
    await 'record in the log' grep -q 'end of the records' /run/log
    sed '/end of the records/d; s/^.* \(auth[a-z.]*\) /\1 /; s/\[[0-9]*\]//' /run/log
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
    # shellcheck disable=SC2086 # a list
    $as_init $helperd --listen $socket >/dev/null 2>&1 &
    service=$!
    await service is_heard $socket
    { echo '== service'; all_cases; show_log; } >>"$1" 2>&1
    { show_namespaces; show_log; } >>"$1" 2>&1
    # The process of the service that gave a tap holds it until it ends, so the number of the next one may differ.
    sed -i 's/tap[0-9][0-9]*/tap/g' "$1"
}

end_service() {
    kill "$service"
    wait "$service" || fail "the service ends with status $?"
    [ ! -e $socket ] || fail 'the socket is left'
}

# A client other than vmnet-helper asks the service: in the same and in other namespaces, and under no_new_privs.
show_namespaces() {
    # shellcheck disable=SC2016 # for the guest's shell
    su vmuser -c '/ask virbr0; unshare -U -r /ask virbr0; unshare -U -r -n /ask virbr0
        setpriv --no-new-privs /ask br0' || true
}

make_world() {
    mkdir -p /run/systemd/journal /run/vmnet /srv/qemu /tmp
    ln -s /run/systemd/journal/dev-log /dev/log
    syslogd -n -O /run/log &
    await 'system log' [ -s /run/log ]
    : >/run/log
    make_networks
    make_rules
}

# same WHAT FILE: as in the round without a security module
same() {
    cmp -s /run/plain "$2" || { diff /run/plain "$2" || true; fail "$1: not the same as without a security module"; }
    expect_none "$1"
    echo "ok: $1"
}

expect_none() {
    found=$(denials)
    [ -z "$found" ] || fail "$1: denied: $found"
}
