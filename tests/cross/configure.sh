# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by check.sh and ordinary.sh, whose arguments are ARCH[-SUITE] BUILD_DIRECTORY [CMAKE_OPTION...]: configure
# the build for that architecture. Sets $build, and takes the first two arguments away.
: "${here:?}"
sysroot=$1
mkdir -p "$2"
build=$(cd "$2" && pwd)
sysroots=${build%/*}/sysroots
shift 2

sh "$here/sysroot.sh" "$sysroot" "$sysroots"
cmake -S "$here/../.." -B "$build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DVMNET_CROSS_ARCH="${sysroot%%-*}" \
    -DVMNET_CROSS_SYSROOT="$sysroots/$sysroot" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON \
    -DVMNET_WERROR=ON "$@"
