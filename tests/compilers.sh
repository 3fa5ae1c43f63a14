#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/compilers.sh DIRECTORY SUITE PART COMPILER: build with another compiler, options or CMake,
# in a system of SUITE of Debian (bookworm, trixie or unstable), which is made in DIRECTORY once, a large download
# (compilers_root.sh). PART and COMPILER (as gcc-13) are those of compilers_build.sh. Each takes less than five minutes.
# Needs root, for chroot(2) in a mount namespace of its own.
set -eu

[ $# = 4 ] || { echo 'usage: compilers.sh DIRECTORY SUITE PART COMPILER' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
sh "$here/compilers_root.sh" "$1" "$2"
root=$(cd "$1" && pwd)/$2
# shellcheck disable=SC2016 # for the shell in the namespace
unshare --mount --pid --fork --kill-child --propagation private sh -euc '
    source=$1 root=$2
    shift 2
    mount --bind "$source" "$root/src"
    mount -o remount,bind,ro "$root/src"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec env -i PATH=/usr/bin:/usr/sbin HOME=/build LC_ALL=C chroot "$root" sh /src/tests/compilers_build.sh "$@"
' sh "$(dirname "$here")" "$root" "$3" "$4"
echo "PASSED: $*"
