#!/bin/sh
# SPDX-License-Identifier: MIT
#
# manual.sh SOURCE_DIRECTORY: mandoc(1) finds nothing wrong with the manual pages, neither does man(1) with groff(1), as
# lintian runs it, neither shows a line that is wider than a terminal, commands can be copied, whatis(1) will know each
# page, each has the project's version, and the pages of ours that one refers to exist. Needs mandoc, man-db and
# groff-base.
set -eu

cd "$1"
status=0
pages=$(find conf helper libacl service tools -name '*.[1-8]' 2>/dev/null | sort)
[ "$(printf '%s\n' "$pages" | wc -l)" -ge 15 ] || { echo "FAILED: the only pages are $pages" >&2; exit 1; }

# A page is found by its own name and by those in its section NAME.
names=$(for page in $pages; do
    section=${page##*.}
    basename "$page" | sed 's/\.\([1-8]\)$/ \1/'
    sed -n '/^\.Sh NAME$/,/^\.Nd /s/^\.Nm \([^ ]*\).*/\1 '"$section"'/p' "$page"
done)

version=$(sed -n 's/^#define VMNETACL_VERSION *"\(.*\)"$/\1/p' libacl/vmnetacl.h)
[ -n "$version" ] || { echo "FAILED: no version in vmnetacl.h" >&2; exit 1; }

# wide: the lines of a page, as it is shown, that are wider than a terminal
wide() {
    LC_ALL=C.UTF-8 sed "s/.$(printf '\b')//g; s/$(printf '\033')\[[0-9;]*m//g" | LC_ALL=C.UTF-8 grep -E '^.{81}' || true
}

# typographic PAGE: the lines of commands, files, messages and other literal text with a character that groff 1.23 without
# a distribution's changes shows as another one, such as a hyphen, which no shell takes for "-"
typographic() {
    awk '
        /^\.Sh / { are_messages = $2 == "DIAGNOSTICS" }
        /^\.Ed/ { is_display = 0 }
        { text = "" }
        is_display && !/^\./ || are_messages && /^\.It / || /^\.(.* )?(Cm|Dl|Fl|Pa|Ql|Sy) / { text = $0 }
        /^\.Bd -literal/ { is_display = 1 }
        { gsub(/\\-/, "", text) }
        text ~ /[-\047`^~]/ { print NR ": " $0 }' "$1"
}

# as_lintian COMMAND...: in the environment in which lintian runs man(1) and lexgrog(1). It is wide, since groff cannot
# break each line of a prototype.
as_lintian() {
    env -i PATH="$PATH" LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=120 "$@"
}

for page in $pages; do
    grep -q -x "\.Os vmnet-helper $version" "$page" || { echo "FAILED: $page is not of version $version" >&2; status=1; }
    found=$(mandoc -T utf8 -O width=78 "$page" | wide)
    [ "$found" = "" ] || { echo "FAILED: $page, mandoc: $found" >&2; status=1; }
    found=$(groff -mdoc -Tutf8 -rLL=78n "$page" 2>/dev/null | wide)
    [ "$found" = "" ] || { echo "FAILED: $page, groff: $found" >&2; status=1; }
    found=$(typographic "$page")
    [ "$found" = "" ] || { echo "FAILED: $page needs \\-, \\(aq, \\(ga, \\(ha or \\(ti in line $found" >&2; status=1; }
    # Whether other programs' pages are installed here says nothing about ours.
    found=$(mandoc -T lint -W style "$page" 2>/dev/null | grep -v -e 'STYLE: referenced manual not found: ' \
        -e 'STYLE: operating system explicitly specified' || true)
    [ "$found" = "" ] || { echo "FAILED: $found" >&2; status=1; }
    mandoc -T lint -W warning "$page" >/dev/null 2>&1 || { echo "FAILED: mandoc refuses $page" >&2; status=1; }
    mandoc -T ascii "$page" | grep -q . || { echo "FAILED: $page is empty" >&2; status=1; }
    # Lintian's tags groff-message, bad-whatis-entry and acute-accent-in-manual-page. What man(1) does not find is no page.
    found=$(as_lintian man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null) ||
        { echo "FAILED: man cannot show $page" >&2; status=1; }
    [ "$found" = "" ] || { echo "FAILED: $page, man: $found" >&2; status=1; }
    found=$(as_lintian lexgrog "$page") || { echo "FAILED: $page: $found" >&2; status=1; }
    ! grep -n "\\\\'" "$page" >&2 || { echo "FAILED: $page has an acute accent, which is no apostrophe" >&2; status=1; }
    grep -o 'Xr vmnet[^ ]* [1-8]' "$page" | sed 's/^Xr //' | sort -u | while read -r name; do
        printf '%s\n' "$names" | grep -q -x -F "$name" || { echo "FAILED: $page refers to $name" >&2; exit 1; }
    done || status=1
done
exit "$status"
