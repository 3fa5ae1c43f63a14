#!/bin/sh
# SPDX-License-Identifier: MIT
#
# smoke.sh BUILD_DIRECTORY: run the benchmark for two rounds, and check that every table is there and every figure in it
# is a number. No time is looked at.
set -eu

output=$(sh "$(dirname -- "$0")/bench.sh" "$1" --rounds=2 --taps=16 --starts=16)
printf '%s\n' "$output"

printf '%s\n' "$output" | awk -F '|' '
    function fail(why) { printf "smoke.sh: %s: %s\n", why, $0 > "/dev/stderr"; failed = 1 }
    /^### /        { tables++ }
    /^complete$/   { complete = 1 }
    /^\| \|/       { columns = NF }
    /^\| [a-z]/    {
        rows++
        if (NF != columns) fail("a row of another width than its heading")
        for (i = 3; i < NF; i++)
            if ($i !~ /^ [0-9]+(\.[0-9]+)?( \([0-9.]+\))? $/ || $i + 0 <= 0) fail("column " i ": no figure > 0")
    }
    END {
        if (tables != 18 || rows != 2 + 15 * 5 + 1 + 11 || !complete) fail("not complete: " tables " tables, " rows " rows")
        exit failed
    }'
