#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/musl/check.sh BUILD_DIRECTORY [CMAKE_OPTION...]: build for musl, and run what does not depend on glibc:
# the unit tests, the fuzz targets' corpus, and the tests with privilege and of vmnetctl. For a static helper add
# -DVMNET_STATIC_PIE=ON. Needs Debian's musl-tools and linux-libc-dev, and what the tests need with glibc. The libraries
# are made in a directory "musl" beside the build, which is a download.
set -eu

[ $# -ge 1 ] || { echo 'usage: check.sh BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
build=$(cd "$1" && pwd)
libraries=${build%/*}/musl
shift

sh "$here/libraries.sh" "$libraries"
cmake -S "$here/../.." -B "$build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DVMNET_MUSL_DIR="$libraries" \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON -DVMNET_WERROR=ON "$@"
cmake --build "$build" --parallel "$(nproc)"
# Is it what was asked for?
is_static=$(sed -n 's/^VMNET_STATIC_PIE:BOOL=//p' "$build/CMakeCache.txt")
interpreter=$(readelf -lW "$build/helper/vmnet-helper" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
case $is_static:$interpreter in
OFF:/lib/ld-musl-* | ON:) ;;
*) echo "check.sh: VMNET_STATIC_PIE is $is_static, and the helper's interpreter is '$interpreter'" >&2; exit 1 ;;
esac
ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" -L '^(unit|fuzz|privileged|tools)$'
