#!/bin/sh
# SPDX-License-Identifier: MIT
#
# promises.sh SOURCE_DIRECTORY: each test that SECURITY.md names exists and is run; each promise, which is a row of a
# table, names a test and a file that exists.
set -eu

cd "$1"
status=0
count=0
# `suite.topic: test_name`, which may be broken across two lines.
# shellcheck disable=SC2016 # backquotes as they stand in the text
for promise in $(tr '\n' ' ' <SECURITY.md | grep -o '`[a-z]*\.[a-z_]*: *test_[a-z0-9_]*`' | tr -d '` '); do
    count=$((count + 1))
    suite=${promise%%.*}
    topic=${promise#*.}
    topic=${topic%%:*}
    # Twice: where it is defined, and where it is listed to be run.
    [ "$(grep -c -w "${promise#*:}" "tests/$suite/test_$topic.c")" -ge 2 ] ||
        { echo "FAILED: SECURITY.md names $promise, and there is no such test" >&2; status=1; }
done
rows=0
files=$(mktemp)
trap 'rm -f "$files"' EXIT
trap 'exit 1' HUP INT TERM
grep '^| [A-Z]' SECURITY.md >"$files"
while read -r row; do
    rows=$((rows + 1))
    # shellcheck disable=SC2016
    printf '%s\n' "$row" | grep -q -E '`[a-z]+(\.[a-z_]+(: test_[a-z0-9_]+)?)?` ' ||
        { echo "FAILED: no test is named for: $row" >&2; status=1; }
    # shellcheck disable=SC2016
    paths=$(printf '%s\n' "$row" | grep -o -E '`(helper|service|conf|libacl|filter)/[a-z_./-]*`' | tr -d '`')
    [ -n "$paths" ] || { echo "FAILED: no file is named for: $row" >&2; status=1; }
    for path in $paths; do
        [ -e "$path" ] || { echo "FAILED: SECURITY.md names $path, which does not exist" >&2; status=1; }
    done
done <"$files"
[ "$rows" -ge 25 ] || { echo "FAILED: only $rows rows found in SECURITY.md" >&2; status=1; }
[ "$count" -ge 20 ] || { echo "FAILED: only $count promises found in SECURITY.md" >&2; status=1; }
exit "$status"
