#!/bin/sh
# SPDX-License-Identifier: MIT
#
# unpack.sh DIRECTORY SUITE PACKAGE...: make DIRECTORY/SUITE, a tree of these packages of this suite of Debian, without
# what they depend on. Downloaded with apt and unpacked; nothing is installed, and the machine's package lists stay as
# they are. A tree of the same packages that is there is used again, without the network. Needs no root; may run several
# times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"

die() {
    echo "unpack.sh: $*" >&2
    exit 1
}

# Runs in an empty directory. This machine's package lists will do for its own suite, unless they are missing or old.
fetch() {
    cd "$work/deb"
    set -- -o APT::Sandbox::User=root
    if [ "$suite" = "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)" ]; then
        # shellcheck disable=SC2086 # a list
        apt_get -qq "$@" download $packages && return
    else
        apt_write_sources "$suite" "$work/sources.list" || return
        set -- "$@" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    fi
    set -- "$@" -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
    # shellcheck disable=SC2086 # a list
    apt_get -qq "$@" update && apt_get -qq "$@" download $packages
}

[ $# -ge 3 ] || die 'usage: unpack.sh DIRECTORY SUITE PACKAGE...'
suite=$2
case $suite in
*[!a-z]*) die "a suite's name has small letters only" ;;
esac
umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
shift 2
packages=$*
tree=$directory/$suite
exec 9>"$directory/lock"
flock 9
[ "$(cat "$tree/packages" 2>/dev/null)" != "$packages" ] || exit 0
work=$directory/work
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir -p "$work/deb" "$work/lists/partial" "$work/cache/archives/partial" "$work/root"
(fetch) >"$work/log" 2>&1 || { cat "$work/log" >&2; die "apt cannot download these packages of $suite: $packages"; }
for package in "$work"/deb/*.deb; do
    dpkg -x "$package" "$work/root"
done
echo "$packages" >"$work/root/packages"
rm -rf "$tree"
mv "$work/root" "$tree"
