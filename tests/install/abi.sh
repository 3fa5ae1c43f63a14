#!/bin/sh
# SPDX-License-Identifier: MIT
#
# abi.sh SOURCE_DIRECTORY BUILD_DIRECTORY COMPILER [accept]: is the binary interface of libvmnetacl what is written in
# libacl/vmnetacl.abi? With "accept", what it is now is written there.
set -eu

source=$1 build=$2 compiler=$3 accept=${4-}
known=$source/libacl/vmnetacl.abi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# describe SOURCE_DIRECTORY
describe() {
    perl "$source/tests/install/abi.pl" "$1" "$build/libacl/libvmnetacl.so" "$compiler" "$work"
}

# compare SOURCE_DIRECTORY: the difference, with '-' for what is gone
compare() {
    describe "$1" >"$work/now.abi"
    diff -U 0 "$known" "$work/now.abi" | sed '/^@@ /d; /^--- /d; /^+++ /d'
}

if [ "$accept" = accept ]; then
    describe "$source" >"$work/now.abi"
    cp "$work/now.abi" "$known" # only when it could be described
    exit 0
fi

found=$(compare "$source")
if [ "$found" != "" ]; then
    printf '%s\n' "$found"
    case "
$found" in
    *"
-"*) cat >&2 <<MESSAGE ;;
FAILED: programs that were built with this library before cannot use it any more. What is gone is marked with '-'. A
function must keep its prototype, a structure its members and their places, a constant its value; new constants have
their place at the end. But that a reserved member gets a name, nothing of this may be accepted as below without a new
first number in VMNETACL_VERSION.
MESSAGE
    *) echo "FAILED: the interface has grown; is each new function in a version node of its own in vmnetacl.map?" >&2 ;;
    esac
    echo "To accept it: sh tests/install/abi.sh . $build $compiler accept" >&2
    exit 1
fi

# And does this see it when something changes?
# see DIFFERENCE SED_SCRIPT: with the header edited so
see() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/libacl"
    for header in vmnetacl.h vmnetacl_error.h; do
        sed "$2" "$source/libacl/$header" >"$work/tree/libacl/$header"
    done
    found=$(compare "$work/tree")
    case $found in
    *"$1"*) ;;
    *) echo "FAILED: with '$2' the difference is '$found', not '$1'" >&2; exit 1 ;;
    esac
}
see '-struct vmnetacl_caller: 40 bytes' 's/^    size_t groups_count;/&int new;/'
see '-      12    4 unsigned column' 's/^    unsigned column;/    long column;/'
see '-      20   16 char tap[VMNETACL_NAME_MAX + 1]' 's/^    char tap\[VMNETACL_NAME_MAX + 1\]/char tap[24]/'
see '-       2 VMNETACL_CODE_NAME_MISSING' 's/^    VMNETACL_CODE_NAME_MISSING,/    VMNETACL_CODE_NEW,&/'
see '-    void vmnetacl_free(struct vmnetacl_policy *policy)' 's/^void vmnetacl_free(/&const /'
see '+       5 VMNETACL_SUBJECT_NEW' 's/^    VMNETACL_SUBJECT_GID,/&VMNETACL_SUBJECT_NEW,/'
case $found in *-*) echo "FAILED: what is only added is seen as '$found'" >&2; exit 1 ;; esac
echo "ok: the binary interface"
