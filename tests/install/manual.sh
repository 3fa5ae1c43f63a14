#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.sh SOURCE_FOLDER: mandoc(1) has nothing to say about the manual pages.
set -eu

status=0
for page in "$1"/helper/*.[1-8] "$1"/conf/*.[1-8] "$1"/tools/*.[1-8]; do
    # Whether the pages that one refers to are installed here says nothing about the page.
    found=$(mandoc -T lint -W style "$page" 2>/dev/null | grep -v 'STYLE: referenced manual not found: ' || true)
    [ "$found" = "" ] || { echo "FAILED: $found" >&2; status=1; }
    mandoc -T lint -W warning "$page" >/dev/null 2>&1 || { echo "FAILED: mandoc refuses $page" >&2; status=1; }
    mandoc -T ascii "$page" | grep -q . || { echo "FAILED: $page is empty" >&2; status=1; }
done
exit "$status"
