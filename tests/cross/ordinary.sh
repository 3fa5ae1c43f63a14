#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh tests/cross/ordinary.sh ARCH[-SUITE] BUILD_DIRECTORY [CMAKE_OPTION...]: the ordinary tests, which need neither root
# nor namespaces nor the network, on another architecture under QEMU's user emulation. ARCH and SUITE are those of
# check.sh, whose build it may be: armhf and i386 have 32 bits, s390x is big-endian. Needs gcc-TRIPLET of the
# architecture (such as gcc-i686-linux-gnu) and qemu-user, no root. The libraries are made in a directory "sysroots"
# beside the build, which is a download.
set -eu

[ $# -ge 2 ] || { echo 'usage: ordinary.sh ARCH[-SUITE] BUILD_DIRECTORY [CMAKE_OPTION...]' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=configure.sh
. "$here/configure.sh"
# The programs are built, too: warnings are errors.
cmake --build "$build" --parallel "$(nproc)" --target ordinary_tests vmnet-helper vmnet-helperd vmnetctl
# unit.filter loads seccomp filters, which the emulation cannot. The slow tests are about the rules only, and are too
# slow here.
ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" -L '^ordinary$' \
    -LE '^(slow|once)$' -E '^unit\.filter$'
