#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/cross/check.sh BUILD_DIRECTORY [CMAKE_OPTION...]: build for arm64, and run the unit tests and the fuzz
# targets' corpus under QEMU's user emulation. Needs gcc-aarch64-linux-gnu, g++-aarch64-linux-gnu, qemu-user, and after
# "dpkg --add-architecture arm64" libc6-dev, libcap-dev and libcmocka-dev, each with ":arm64" after it.
set -eu

[ $# -ge 1 ] || { echo 'usage: check.sh BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift

cmake -S "$here/../.." -B "$build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DBUILD_TESTING=ON -DVMNET_TOOLS=OFF -DVMNET_WERROR=ON "$@"
cmake --build "$build" --parallel "$(nproc)"
# unit.filter loads seccomp filters, which the emulation cannot.
ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" -L '^(unit|fuzz)$' -E '^unit\.filter$'
