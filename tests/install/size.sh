#!/bin/sh
# SPDX-License-Identifier: MIT
#
# size.sh SOURCE_DIRECTORY LINKER_MAP: what runs with privilege stays small enough to be audited. Counts the lines of every
# source file of ours whose object is linked into the helper, and of every header of ours that those include.
set -eu

accepted=10633
here=$(cd "${0%/*}" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
cd "$1"
map=$2

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# The headers of ours that a file includes; those that the build makes are not in the tree.
included() {
    sed -n 's/^#include "\(.*\)".*/\1/p' "$@" | sort -u | while read -r header; do
        find helper libacl -name "$header"
    done
}

! grep -q '\.ltrans[0-9]*\.' "$map" || skip "the helper is linked with link-time optimisation: its map names no objects"
objects=$(grep -oE '(libvmnet_phases|libvmnetacl)\.a\([a-z_0-9]+\.c\.o\)' "$map" | sed 's/.*(\(.*\)\.o)/\1/' | sort -u)
# "policy" names a file of the helper's and one of the library's, so the archive decides.
sources=helper/main.c
for object in $objects; do
    for archive in phases:helper vmnetacl:libacl; do
        ! grep -q "lib\(vmnet_\)\{0,1\}${archive%:*}\.a($object\.o)" "$map" ||
            sources="$sources $(find "${archive#*:}" -name "$object")"
    done
done
headers=
more=$(for source in $sources; do included "$source"; done | sort -u)
while [ "$more" != "$headers" ]; do
    headers=$more
    # shellcheck disable=SC2086 # a list
    more=$( { echo "$headers"; included $headers; } | sort -u)
done
# shellcheck disable=SC2086 # lists
wc -l -- $sources $headers | awk '$2 != "total" && $1 > 500 { print $2 " has " $1 " lines, and 500 are allowed"; failed = 1 }
    END { exit failed }' || fail 'a file is too long'
# shellcheck disable=SC2086 # lists
lines=$(cat $sources $headers | wc -l)
# shellcheck disable=SC2086 # lists
code=$(for file in $sources $headers; do "${CC:-cc}" -fpreprocessed -dD -E -P -x c "$file"; done 2>/dev/null | grep -c .)
echo "$lines lines of ours are linked into the helper, in $(echo "$sources" | wc -w) sources and $(echo "$headers" | wc -w) headers; $code without comments and blank lines"
echo "$(cat service/*.[ch] | wc -l) more in the service"
[ "$lines" -gt 3000 ] || fail 'so few cannot be all'
[ "$lines" -le $((accepted * 102 / 100)) ] || fail "$accepted are accepted"
