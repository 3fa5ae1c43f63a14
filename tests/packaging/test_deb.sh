#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_deb.sh DEBS, run by lab.sh: install, use, upgrade, downgrade and purge the packages of Debian in the directory
# DEBS.
set -eu

debs=$1
# shellcheck source-path=SCRIPTDIR source=deb_world.sh
. "$(dirname "$0")/deb_world.sh"

case_installed() {
    do_dpkg --install "$(deb vmnet-helper)" "$(deb vmnet-helperd)" "$(deb vmnetctl)" "$(deb libvmnetacl1)" "$(deb libvmnetacl-dev)"
    is helper "$(mode $helper)" 'regular file 4755 root:root'
    is /etc/vmnet "$(mode /etc/vmnet)" 'directory 755 root:root'
    is /etc/vmnet/rules.d "$(mode /etc/vmnet/rules.d)" 'directory 755 root:root'
    [ ! -e /etc/systemd/system/sockets.target.wants/vmnet-helper.socket ] || fail 'the socket is enabled'
    vmnetctl check >/run/lab/said 2>&1 || fail "vmnetctl check: $(cat /run/lab/said)"
}

case_used() {
    echo 'allow uid 4242 bridge virbr0' >/etc/vmnet/rules.d/50-local.rules
    assert_asked vmuser virbr0 'tap[0-9]*'
    assert_asked vmuser br0 '*access denied by acl file: no rule lets*'
    assert_asked vmother virbr0 '*access denied by acl file: no rule lets*'
    printf 'info network\nquit\n' | setpriv --reuid vmuser --regid vmuser --init-groups qemu-system-x86_64 -M none \
        -nodefaults -no-user-config -display none -monitor stdio -netdev "bridge,id=guest,br=virbr0,helper=$helper" \
        >/run/lab/said 2>&1 || fail "QEMU: $(cat /run/lab/said)"
    grep -q "^guest: .*type=tap,helper=$helper,br=virbr0" /run/lab/said || fail "QEMU has no tap: $(cat /run/lab/said)"
}

# A chmod is lost by an upgrade, an override is not.
case_upgraded() {
    chmod 755 $helper
    do_dpkg --install "$(deb vmnet-helper 1:2-1)"
    is helper "$(mode $helper)" 'regular file 4755 root:root'
    dpkg-statoverride --update --add root vmgroup 4750 $helper
    for version in 1:3-1 1:2-1; do
        do_dpkg --force-downgrade --install "$(deb vmnet-helper $version)"
        is "helper of version $version" "$(mode $helper)" 'regular file 4750 root:vmgroup'
    done
    assert_asked vmuser virbr0 'tap[0-9]*'
    assert_asked vmother virbr0 '*Permission denied*'
    dpkg-statoverride --remove $helper
    is rules "$(cat /etc/vmnet/rules.d/50-local.rules)" 'allow uid 4242 bridge virbr0'
}

# files: all that there is in /etc and /usr, apart from what is ours to leave and what dpkg's triggers make
files() {
    find /etc /usr -path /usr/share/man -prune -o -name 'ld.so.cache*' -prune -o -print | sort
}

case_purged() {
    do_dpkg --purge vmnet-helperd vmnetctl libvmnetacl-dev libvmnetacl1 vmnet-helper
    is rules "$(cat /etc/vmnet/rules.d/50-local.rules)" 'allow uid 4242 bridge virbr0'
    rm /etc/vmnet/rules.d/50-local.rules
    do_dpkg --install "$(deb vmnet-helper)"
    do_dpkg --purge vmnet-helper
    files >/run/lab/after
    diff /run/lab/before /run/lab/after >&2 || fail 'files are left, or gone'
}

files >/run/lab/before
for case in installed used upgraded purged; do
    "case_$case"
done
