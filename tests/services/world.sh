#!/bin/sh
# SPDX-License-Identifier: MIT
#
# world.sh TREE COMMAND [ARGUMENT...]: inside lab.sh, lay the tree of packages.sh over /usr and /var, write what the
# services are configured with, and run COMMAND. service.sh starts and stops them. directory.h lists what they know.
set -eu

tree=$1
shift

mount -t overlay -o "lowerdir=$tree/usr:/usr" overlay /usr
for directory in cache lib log; do
    mkdir -p "/run/lab/var/$directory" "/run/lab/varwork/$directory"
    [ -d "$tree/var/$directory" ] || mkdir -p "/run/lab/empty/$directory"
    lower=$tree/var/$directory
    [ -d "$lower" ] || lower=/run/lab/empty/$directory
    mount -t overlay -o "lowerdir=$lower:/var/$directory,upperdir=/run/lab/var/$directory,workdir=/run/lab/varwork/$directory" \
        overlay "/var/$directory"
done
mkdir -p /run/lab/slapd/data /run/nslcd /run/nscd /run/sssd /run/systemd/userdb /etc/sssd/conf.d /var/cache/nscd

# packaged PATH: the file in the tree, or this machine's where the package is installed already
packaged() {
    if [ -e "$tree$1" ]; then echo "$tree$1"; else echo "$1"; fi
}

cat >/run/lab/slapd/conf <<SLAPD
include $(packaged /etc/ldap/schema/core.schema)
include $(packaged /etc/ldap/schema/cosine.schema)
include $(packaged /etc/ldap/schema/nis.schema)
database ldif
directory /run/lab/slapd/data
suffix dc=lab
SLAPD
cat >/run/lab/slapd/ldif <<LDIF
dn: dc=lab
objectClass: domain
dc: lab

dn: uid=vmremote,dc=lab
objectClass: account
objectClass: posixAccount
cn: vmremote
uid: vmremote
uidNumber: 6001
gidNumber: 6001
homeDirectory: /

dn: cn=vmremote,dc=lab
objectClass: posixGroup
cn: vmremote
gidNumber: 6001

dn: cn=students,dc=lab
objectClass: posixGroup
cn: students
gidNumber: 7000
memberUid: vmremote
memberUid: vmuser

dn: cn=vmstaff,dc=lab
objectClass: posixGroup
cn: vmstaff
gidNumber: 7001
memberUid: vmother
LDIF
slapadd -f /run/lab/slapd/conf -l /run/lab/slapd/ldif

cat >/etc/sssd/sssd.conf <<SSSD
[sssd]
services = nss
domains = lab
[nss]
entry_negative_timeout = 0
[domain/lab]
id_provider = ldap
ldap_uri = ldap://127.0.0.1
ldap_search_base = dc=lab
ldap_schema = rfc2307
enumerate = false
SSSD
chmod 600 /etc/sssd/sssd.conf
printf 'uri ldap://127.0.0.1\nbase dc=lab\n' >/etc/nslcd.conf
[ ! -e "$tree/etc/nscd.conf" ] || cp "$tree/etc/nscd.conf" /etc/nscd.conf

exec "$@"
