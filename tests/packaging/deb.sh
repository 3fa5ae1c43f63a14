#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb.sh DIRECTORY: build the packages of Debian in DIRECTORY/deb, have lintian and blhc look at them, and install, use,
# upgrade and purge them in a world of their own. Needs root, for tests/lab/lab.sh, and the packages lintian, blhc,
# debhelper and those to build with.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
need dpkg-buildpackage dh lintian blhc

# Two tags are about an upload to Debian: which bug it closes, and where it finds new releases.
run_lintian() {
    lintian --allow-root --display-info --display-experimental --pedantic \
        --suppress-tags initial-upload-closes-no-bugs,debian-watch-file-is-missing "$1"/deb/*.changes
}

sh "$here/deb_build.sh" "$1"
found=$(run_lintian "$1" 2>&1) || true
[ -z "$found" ] || { printf 'FAILED: lintian:\n%s\n' "$found" >&2; exit 1; }
found=$(blhc "$1/deb.log" 2>&1) || { printf 'FAILED: blhc:\n%s\n' "$found" >&2; exit 1; }
sh "$here/../lab/lab.sh" sh "$here/test_deb.sh" "$1/deb"
