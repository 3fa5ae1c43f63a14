#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh tests/cross/check.sh ARCH BUILD_DIRECTORY [CMAKE_OPTION...]: build for another architecture with -Werror, and run the
# unit tests and the fuzz targets' corpus under QEMU's user emulation. ARCH is arm64, armhf, i386, ppc64el, riscv64 or
# s390x. Needs the package gcc-TRIPLET of the architecture (such as gcc-aarch64-linux-gnu) and qemu-user; root only for
# the tests in tests/lab/lab.sh. The libraries are made in a directory "sysroots" beside the build, which is a download.
set -eu

[ $# -ge 2 ] || { echo 'usage: check.sh ARCH BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
mkdir -p "$2"
build=$(cd "$2" && pwd)
sysroots=${build%/*}/sysroots
shift 2

sh "$here/sysroot.sh" "$arch" "$sysroots"
cmake -S "$here/../.." -B "$build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DVMNET_CROSS_ARCH="$arch" \
    -DVMNET_CROSS_SYSROOT="$sysroots/$arch" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON -DVMNET_WERROR=ON "$@"
cmake --build "$build" --parallel "$(nproc)"
# unit.filter loads seccomp filters, which the emulation cannot.
ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" -L '^(unit|fuzz)$' -LE '^slow$' -E '^unit\.filter$'
