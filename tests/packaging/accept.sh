#!/bin/sh
# SPDX-License-Identifier: MIT
#
# accept.sh DIRECTORY SUITE DEBS: the packages in DEBS on a clean Debian of this suite, from the README's first line to
# the purge of all of them: see test_accept.sh. What it downloads and makes is kept in DIRECTORY.
#
# Needs root, mmdebstrap, the network, and what tests/qemu needs.
set -eu

[ $# = 3 ] || { echo 'usage: accept.sh DIRECTORY SUITE DEBS' >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
directory=$(cd "$1" && pwd)
suite=$2
debs=$(cd "$3" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sh "$here/clean_root.sh" "$directory" "$suite"
sh "$here/../qemu/guest.sh" "$directory" cloud

# The version before: the same packages, but for their version.
mkdir "$work/previous"
for package in "$debs"/*.deb; do
    dpkg-deb --raw-extract "$package" "$work/package"
    sed -i -E '/^(Version|Depends):/s/1\.0\.0~rc1-1/1.0.0~beta1-1/g' "$work/package/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$work/package" "$work/previous" >/dev/null
    rm -rf "$work/package"
done
sh "$here/../systemd/run.sh" sh "$here/test_accept.sh" "$directory/clean-$suite" "$directory" "$debs" "$work/previous"
