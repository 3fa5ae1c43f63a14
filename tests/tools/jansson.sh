#!/bin/sh
# SPDX-License-Identifier: MIT
#
# jansson.sh SOURCE_DIRECTORY BUILD_DIRECTORY GENERATOR COMPILER: without jansson one is told what to do, and it helps.
set -eu

source=$1 build=$2 generator=$3 compiler=$4
unset PKG_CONFIG_PATH
export PKG_CONFIG_LIBDIR="$build/nothing"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# configure OPTION...: in an empty directory
configure() {
    rm -rf "$build"
    output=$(cmake -S "$source" -B "$build" -G "$generator" -DCMAKE_C_COMPILER="$compiler" -DBUILD_TESTING=OFF "$@" 2>&1)
}

! configure || fail "configured without jansson: $output"
# CMake breaks long lines.
case $(printf '%s' "$output" | tr -s ' \n' '  ') in
*'jansson 2.10 is missing; install libjansson-dev, or configure with -DVMNET_TOOLS=OFF'*) ;;
*) fail "it is not told what to do, but: $output" ;;
esac
configure -DVMNET_TOOLS=OFF || fail "not configured: $output"
rm -rf "$build"
