#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh tests/cross/check.sh ARCH[-SUITE] BUILD_DIRECTORY [CMAKE_OPTION...]: build for another architecture, with -Werror.
# ARCH is arm64, armhf, i386, ppc64el, riscv64 or s390x; SUITE is the one of Debian whose libraries are taken, as in
# sysroot.sh. Needs the package gcc-TRIPLET of the architecture, such as gcc-aarch64-linux-gnu; no root. The libraries
# are made in a directory "sysroots" beside the build, which is a download. guest.sh and ordinary.sh run what was built.
set -eu

[ $# -ge 2 ] || { echo 'usage: check.sh ARCH[-SUITE] BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=configure.sh
. "$here/configure.sh"
cmake --build "$build" --parallel "$(nproc)"
