#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/musl/check.sh BUILD_DIRECTORY [CMAKE_OPTION...]: build for musl, and run what does not depend on glibc:
# the unit tests, the fuzz targets' corpus, and the tests with privilege and of vmnetctl. For a static helper add
# -DVMNET_STATIC_PIE=ON. Needs what build.sh needs, and what the tests need with glibc.
set -eu

[ $# -ge 1 ] || { echo 'usage: check.sh BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
sh "$here/build.sh" "$build" -DBUILD_TESTING=ON "$@"
ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" -L '^(unit|fuzz|privileged|tools)$'
