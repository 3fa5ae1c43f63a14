#!/bin/sh
# SPDX-License-Identifier: MIT
#
# results_test.sh: is a test that was skipped or not run a failure for check.sh, and is one that needs what is missing?
set -eu

here=$(cd "$(dirname "$0")" && pwd)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'exit 1' HUP INT TERM
export HOME="$logs"
unset VMNET_REQUIRE_TESTS

# expect WANTED GOT WHAT
expect() {
    [ "$1" = "$2" ] || { echo "FAILED: $3: wanted '$1', got '$2'" >&2; exit 1; }
}

# A project with one test: project COMMAND [PROPERTY VALUE...]
project() {
    command=$1
    shift
    {
        echo 'cmake_minimum_required(VERSION 3.22)'
        echo 'project(results NONE)'
        echo 'enable_testing()'
        echo 'add_test(NAME good COMMAND true)'
        echo "add_test(NAME other COMMAND sh -c \"$command\")"
        echo "set_tests_properties(other PROPERTIES SKIP_RETURN_CODE 77 $*)"
    } >"$logs/CMakeLists.txt"
    cmake -S "$logs" -B "$logs/build" >"$logs/cmake.log" 2>&1 || { cat "$logs/cmake.log" >&2; exit 1; }
}

# result: "PASSED FAILED" of the project
result() (
    # shellcheck source-path=SCRIPTDIR source=results.sh
    . "$here/results.sh"
    begun=0
    run_ctest what "$logs/ctest.log" --test-dir "$logs/build" >"$logs/out"
    echo "$passed $failed"
)

project true
expect '2 0' "$(result)" 'all pass'
project 'echo why; exit 1'
expect '1 1' "$(result)" 'one fails'
grep -q '^why$' "$logs/out" || { cat "$logs/out" >&2; exit 1; }
! grep ': good ' "$logs/out" >&2 || exit 1
project 'exit 77'
expect '1 1' "$(result)" 'one is skipped'
project true DISABLED ON
expect '1 1' "$(result)" 'one is disabled'
grep -q 'other (Disabled)$' "$logs/out" || { cat "$logs/out" >&2; exit 1; }
project ". '$here/skip.sh'; need no-such-program"
expect '1 1' "$(result)" 'a program is missing'
grep -q 'skipped: there is no program no-such-program' "$logs/ctest.log" || { cat "$logs/ctest.log" >&2; exit 1; }
grep -q 'FAILED: VMNET_REQUIRE_TESTS=1 is set' "$logs/ctest.log" || { cat "$logs/ctest.log" >&2; exit 1; }
ctest --test-dir "$logs/build" >"$logs/ctest.log" 2>&1 || { cat "$logs/ctest.log" >&2; exit 1; }
grep -q 'other (Skipped)$' "$logs/ctest.log" || { cat "$logs/ctest.log" >&2; exit 1; }
echo 'ok: what is skipped has failed where it is required'
