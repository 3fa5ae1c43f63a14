#!/bin/sh
# SPDX-License-Identifier: MIT
#
# size.sh SOURCE_DIRECTORY: what runs with privilege stays small enough to be read in an hour.
set -eu

cd "$1/helper"
wc -l -- *.[ch] | awk '
    $2 == "total" { total = $1; next }
    $1 > 500 { print "FAILED: helper/" $2 " has " $1 " lines, and 500 are allowed"; failed = 1 }
    END {
        print "helper/ has " total " lines, and 1500 are allowed"
        exit failed || total < 100 || total > 1500
    }'
