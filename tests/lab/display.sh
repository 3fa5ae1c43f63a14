#!/bin/sh
# SPDX-License-Identifier: MIT
#
# display.sh PAGE SECTION NUMBER: print the display of that number, from 1, in a section or subsection of a manual
# page, as mandoc(1) shows it, without its indent.
set -eu

awk -v section="$2" -v number="$3" '
    /^\.S[hs] / { is_section = substr($0, 5) == section; count = 0 }
    is_section && /^\.Ed/ { is_display = 0 }
    is_display && count == number {
        gsub(/\\e/, "\\"); gsub(/\\\(dq/, "\""); gsub(/\\\(aq/, "\047"); gsub(/\\-/, "-")
        print
        lines++
    }
    is_section && /^\.Bd -literal/ { is_display = 1; count++ }
    END { exit lines == 0 }' "$1" || { echo "display.sh: $1 has no display $3 in '$2'" >&2; exit 1; }
