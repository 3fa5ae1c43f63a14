#!/bin/sh
# SPDX-License-Identifier: MIT
#
# promises.sh SOURCE_DIRECTORY: each test that SECURITY.md names as holding a promise exists, and is run.
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
[ "$count" -ge 20 ] || { echo "FAILED: only $count promises found in SECURITY.md" >&2; status=1; }
exit "$status"
