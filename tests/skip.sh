# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by tests, for what they do where something is missing that they need.

# skip REASON...: end the test, which ctest then counts as skipped. With VMNET_REQUIRE_TESTS=1 in the environment it
# fails: nothing may be missing there.
skip() {
    echo "skipped: $*" >&2
    [ "${VMNET_REQUIRE_TESTS-}" = 1 ] || exit 77
    echo 'FAILED: VMNET_REQUIRE_TESTS=1 is set, so that a test that is skipped has failed' >&2
    exit 1
}

# need PROGRAM|PATH...: a path is that of a program or of another file
need() {
    for needed; do
        case $needed in
        */*) [ -e "$needed" ] || skip "there is no $needed" ;;
        *) command -v "$needed" >/dev/null || skip "there is no program $needed" ;;
        esac
    done
}
