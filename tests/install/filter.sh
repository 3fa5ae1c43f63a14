#!/bin/sh
# SPDX-License-Identifier: MIT
#
# filter.sh SOURCE_DIRECTORY FILTER_GENERATE OBJECT COMPILER: the seccomp filters are made for the compiler's target, and
# one for another architecture is refused. OBJECT is filter/constants.c, as COMPILER made it.
set -eu

source=$1 generate=$2 object=$3 compiler=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# Architectures of each word size and byte order: x86-64, x32, i386, aarch64, arm, s390x, s390, riscv64, ppc64le, ppc64, ppc, mips, mipsel,
# mips64, mipsel64, mips64n32, mipsel64n32, parisc
architectures='c000003e 4000003e 40000003 c00000b7 40000028 80000016 00000016 c00000f3 c0000015 80000015 00000014
00000008 40000008 80000008 c0000008 a0000008 e0000008 0000000f'

fail() {
    echo "FAILED: $*"
    exit 1
}

# object_for ARCHITECTURE: what the compiler for it would have made, but for the other constants
object_for() {
    perl -0777 -pe "s/(TARGET_ARCHITECTURE\\0{41})..../\$1 . pack('N', hex('$1'))/se" "$object" >"$work/$1.o"
}

# refused TEXT ARGUMENT...: filter_generate ends with an error, and says TEXT.
refused() {
    text=$1
    shift
    if "$generate" "$@" >"$work/out" 2>"$work/err"; then fail "not refused: $*"; fi
    grep -qF "$text" "$work/err" || fail "'$text' is not in: $(cat "$work/err")"
}

# compile DIRECTORY: what includes filters, with those in DIRECTORY
compile() {
    for file in helper/filter.c libacl/lookup/worker.c; do
        "$compiler" -std=c17 -D_GNU_SOURCE -DVMNET_WORKER_UID=1U -DVMNET_WORKER_GID=1U -I"$1" -I"$source/filter" \
            -I"$source/helper" -I"$source/libacl" -I"$source/libacl/text" -I"$source/libacl/rules" \
            -I"$source/libacl/read" -I"$source/libacl/decide" -I"$source/libacl/lookup" \
            -fsyntax-only "$source/$file" || return
    done
}

# make_filters DIRECTORY ARGUMENT...: all three
make_filters() {
    directory=$1
    shift
    mkdir "$directory"
    "$generate" helper "$@" >"$directory/filter_program.h"
    "$generate" worker "$@" >"$directory/worker_filter.h"
    "$generate" offline_worker "$@" >"$directory/offline_worker_filter.h"
}

for architecture in $architectures; do
    object_for "$architecture"
    make_filters "$work/$architecture" "$work/$architecture.o" || fail "no filter for $architecture"
    grep -q "0x[0]*$(echo "$architecture" | sed 's/^0*//')U" "$work/$architecture/filter_program.h" ||
        fail "the filter for $architecture says: $(head -n 3 "$work/$architecture/filter_program.h")"
done

# A filter for another architecture does not compile, whether another compiler or a name has made it so.
make_filters "$work/own" "$object"
compile "$work/own" || fail 'the filter for this architecture does not compile'
other=aarch64 other_number=c00000b7
if cmp -s "$work/own/filter_program.h" "$work/$other_number/filter_program.h"; then other=x86_64 other_number=c000003e; fi
object_for 00000000
make_filters "$work/named" "$work/00000000.o" "$other"
for wrong in "$work/$other_number" "$work/named"; do
    if compile "$wrong" 2>"$work/err"; then fail "a filter for another architecture compiles: $wrong"; fi
    grep -q 'this seccomp filter was made for another architecture' "$work/err" || fail "$(cat "$work/err")"
done

object_for deadbeef
refused "VMNET_FILTER_ARCH is '$other'" helper "$object" "$other"
refused "libseccomp knows no architecture 'vax'" helper "$object" vax
refused "does not know the compiler's target; set VMNET_FILTER_ARCH" helper "$work/00000000.o"
refused "does not know the target's architecture, 0xdeadbeef" helper "$work/deadbeef.o"
refused 'it has no constants' helper /bin/sh
perl -pe 's/TUNSETIFF\0/TUNSETIFX\0/' "$object" >"$work/older.o"
refused 'is not TUNSETIFF; build it anew' helper "$work/older.o"
refused "there is no filter 'none'" none "$object"
refused "$work/missing.o: No such file" helper "$work/missing.o"
