#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/install/lto.sh BUILD_DIRECTORY COMPILER: build all with link-time optimisation, as CMake turns it on, and
# use what is installed: the library, shared and static, exports what it should, and other programs work with it. clang
# needs lld and llvm-ar.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$1 compiler=$2
case $compiler in
*clang*) set -- -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld ;;
*) set -- ;;
esac

sh "$here/build.sh" "$source" "$build" 'Unix Makefiles' "$compiler" -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON \
    -DVMNET_WERROR=ON "$@"
sh "$here/exports.sh" "$source" "$build"
sh "$here/../lab/lab.sh" sh "$here/consumer.sh" "$build" "$compiler" 'Unix Makefiles' ''
