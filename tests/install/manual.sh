#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.sh SOURCE_DIRECTORY: mandoc(1) has nothing to say about the manual pages, and those of ours that one refers to
# are there.
set -eu

cd "$1"
status=0
pages=$(find conf helper libacl tools -name '*.[1-8]' 2>/dev/null | sort)
[ "$(printf '%s\n' "$pages" | wc -l)" -ge 12 ] || { echo "FAILED: the only pages are $pages" >&2; exit 1; }

# A page is found by its own name and by those in its section NAME.
names=$(for page in $pages; do
    section=${page##*.}
    basename "$page" | sed 's/\.\([1-8]\)$/ \1/'
    sed -n '/^\.Sh NAME$/,/^\.Nd /s/^\.Nm \([^ ]*\).*/\1 '"$section"'/p' "$page"
done)

for page in $pages; do
    # Whether other programs' pages are installed here says nothing about ours.
    found=$(mandoc -T lint -W style "$page" 2>/dev/null | grep -v 'STYLE: referenced manual not found: ' || true)
    [ "$found" = "" ] || { echo "FAILED: $found" >&2; status=1; }
    mandoc -T lint -W warning "$page" >/dev/null 2>&1 || { echo "FAILED: mandoc refuses $page" >&2; status=1; }
    mandoc -T ascii "$page" | grep -q . || { echo "FAILED: $page is empty" >&2; status=1; }
    grep -o 'Xr vmnet[^ ]* [1-8]' "$page" | sed 's/^Xr //' | sort -u | while read -r name; do
        printf '%s\n' "$names" | grep -q -x -F "$name" || { echo "FAILED: $page refers to $name" >&2; exit 1; }
    done || status=1
done
exit "$status"
