#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh tests/musl/build.sh BUILD_DIRECTORY [CMAKE_OPTION...]: build for musl, with warnings as errors. For a static helper
# add -DVMNET_STATIC_PIE=ON, for the tests -DBUILD_TESTING=ON. Needs Debian's musl-tools and linux-libc-dev, and no root.
# The libraries are made in a directory "musl" beside the build, which is a download.
set -eu

[ $# -ge 1 ] || { echo 'usage: build.sh BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
build=$(cd "$1" && pwd)
libraries=${build%/*}/musl
shift

sh "$here/libraries.sh" "$libraries"
cmake -S "$here/../.." -B "$build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DVMNET_MUSL_DIR="$libraries" \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DVMNET_WERROR=ON "$@"
cmake --build "$build" --parallel "$(nproc)"
# The helper must be for musl, and static if that was asked for.
is_static=$(sed -n 's/^VMNET_STATIC_PIE:BOOL=//p' "$build/CMakeCache.txt")
interpreter=$(readelf -lW "$build/helper/vmnet-helper" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p')
case $is_static:$interpreter in
OFF:/lib/ld-musl-* | ON:) ;;
*) echo "build.sh: VMNET_STATIC_PIE is $is_static, and the helper's interpreter is '$interpreter'" >&2; exit 1 ;;
esac
