#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_reproducible.sh DIRECTORY: a second build has the same bytes: by another user, at another path, from an unpacked
# archive with other times instead of git, into the directory of the sources, where packages of another version are
# already, with another umask, locale, time zone, host name, kernel version and number of processors. Needs root, to be
# another user, and what deb.sh needs to build the packages. Only a path with a space makes a difference: for that one
# dpkg sets no -ffile-prefix-map.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
sh "$here/deb_build.sh" "$1"
first=$1/deb
second=$(mktemp -d)
trap 'rm -rf "$second"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$second/elsewhere"
touch "$second/elsewhere/vmnet-helper_0.9-1_amd64.deb"
tar --extract --no-same-owner --touch --strip-components=1 --directory "$second/elsewhere" --file "$first"/*.orig.tar.gz
chown -R 4242:4243 "$second"
# shellcheck disable=SC2016 # for the inner shell
unshare --uts sh -c 'hostname elsewhere && exec setpriv --reuid 4242 --regid 4243 --clear-groups setarch --uname-2.6 "$@"' - \
    env -i PATH="$PATH" HOME=/nonexistent TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 LANGUAGE=et DEB_BUILD_OPTIONS='nocheck parallel=1' \
    sh -c 'umask 002; cd "$1/elsewhere"; exec sh packaging/deb.sh .' - "$second" >"$second/log" 2>&1 ||
    { tail -n 40 "$second/log" >&2; exit 1; }
status=0
for file in "$first"/*.deb "$first"/*.dsc "$first"/*.tar.*; do
    cmp "$file" "$second/elsewhere/${file##*/}" >&2 || status=1
done
exit "$status"
