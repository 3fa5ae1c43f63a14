# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts that try what QEMU does with a helper: what their cases check, with network.sh and vm.sh. The
# caller sets $here, a directory of tests.
# shellcheck disable=SC2154 # vm.sh sets vm_address and others

# shellcheck source-path=SCRIPTDIR source=../qemu/network.sh
. "${here:?}/../qemu/network.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/vm.sh
. "$here/../qemu/vm.sh"

fail() {
    echo "FAILED: $*"
    vm_show_logs
    exit 1
}

# expect WHAT GOT WANTED-PATTERN
expect() {
    # shellcheck disable=SC2254 # a pattern
    case $2 in
    $3) echo "$1: $2" ;;
    *) fail "$1 is '$2', not '$3'" ;;
    esac
}

write_rules() {
    printf '%s\n' "$@" >/etc/qemu/bridge.conf
    chmod 644 /etc/qemu/bridge.conf
}

# check_lease NAME BRIDGE MAC: the guest has its lease, from the DHCP server of BRIDGE, which knows it by this MAC.
check_lease() {
    vm_await_lease "$1"
    case $2 in
    virbr0) leases=/run/lab/virbr0.leases prefix=192.168.122 ;;
    br0) leases=/run/lab/lan.leases prefix=198.51.100 ;;
    esac
    expect 'address of the guest' "$vm_address" "$prefix.1[0-9][0-9]"
    expect 'MAC of the guest' "$vm_mac" "$3"
    expect 'lease' "$(cut -d ' ' -f 2-4 "$leases")" "$vm_mac $vm_address $1"
    expect 'taps' "$(network_list_taps)" "tap* $2"
    vm_ping "$1" "$prefix.1"
}

# check_network NAME BRIDGE MAC: and QEMU has no privilege.
check_network() {
    check_lease "$@"
    vm_check_unprivileged "$1"
}

# Of the guests "one" and "two" on virbr0, each reaches the other; $two and $vm_address are their addresses.
check_two_guests() {
    vm_await_lease two
    two=$vm_address
    vm_await_lease one
    expect 'taps' "$(network_list_taps | tr '\n' ' ')" 'tap* virbr0 tap* virbr0 '
    vm_ping one "$two"
    vm_ping two "$vm_address"
}

# check_off NAME: QEMU ends, with success, and its tap goes.
check_off() {
    vm_off "$1"
    status=0
    wait "$(cat "/run/lab/vm/$1/pid")" || status=$?
    expect "exit status of QEMU" "$status" 0
    expect 'stderr of QEMU' "$(cat "/run/lab/vm/$1/stderr")" ''
    vm_await 120 'the tap to go' vm_no_taps
}

# check_spelling BRIDGE MAC DRIVER ARGUMENT...
check_spelling() {
    bridge=$1 mac=$2 driver=$3
    shift 3
    vm_start guest "$@"
    check_network guest "$bridge" "$mac"
    expect 'driver' "$vm_driver" "$driver"
    check_off guest
}

# check_refused PATTERN: QEMU must fail, and show the helper's own line on its stderr.
check_refused() {
    vm_start refused -nic "bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    vm_await 300 'QEMU to give up' vm_ended refused
    status=0
    wait "$(cat /run/lab/vm/refused/pid)" || status=$?
    expect 'exit status of QEMU' "$status" 1
    expect 'stderr of QEMU' "$(cat /run/lab/vm/refused/stderr)" "$1"
    expect 'stderr of QEMU' "$(cat /run/lab/vm/refused/stderr)" '*bridge helper failed*'
    expect 'taps' "$(network_list_taps)" ''
}
