#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/demo.sh: from a bare Debian 12 to two QEMU guests on one bridge, started by a user without privilege.
#
# It installs the packages that are missing, builds the release preset, and does the rest in namespaces of its own (see
# tests/lab/lab.sh): no bridge, tap, process, user or setuid file is ever seen outside. What stays is the directory
# build/. The second run needs no network. VMNET_GUEST_DIR may name another directory for the guests' kernel.
set -eu

export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"
log=$top/build/demo.log
guests=${VMNET_GUEST_DIR:-$top/build/guest}
helper=$top/build/release/helper/vmnet-helper
packages="cmake make gcc libc6-dev libcap-dev libseccomp-dev libjansson-dev pkg-config qemu-system-x86 \
busybox-static lz4 iproute2 dnsmasq-base"

# In hundredths of a second.
now() {
    read -r uptime _ </proc/uptime
    echo "${uptime%.*}${uptime#*.}"
}

# begin WHAT, then work, then end RESULT: one line, with the time that it took.
begin() {
    printf '  %-16s' "$1"
    begun=$(now)
}

seconds_since() {
    elapsed=$(($(now) - $1))
    printf '%d.%02d s' $((elapsed / 100)) $((elapsed % 100))
}

end() {
    printf '%-49s%11s\n' "$1" "$(seconds_since "$begun")"
}

# more LINE...: what belongs to the line above.
more() {
    printf '                  %s\n' "$@"
}

headline() {
    printf '\n%s\n' "$1"
}

fail() {
    printf '\n\nFAILED: %s\n' "$*"
    [ "${DEMO_INSIDE-}" != 1 ] || vm_show_logs >>"$log"
    printf '\nThe end of %s:\n' "$log"
    tail -n 25 "$log" | sed 's/^/  /'
    exit 1
} >&2

missing_packages() {
    for package in $packages; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

install_packages() {
    begin Packages
    missing=$(missing_packages)
    [ -n "$missing" ] || { end 'all there'; return; }
    export DEBIAN_FRONTEND=noninteractive
    apt_get -q update >>"$log" 2>&1 || fail 'apt-get update fails'
    # shellcheck disable=SC2086 # a list
    apt_get -q -y --no-install-recommends install $missing >>"$log" 2>&1 || fail "apt-get cannot install $missing"
    end "installed: $(echo "$missing" | wc -w)"
    echo "$missing" | fold -s -w 60 | sed 's/^/                  /; s/ *$//'
}

build() {
    begin Build
    { cmake --preset release && cmake --build --preset release --parallel "$(nproc)"; } >>"$log" 2>&1 || fail 'the build fails'
    [ -x "$helper" ] || fail "the build gives no $helper"
    end "${helper#"$top/"}"
}

make_guest() {
    begin Guest
    sh "$here/qemu/guest.sh" "$guests" cloud >>"$log" 2>&1 || fail 'cannot make the guest'
    end "Linux $(cat "$guests/cloud/release"), busybox"
}

outside() {
    [ "$(id -u)" = 0 ] || { echo "demo.sh: needs root for packages and namespaces; try: sudo sh $0" >&2; exit 1; }
    command -v apt-get >/dev/null || { echo 'demo.sh: is made for Debian 12: there is no apt-get' >&2; exit 1; }
    started=$(now)
    cd "$top"
    mkdir -p build
    : >"$log"
    # sudo makes us root: what we leave belongs to the owner of the directory, as everything else there.
    trap 'chown -R --reference="$top" "$top/build"' EXIT
    trap 'exit 130' INT TERM

    echo 'vmnet-helper: two guests on a bridge, started by a user without privilege'
    headline 'On this machine'
    install_packages
    build
    make_guest
    DEMO_INSIDE=1 sh "$here/lab/lab.sh" sh "$here/demo.sh" || exit 1
    headline "Done in $(seconds_since "$started"). Nothing is left of it but $top/build."
}

start_network() {
    begin Bridge
    network_start_dhcp virbr0 virbr0 192.168.122 2>>"$log" || fail 'dnsmasq does not start'
    end 'virbr0, 192.168.122.1/24, DHCP by dnsmasq'
}

install_helper() {
    begin Helper
    vm_prepare "$guests" "$helper"
    echo 'allow virbr0' >/etc/qemu/bridge.conf
    end "$vm_helper, $(stat -c '%U %a' "$vm_helper")"
    begin Rule
    end "$(cat /etc/qemu/bridge.conf), in /etc/qemu/bridge.conf"
}

# await_guest NAME: sets $vm_address.
await_guest() {
    begin "Guest $1"
    vm_await_lease "$1"
    vm_check_unprivileged "$1"
    grep -q " $vm_mac $vm_address $1 " /run/lab/virbr0.leases || fail "dnsmasq knows nothing of the lease of guest $1"
    end "$(printf 'DHCP lease %-15s to %s' "$vm_address" "$vm_mac")"
}

start_guests() {
    nic="bridge,br=virbr0,helper=$vm_helper,model=virtio-net-pci"
    begin 'QEMU, twice'
    vm_start one -nic "$nic,mac=52:54:00:00:00:01"
    vm_start two -nic "$nic,mac=52:54:00:00:00:02"
    end "as $vm_user (uid $(id -u "$vm_user")), without any privilege:"
    more "\$ qemu-system-x86_64 ... -nic bridge,br=virbr0,\\" \
        "    helper=$vm_helper,\\" '    model=virtio-net-pci,mac=52:54:00:00:00:01'
    await_guest one
    one=$vm_address
    await_guest two
    two=$vm_address
}

show_taps() {
    begin Taps
    taps=$(ip link show master virbr0)
    [ "$(network_list_taps | grep -c ' virbr0$')" = 2 ] || fail "virbr0 has not two taps: $taps"
    end 'both are ports of the bridge:'
    more '$ ip link show master virbr0'
    echo "$taps" | sed 's/^ */  /' | fold -s -w 60 | sed 's/^ *\([0-9]*:\)/\1/; s/^/                  /; s/ *$//'
}

ping_from_host() {
    begin "host -> $1"
    busybox ping -c 1 -W 60 "$2" >>"$log" 2>&1 || fail "the host gets no answer from guest $1, $2"
    end "$2 answers"
}

ping_from_guest() {
    begin "$1 -> $2"
    vm_ping "$1" "$3"
    end "$3 answers"
}

stop_guests() {
    begin 'Power off'
    for name in one two; do
        vm_off "$name"
        wait "$(cat "/run/lab/vm/$name/pid")" || fail "QEMU of guest $name ends with status $?"
    done
    end 'both guests are off'
    begin 'Taps'
    vm_await 120 'the taps to go' vm_no_taps
    [ -z "$(ip link show master virbr0)" ] || fail 'virbr0 still has a port'
    end 'gone: virbr0 has no port'
}

inside() {
    # shellcheck source-path=SCRIPTDIR source=qemu/network.sh
    . "$here/qemu/network.sh"
    # shellcheck source-path=SCRIPTDIR source=qemu/vm.sh
    . "$here/qemu/vm.sh"
    headline 'In namespaces that nobody else sees'
    start_network
    install_helper
    start_guests
    show_taps
    ping_from_host one "$one"
    ping_from_host two "$two"
    ping_from_guest one host 192.168.122.1
    ping_from_guest two host 192.168.122.1
    ping_from_guest one two "$two"
    ping_from_guest two one "$one"
    stop_guests
}

if [ "${DEMO_INSIDE-}" = 1 ]; then inside; else outside; fi
