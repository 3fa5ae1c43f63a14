#!/bin/sh
# SPDX-License-Identifier: MIT
#
# tree.sh DIRECTORY SUITE [NAME PACKAGE...]: make DIRECTORY/systemd-SUITE/tree.tar, a small system of this suite of
# Debian (bookworm has systemd 252, trixie 257) for boot.sh to boot, with s6 and OpenRC besides. With a NAME, it is
# DIRECTORY/systemd-SUITE-NAME/tree.tar, and has the PACKAGEs in their place.
#
# The packages are downloaded with apt and unpacked. None is installed, nor is any program of theirs run here. What is
# there already is used again, without the network. Needs no root; may run several times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
# All that these depend on comes with them: to apt, nothing is installed.
wanted='base-files coreutils libc-bin dash bash sed grep systemd libnss-systemd util-linux libpam-modules procps'

die() {
    echo "tree.sh: $*" >&2
    exit 1
}

# Runs in an empty directory. The machine's package lists stay as they are.
fetch() {
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/deb"
    cd "$work/deb"
    apt_write_sources "$suite" "$work/sources.list" || return
    set -- -o APT::Sandbox::User=root -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o Dir::State::status=/dev/null -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    apt_get -qq "$@" update || return
    # shellcheck disable=SC2086 # a list
    apt-get -q "$@" -s install --no-install-recommends $wanted >"$work/simulation" || return
    # shellcheck disable=SC2046 # a list
    apt_get -qq "$@" download $(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$work/simulation")
}

unpack() {
    root=$work/root
    mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64"
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$root/$name"
    done
    # tar keeps a link to a directory, where an older package has a directory.
    for package in "$work"/deb/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
    for large in share/doc share/man share/info share/locale share/perl 'lib/*/perl' 'lib/*/gconv'; do
        # shellcheck disable=SC2086 # a pattern
        rm -rf "${root:?}"/usr/$large
    done
    # An archive, since all of the tree must be root's where it is booted, whoever has made it.
    mkdir "$work/new"
    tar -c -C "$root" --owner=root:0 --group=root:0 --file "$work/new/tree.tar" .
    echo "$wanted" >"$work/new/wanted"
}

[ $# = 2 ] || [ $# -ge 4 ] || die 'usage: tree.sh DIRECTORY SUITE [NAME PACKAGE...]'
suite=$2 name=$2${3:+-$3}
case $suite${3-} in
*[!a-z]*) die 'the names of a suite and of a tree have small letters only' ;;
esac
need apt-get dpkg-deb
umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
tree=$directory/systemd-$name
if [ $# = 2 ]; then set -- s6 openrc; else shift 3; fi
wanted="$wanted $*"
exec 9>"$directory/lock"
flock 9
[ "$(cat "$tree/wanted" 2>/dev/null)" != "$wanted" ] || exit 0
work=$directory/systemd-$name.work
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir "$work"
(fetch) >"$work/log" 2>&1 || { cat "$work/log" >&2; skip "apt cannot download the packages of $suite"; }
(unpack)
rm -rf "$tree"
mv "$work/new" "$tree"
