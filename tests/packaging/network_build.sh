#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_build.sh BUILD: build in BUILD the programs that the tests of conf/network install, and the test programs that
# boot a system.
set -eu

[ $# = 1 ] || { echo 'usage: network_build.sh BUILD' >&2; exit 2; }
cd "$(dirname "$0")/../.."
cmake --preset release -B "$1" -DBUILD_TESTING=ON >/dev/null
cmake --build "$1" --parallel "$(nproc)"
