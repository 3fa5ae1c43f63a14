#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compilers_root.sh DIRECTORY SUITE: make DIRECTORY/SUITE, a system of this suite of Debian with all its compilers, to
# build the project in; for compilers.sh.
#
# What is there already is used again, without the network. Needs no root; may run several times at once.
set -eu

tests=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=root.sh
. "$tests/root.sh"
tools='base-files coreutils dash bash sed grep gawk findutils diffutils tar gzip perl-base make cmake ninja-build
pkg-config lld libc6-dev libcap-dev libseccomp-dev libcmocka-dev libjansson-dev'

[ $# = 2 ] || die 'usage: compilers_root.sh DIRECTORY SUITE'
suite=$2
case $suite in
bookworm) compilers='gcc-12 clang-13 clang-14 clang-15 clang-16 clang-19 llvm-14 llvm-19' ;;
trixie) compilers='gcc-12 gcc-13 gcc-14 clang-17 clang-18 clang-19 llvm-19' ;;
unstable) compilers='gcc clang llvm' ;;
*) die "unknown suite '$suite'; bookworm, trixie or unstable" ;;
esac
wanted="$tools $compilers"
root_open "$1" "$suite"
if root_is_made; then exit 0; fi
# shellcheck disable=SC2086 # a list
root_fetch "$suite" apt_download $wanted
root=$work/root
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/src" "$root/build"
root_keep "$root"
