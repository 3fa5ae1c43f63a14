#!/bin/sh
# SPDX-License-Identifier: MIT
#
# accept.sh DIRECTORY SUITE: the packages of Debian on a clean Debian of this suite, from the README's first line to the
# purge of all of them: see test_accept.sh. What it downloads and makes is kept in DIRECTORY.
#
# Needs root, mmdebstrap, the network, what deb_build.sh needs, and what tests/qemu needs. Takes about a minute, and three
# more for the download.
set -eu

[ $# = 2 ] || { echo 'usage: accept.sh DIRECTORY SUITE' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
directory=$(cd "$1" && pwd)
suite=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
sh "$here/deb_build.sh" "$directory"
sh "$here/clean_root.sh" "$directory" "$suite"
sh "$here/../qemu/guest.sh" "$directory" cloud

# The previous version: the same packages with another version number.
mkdir "$work/debs" "$work/previous"
for package in "$directory"/deb/*.deb; do
    case $package in *-dbgsym_*) continue ;; esac
    cp "$package" "$work/debs/"
    dpkg-deb --raw-extract "$package" "$work/package"
    sed -i -E '/^(Version|Depends):/s/1\.0\.0~rc1-1/1.0.0~beta1-1/g' "$work/package/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$work/package" "$work/previous" >/dev/null
    rm -rf "$work/package"
done
sh "$here/../systemd/run.sh" sh "$here/test_accept.sh" "$directory/clean-$suite" "$directory" "$work/debs" \
    "$work/previous"
