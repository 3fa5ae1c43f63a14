#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_names.sh VMNETCTL NSS_MODULE, as root in lab.sh's world: a name service that is slow, fails,
# or is not there. NSS_MODULE is tests/nss/vmtest.c's.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

# Where the C library is, its modules are.
libraries=$(ldd "$ctl" | sed -n 's,.*=> \(/.*\)/libc\.so\.6 .*,\1,p')
libraries=$(realpath "$libraries")
mkdir /run/lab/nss
install -m 755 "$2" /run/lab/nss/libnss_vmtest.so.2
mount -t overlay -o "lowerdir=/run/lab/nss:$libraries" overlay "$libraries"

# services PASSWD GROUP [INITGROUPS]
services() {
    printf '# of a test\npasswd: %s\ngroup: %s\n' "$1" "$2" >/etc/nsswitch.conf
    [ "$#" = 2 ] || printf 'initgroups: %s\n' "$3" >>/etc/nsswitch.conf
}

# doctor_by_ids STATUS [ARGUMENT...]: as doctor, with a caller that itself asks nobody for vmuser
doctor_by_ids() {
    wanted=$1
    shift
    run "$wanted" /usr/bin/python3 -S -c 'import os, sys
os.setgroups([4242, 4250])
os.setresgid(4242, 4242, 4242)
os.setresuid(4242, 4242, 4242)
os.execv(sys.argv[1], sys.argv[1:])' "$ctl" doctor "$@"
}

services 'files vmtest' 'files [SUCCESS=merge] vmtest # gone'
doctor 0
result ok name-service 'it answers within 1000 ms'
result ok name-service 'all services of /etc/nsswitch.conf that know users and groups are installed'

# One that is not there, on each line that matters, in any case of the action.
services 'files sss [!UNAVAIL=return]' 'files'
doctor 0
result note name-service "the line 'passwd' of /etc/nsswitch.conf has 'sss', but libnss_sss.so.2 is in no directory" \
    "install the package libnss-sss (Debian) or sssd-client (Fedora); or remove 'sss' from the line 'passwd'"
services 'files' 'files gone'
doctor 0
result note name-service "the line 'group' of /etc/nsswitch.conf has 'gone'" \
    "install the package that has libnss_gone.so.2, or remove 'gone' from the line 'group' of /etc/nsswitch.conf"
services 'files' 'files' 'files gone'
doctor 0
result note name-service "the line 'initgroups' of /etc/nsswitch.conf has 'gone'" "from the line 'initgroups'"
echo 'hosts: files gone' >/etc/nsswitch.conf
doctor 0
result ok name-service 'all services'
mkdir -p /run/nscd
: >/run/nscd/socket
doctor 0
result ok name-service 'nscd answers for the services'
rm /run/nscd/socket
mv /etc/nsswitch.conf /etc/nsswitch.conf.away
doctor 0
result ok name-service 'there is no /etc/nsswitch.conf'

# One that hangs: it is not asked again, and the rest is checked without it.
services 'files vmtest' 'files vmtest'
echo 'at any hang' >/etc/vmtest.conf
doctor_by_ids 1
result fail name-service "it takes more than 1000 ms to find the user and the user's groups" \
    "'getent passwd USER' and 'getent initgroups USER' show how long each takes"
result note groups 'the name service is late'
result note verdict 'the name service is late'
result ok helper 'is setuid root'
doctor_by_ids 1 virbr0
result note verdict 'the verdict is unknown, since the name service is late' "'vmnetctl explain --bridge virbr0'"
doctor_by_ids 75 --user vmother
says "takes more than 1000 ms to find the user 'vmother'"

# One that fails.
services 'vmtest' 'vmtest'
echo 'at any unavail' >/etc/vmtest.conf
doctor_by_ids 1
result fail name-service 'it cannot find the user, since a service fails' "'getent passwd USER'"
