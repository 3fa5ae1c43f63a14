#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_build.sh DIRECTORY: build the packages of Debian in DIRECTORY/deb, without their tests, unless they are there and
# newer than every file of the sources. The log is build.log, beside them.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
directory=$(cd "$1" && pwd)
exec 9>"$directory/deb.lock"
flock 9
begun=$directory/deb/begun
[ ! -e "$begun" ] || [ -n "$(find "$top" \( -path "$top/build" -o -name .git \) -prune -o -type f -newer "$begun" -print -quit)" ] ||
    exit 0
rm -rf "$directory/deb"
mkdir "$directory/deb"
: >"$directory/begun"
DEB_BUILD_OPTIONS=nocheck sh "$top/packaging/deb.sh" "$directory/deb" >"$directory/deb/build.log" 2>&1 ||
    { tail -n 40 "$directory/deb/build.log" >&2; exit 1; }
mv "$directory/begun" "$begun"
