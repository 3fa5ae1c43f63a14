#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh DIRECTORY names|libvirt|podman: make DIRECTORY/root, a tree of programs that the tests run, with the
# libraries that this machine lacks. "names" are the name services: slapd, sssd, nslcd, nscd, their NSS modules and
# libnss_systemd; "libvirt" is libvirtd with its driver for QEMU, and virsh; "podman" is podman with what it needs to run
# containers without root.
#
# The packages are downloaded with apt and unpacked. None is installed: their scripts would edit /etc/nsswitch.conf and
# start daemons. A test lays the tree over /usr in a world of its own. A tree that is there is used again, without the
# network. Needs no root; may run several times at once.
set -eu

# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$(dirname "$0")/../skip.sh"

die() {
    echo "packages.sh: $*" >&2
    exit 1
}

# Every program and module of the tests is in the tree or, installed with its libraries, on this machine.
is_complete() {
    for path in $files; do
        found=
        for file in "$cache"/root/usr/$path /usr/$path; do
            [ ! -e "$file" ] || found=$file
        done
        [ -n "$found" ] || { missing=$path; return 1; }
    done
}

# Runs in an empty directory; "$@" are options of apt. What is installed here already is not taken again.
download() {
    set -- -o APT::Sandbox::User=root -o DPkg::Lock::Timeout=600 "$@"
    absent=
    for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || absent="$absent $package"
    done
    [ -n "$absent" ] || return 0
    # shellcheck disable=SC2086 # a list
    apt-get -q "$@" -s install --no-install-recommends $absent >"$work/simulation" || return
    needed=$(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$work/simulation")
    # shellcheck disable=SC2086 # a list
    [ -n "$needed" ] && apt-get -qq "$@" download $needed
}

# The machine's package lists may be missing, or so old that a package is gone. The second try reads fresh ones into a
# directory of its own: the machine's stay as they are.
fetch() {
    mkdir "$work/deb" "$work/lists" "$work/lists/partial" "$work/cache"
    cd "$work/deb"
    if ! download >"$work/log" 2>&1; then
        set -- -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
        { apt-get -qq -o APT::Sandbox::User=root "$@" update && download "$@"; } >>"$work/log" 2>&1 ||
            { cat "$work/log" >&2; skip 'apt cannot download the packages'; }
    fi
}

unpack() {
    mkdir -p "$work/root/usr"
    for package in "$work"/deb/*.deb; do
        [ ! -e "$package" ] || dpkg -x "$package" "$work/root"
    done
    # A package that was built before /usr was merged has directories there that are links on this machine.
    for directory in bin lib sbin; do
        [ ! -d "$work/root/$directory" ] || { cp -a "$work/root/$directory" "$work/root/usr/"; rm -r "${work:?}/root/$directory"; }
    done
}

usage='usage: packages.sh DIRECTORY names|libvirt|podman'
[ $# = 2 ] || die "$usage"
case $2 in
names)
    wanted='slapd ldap-utils sssd-ldap libnss-sss nslcd libnss-ldapd nscd libnss-systemd'
    files='sbin/slapd bin/ldapadd sbin/sssd libexec/sssd/sssd_be sbin/nslcd sbin/nscd lib/*/sssd/libsss_ldap.so
        lib/*/libnss_sss.so.2 lib/*/libnss_ldap.so.2 lib/*/libnss_systemd.so.2'
    ;;
libvirt)
    wanted='libvirt-daemon libvirt-daemon-driver-qemu libvirt-clients'
    files='sbin/libvirtd bin/virsh lib/*/libvirt/connection-driver/libvirt_driver_qemu.so'
    ;;
podman)
    wanted='podman crun uidmap'
    files='bin/podman bin/conmon bin/crun bin/newuidmap'
    ;;
*) die "$usage" ;;
esac
need apt-get dpkg
[ -L /lib ] || skip 'needs a system with a merged /usr, such as Debian 12'
umask 022
mkdir -p "$1"
cache=$(cd "$1" && pwd)
exec 9>"$cache/lock"
flock 9
if [ -e "$cache/root" ] && is_complete; then exit 0; fi
work=$cache/work
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
(fetch)
unpack
rm -rf "${cache:?}/root"
mv "$work/root" "$cache/root"
is_complete || die "the packages have no /usr/$missing"
