# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by scripts that run tests of all kinds one after the other, and say how many passed. $logs is a
# directory for the output of the last command, $begun the time, as date +%s tells it, when the current one began.
: "${logs:?}"
passed=0
failed=0

# count PASSED FAILED WHAT
count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
    printf '%-50s %4d passed %4d failed %5d s\n' "$3" "$1" "$2" "$(($(date +%s) - begun))"
}

# one WHAT COMMAND...: a test of its own. Nothing may be missing for it: see skip.sh.
one() {
    what=$1
    shift
    begun=$(date +%s)
    if VMNET_REQUIRE_TESTS=1 "$@" >"$logs/one.log" 2>&1; then
        count 1 0 "$what"
    else
        cat "$logs/one.log"
        count 0 1 "$what"
    fi
}

# failures LOG: of what ctest printed, the tests that did not pass, each with its output, and their list
failures() {
    awk '/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / { shown = !/ Passed +[0-9.]+ sec$/ }
        /^ *Start +[0-9]+: / || /^[0-9]+% tests passed/ { shown = 0 }
        /^The following tests/ { shown = 1 }
        shown' "$1"
}

# run_ctest WHAT LOG OPTION...: the tests that ctest(1) chooses. One that was skipped or is disabled has failed; ctest
# counts it as passed, or not at all.
run_ctest() {
    what=$1 log=$2
    shift 2
    VMNET_REQUIRE_TESTS=1 ctest --no-tests=error --output-on-failure "$@" >"$log" 2>&1 || true
    bad=$(sed -n 's/^.*tests passed, \([0-9]*\) tests\{0,1\} failed out of [0-9]*$/\1/p' "$log")
    all=$(sed -n 's/^.*tests passed, [0-9]* tests\{0,1\} failed out of \([0-9]*\)$/\1/p' "$log")
    skipped=$(sed -n '/^The following tests did not run:$/,/^$/p' "$log" | grep -c '(Skipped)$' || true)
    disabled=$(sed -n '/^The following tests did not run:$/,/^$/p' "$log" | grep -c '(Disabled)$' || true)
    [ -n "$all" ] || { bad=1 all=1; tail -n 20 "$log"; }
    bad=$((bad + skipped + disabled)) all=$((all + disabled))
    [ "$bad" = 0 ] || failures "$log"
    count "$((all - bad))" "$bad" "$what"
}
