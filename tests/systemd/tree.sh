#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tree.sh DIRECTORY SUITE [NAME PACKAGE...]: make DIRECTORY/systemd-SUITE/tree.tar, a small system of this suite of
# Debian (bookworm has systemd 252, trixie 257) for boot.sh to boot, with s6 and OpenRC besides. With a NAME, it is
# DIRECTORY/systemd-SUITE-NAME/tree.tar, and has the PACKAGEs in their place.
#
# No program of the packages is run here. What is there already is used again, without the network. Needs no root; may
# run several times at once.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
# All that these depend on comes with them: to apt, nothing is installed.
wanted='base-files coreutils libc-bin dash bash sed grep systemd libnss-systemd util-linux libpam-modules procps'

[ $# = 2 ] || [ $# -ge 4 ] || die 'usage: tree.sh DIRECTORY SUITE [NAME PACKAGE...]'
suite=$2 name=$2${3:+-$3}
need apt-get dpkg-deb
root_open "$1" "systemd-$name"
if [ $# = 2 ]; then set -- s6 openrc; else shift 3; fi
wanted="$wanted $*"
if root_is_made; then exit 0; fi
# shellcheck disable=SC2086 # a list
root_fetch "$suite" apt_download $wanted
root=$work/root
for large in share/doc share/man share/info share/locale share/perl 'lib/*/perl' 'lib/*/gconv'; do
    # shellcheck disable=SC2086 # a pattern
    rm -rf "${root:?}"/usr/$large
done
# An archive, since all of the tree must be root's where it is booted, whoever has made it.
mkdir "$work/new"
tar -c -C "$root" --owner=root:0 --group=root:0 --file "$work/new/tree.tar" .
root_keep "$work/new"
