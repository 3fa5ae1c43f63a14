#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_accept.sh TREE GUESTS DEBS PREVIOUS, in run.sh's world: a new user of a clean Debian types the six lines of
# README.md, with the packages in PREVIOUS. Two guests ping each other and the outside. The packages are upgraded to
# those in DEBS while the guests run. vmnet-helper-default and the service work. A purge leaves only the rules.
set -eu

TREE=$1 GUESTS=$2 DEBS=$3 PREVIOUS=$4
tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../systemd/system.sh
. "$tests/systemd/system.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/network.sh
. "$tests/qemu/network.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/vm.sh
. "$tests/qemu/vm.sh"
here=$tests/systemd
home=/home/vmuser

fail() {
    echo "FAILED: $*" >&2
    vm_show_logs >&2
    [ ! -e /run/lab/said ] || tail -n 40 /run/lab/said >&2
    [ -z "${init-}" ] || run journalctl --no-pager -n 40 -o short-monotonic >&2 || true
    exit 1
}

# user COMMAND...: as vmuser, who may use sudo
user() {
    run setpriv --reuid vmuser --regid vmuser --init-groups --reset-env "$@"
}

# The system has an uplink, nat0; what is outside has no route to the guests.
make_uplink() {
    ip link del virbr0
    ip link del br0
    network_add outside nat0
    ip address add 203.0.113.1/24 dev nat0
    ip -n outside address add 203.0.113.2/24 dev eth0
    ip route add default via 203.0.113.2
}

boot_clean_system() {
    mkdir -p "$files$home" "$files/etc/sudoers.d" "$files/usr/local/share/guest"
    cp "$PREVIOUS"/*.deb "$files$home/"
    mkdir "$files$home/new"
    cp "$DEBS"/*.deb "$files$home/new/"
    cp -R "$GUESTS/cloud" "$files/usr/local/share/guest/"
    echo 'vmuser ALL=(ALL) NOPASSWD: ALL' >"$files/etc/sudoers.d/vmuser"
    chmod -R u=rwX,go=rX "$files"
    chown -R vmuser: "$files$home"
    echo 'nameserver 203.0.113.2' >"$files/etc/resolv.conf"
    init=$(sh "$here/boot.sh" "$TREE" "$files")
    run sed -i "s|^\(vmuser:.*\):/run/lab/home:|\1:$home:|" /etc/passwd
    run pwconv # sudo wants an entry in /etc/shadow
    run sh -c 'echo "127.0.1.1 $(hostname)" >>/etc/hosts'
    # QEMU runs in the system, and vm.sh's files are seen there, too.
    run sh -c 'mkdir -p /var/vm /run/lab; ln -s /var/vm /run/lab/vm; ln -s /usr/local/share/guest /run/lab/guest'
    mkdir -p /run/lab
    ln -s "$root/var/vm" /run/lab/vm
    # shellcheck disable=SC2034 # for vm.sh
    vm_outside="nsenter -t $init -m -p -C -r -w --"
}

# All files of the system, except those that every use of apt changes.
list_files() {
    run find / -xdev \( -path /home -o -path /tmp -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg \
        -o -path /var/log -o -path /var/vm -o -path /var/lib/systemd -o -path /usr/local \) -prune -o -print |
        grep -v -e '^/etc/ld.so.cache$' -e '/__pycache__' -e '^/etc/.*-$' -e '^/var/lib/sudo' \
            -e '^/var/tmp/systemd-private-' | LC_ALL=C sort
}

# The six lines: those of the README's first block after its heading "From nothing to a guest on the network".
readme_lines() {
    awk '/^## From nothing to a guest on the network/ { on = 1; next } /^## / { on = 0 }
        on && /^    / { print substr($0, 5); n++ } on && n && !/^    / { exit }' "$tests/../README.md"
}

# What is printed as "…" is the guest: QEMU's other arguments, which are vm.sh's.
type_lines() {
    readme_lines >/run/lab/lines
    [ "$(wc -l </run/lab/lines)" = 6 ] || fail "README.md has not six lines, but: $(cat /run/lab/lines)"
    nic=
    while read -r line; do
        case $line in
        qemu-system-x86_64*) nic=$(echo "$line" | sed -n 's/.* -nic \([^ ]*\).*/\1/p') ;;
        *)
            echo "\$ $line"
            user sh -c "cd; export USER=vmuser DEBIAN_FRONTEND=noninteractive
$line" </dev/null >/run/lab/said 2>&1 || fail "this line of README.md: $line"
            ;;
        esac
    done </run/lab/lines
    [ -n "$nic" ] || fail 'no line of README.md starts QEMU'
    bridge=$(echo "$nic" | sed -n 's/.*,br=\([^,]*\).*/\1/p')
}

start_guest() {
    vm_start "$1" -nic "$2,model=virtio-net-pci"
    vm_await_lease "$1"
}

all_is_well() {
    said=$(user vmnetctl doctor "$bridge") || fail "vmnetctl doctor: $said"
    echo "$said"
    [ "$(echo "$said" | grep -c '^ok ')" -ge 8 ] || fail 'vmnetctl doctor says little'
    echo "$said" | grep -q '^0 failures' || fail 'vmnetctl doctor finds failures'
    # Three notes are expected: helper= is needed without vmnet-helper-default, br_netfilter may be loaded, and there is
    # no /dev/kmsg here.
    notes=$(echo "$said" | grep '^note ' | grep -v -e '^note helper-path: ' -e '^note netfilter: ' -e '^note denials: ' || true)
    [ -z "$notes" ] || fail "vmnetctl doctor: $notes"
}

package_versions() {
    run dpkg-query -W -f '${Package} ${Version}\n' '*vmnet*' | sort
}

case_upgrade_under_guests() {
    package_versions >/run/lab/before
    grep -q 'beta1' /run/lab/before || fail 'the version before is not installed'
    network_list_taps >/run/lab/taps
    names=$(sed -n 's/^\([^ ]*\) .*beta1.*/\1/p' /run/lab/before)
    for name in $names; do echo "$home/new/${name}_*.deb"; done >/run/lab/upgrade
    # shellcheck disable=SC2046 # names of files, with a pattern
    user sh -c "sudo apt-get -q -y install $(paste -s -d ' ' /run/lab/upgrade)" >/run/lab/said 2>&1 || fail 'the upgrade'
    ! package_versions | grep 'beta1' || fail 'this was not upgraded'
    network_list_taps | cmp -s - /run/lab/taps || fail "the taps are: $(network_list_taps)"
    vm_ping one 203.0.113.2
    vm_ping two "$one"
    start_guest three "$nic"
    vm_ping three "$one"
    vm_off three
    all_is_well
    echo 'ok: an upgrade under guests'
}

# An upgrade keeps a mode that dpkg-statoverride has set, and undoes a chmod.
case_mode_survives() {
    run sh -c 'dpkg-statoverride --update --add root vmgroup 4750 /usr/libexec/vmnet-helper'
    user sh -c "sudo apt-get -q -y reinstall $home/new/vmnet-helper_*.deb" >/run/lab/said 2>&1 || fail 'the reinstall'
    found=$(run stat -c '%U:%G %a' /usr/libexec/vmnet-helper)
    [ "$found" = 'root:vmgroup 4750' ] || fail "after an upgrade, the helper is $found"
    run sh -c 'dpkg-statoverride --remove /usr/libexec/vmnet-helper; chmod 700 /usr/libexec/vmnet-helper'
    user sh -c "sudo apt-get -q -y reinstall $home/new/vmnet-helper_*.deb" >/run/lab/said 2>&1 || fail 'the reinstall'
    found=$(run stat -c '%U:%G %a' /usr/libexec/vmnet-helper)
    [ "$found" = 'root:root 4755' ] || fail "after a chmod by hand and an upgrade, the helper is $found"
    echo 'ok: modes'
}

# Plain "-nic bridge,br=NAME", and a guest whose QEMU can gain no privilege
case_default_and_service() {
    user sh -c "sudo apt-get -q -y install $home/new/vmnet-helper-default_*.deb $home/new/vmnet-helperd_*.deb" \
        >/run/lab/said 2>&1 || fail 'the install of vmnet-helper-default and vmnet-helperd'
    start_guest plain "bridge,br=$bridge"
    vm_ping plain "$one"
    vm_off plain
    [ "$(run systemctl is-enabled vmnet-helper.socket || true)" = disabled ] || fail 'the socket is enabled'
    [ "$(run systemctl is-active vmnet-helper.socket || true)" = inactive ] || fail 'the socket is active'
    run systemctl enable --now vmnet-helper.socket >/run/lab/said 2>&1
    vm_within="setpriv --no-new-privs"
    start_guest sandboxed "$nic"
    # shellcheck disable=SC2034 # for vm.sh
    vm_within=
    vm_ping sandboxed "$one"
    vm_off sandboxed
    all_is_well
    echo 'ok: vmnet-helper-default and the service'
}

case_purge() {
    vm_off one
    vm_off two
    run sh -c "echo 'deny all bridge other' >/etc/vmnet/rules.d/60-admin.rules"
    # shellcheck disable=SC2046 # names of packages
    run sh -c "DEBIAN_FRONTEND=noninteractive apt-get -q -y purge $(package_versions | cut -d ' ' -f 1 | paste -s -d ' ')" \
        >/run/lab/said 2>&1 || fail 'the purge'
    [ -z "$(network_list_taps)" ] || fail "taps are left: $(network_list_taps)"
    [ ! -e "/sys/class/net/$bridge" ] || fail "$bridge is left"
    found=$(run cat /etc/vmnet/rules.d/60-admin.rules /etc/vmnet/rules.d/50-local.rules) || fail "the administrator's rules are gone"
    run rm -r /etc/vmnet
    run dpkg-query -W -f '${Package}\n' | sort | comm -13 /run/lab/packages.before - >/run/lab/packages.new
    # shellcheck disable=SC2046 # names of packages
    run dpkg --purge $(cat /run/lab/packages.new) >/run/lab/said 2>&1 || fail 'the purge of what they needed'
    list_files >/run/lab/after
    left=$(comm -13 /run/lab/files.before /run/lab/after)
    [ -z "$left" ] || fail "these files are left: $left"
    found=$(run systemctl list-units --all --no-legend '*vmnet*')
    [ -z "$found" ] || fail "these units are left: $found"
    found=$(nft list tables)
    case $found in *vmnet*) fail "these tables are left: $found" ;; esac
    echo 'ok: a purge leaves only the rules of the administrator'
}

make_uplink
boot_clean_system
run dpkg-query -W -f '${Package}\n' | sort >/run/lab/packages.before
list_files >/run/lab/files.before
type_lines
start_guest one "$nic"
one=$vm_address
start_guest two "$nic"
vm_ping two "$one"
vm_ping one 203.0.113.2
echo 'ok: the six lines of README.md, and two guests'
all_is_well
case_upgrade_under_guests
case_mode_survives
case_default_and_service
case_purge
