#!/bin/sh
# SPDX-License-Identifier: MIT
#
# static.sh BUILD_DIRECTORY: is the helper that was built with VMNET_STATIC_PIE hardened, and does it load nothing at
# all?
set -eu

helper=$1/helper/vmnet-helper

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

readelf -hW "$helper" | grep -E -q 'Type: +DYN' || fail "not position-independent"
! readelf -lW "$helper" | grep -E ' INTERP| RWE ' || fail "has an interpreter, or a writable and executable segment"
readelf -lW "$helper" | grep -q 'GNU_RELRO' || fail "no RELRO"
readelf -lW "$helper" | grep -E -q 'GNU_STACK .* RW +0x' || fail "the stack is executable"
! readelf -dW "$helper" | grep -E 'NEEDED|RPATH|RUNPATH|TEXTREL' || fail "loads a library, or has text relocations"
symbols=$(readelf -sW "$helper" | awk '{ print $8 }')
for symbol in __stack_chk_fail __vsnprintf_chk; do
    printf '%s\n' "$symbols" | grep -q -x "_*$symbol" || fail "no $symbol"
done
! printf '%s\n' "$symbols" | grep -E '^(__nss_|get(pw|gr)(nam|uid|gid))' || fail "has the name service in it"
echo "ok: static"
