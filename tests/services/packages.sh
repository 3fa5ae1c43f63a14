#!/bin/sh
# SPDX-License-Identifier: MIT
#
# packages.sh DIRECTORY names|libvirt|podman: make DIRECTORY/root, a tree of programs that the tests run, with the
# libraries that this machine lacks. "names" are the name services: slapd, sssd, nslcd, nscd, their NSS modules and
# libnss_systemd; "libvirt" is libvirtd with its driver for QEMU, and virsh; "podman" is podman with what it needs to run
# containers without root.
#
# The packages are not installed: their scripts would edit /etc/nsswitch.conf and start daemons. A test lays the tree
# over /usr in a world of its own. A tree that is there is used again, without the network. Needs no root; may run
# several times at once.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"

# Every program and module of the tests is in the tree or, installed with its libraries, on this machine.
is_complete() {
    for path in $files; do
        found=
        for file in "$made"/usr/$path /usr/$path; do
            [ ! -e "$file" ] || found=$file
        done
        [ -n "$found" ] || { missing=$path; return 1; }
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
root_open "$1" root
if [ -e "$made" ] && is_complete; then exit 0; fi
# shellcheck disable=SC2086 # a list
root_fetch '' apt_download $wanted
root_keep "$work/root"
is_complete || die "the packages have no /usr/$missing"
