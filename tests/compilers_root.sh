#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compilers_root.sh DIRECTORY SUITE: make DIRECTORY/SUITE, a system of this suite of Debian with all its compilers, to
# build the project in; for compilers.sh.
#
# The packages are downloaded with apt and unpacked, and none is installed. What is there already is used again, without
# the network. Needs root for the owners of files; may run several times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"
tools='base-files coreutils dash bash sed grep gawk findutils diffutils tar gzip perl-base make cmake ninja-build
pkg-config lld libc6-dev libcap-dev libseccomp-dev libcmocka-dev libjansson-dev'

die() {
    echo "compilers_root.sh: $*" >&2
    exit 1
}

# Runs in an empty directory. The machine's package lists stay as they are.
fetch() {
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/deb"
    cd "$work/deb"
    apt_write_sources "$suite" "$work/sources.list" || return
    set -- -o APT::Sandbox::User=root -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o Dir::State::status=/dev/null -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    apt_get -qq "$@" update || return
    # shellcheck disable=SC2086 # a list
    apt-get -q "$@" -s install --no-install-recommends $wanted >"$work/simulation" || return
    # shellcheck disable=SC2046 # a list
    apt_get -qq "$@" download $(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$work/simulation")
}

unpack() {
    root=$work/root
    mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64"
    for name in bin sbin lib lib64; do
        ln -s "usr/$name" "$root/$name"
    done
    # tar keeps a link to a directory, where an older package has a directory.
    for package in "$work"/deb/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink
    done
    rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
    [ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
    mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/src" "$root/build"
    echo "$wanted" >"$root/wanted"
}

[ $# = 2 ] || die 'usage: compilers_root.sh DIRECTORY SUITE'
suite=$2
case $suite in
bookworm) compilers='gcc-11 gcc-12 clang-13 clang-14 clang-15 clang-16 clang-19 llvm-14 llvm-19' ;;
trixie) compilers='gcc-12 gcc-13 gcc-14 clang-17 clang-18 clang-19 llvm-19' ;;
unstable) compilers='gcc clang llvm' ;;
*) die "unknown suite '$suite'; bookworm, trixie or unstable" ;;
esac
wanted="$tools $compilers"
umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
made=$directory/$suite
exec 9>"$directory/$suite.lock"
flock 9
[ "$(cat "$made/wanted" 2>/dev/null)" != "$wanted" ] || exit 0
work=$directory/$suite.work
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir "$work"
(fetch) >"$work/log" 2>&1 || { cat "$work/log" >&2; die "apt cannot download the packages of $suite"; }
(unpack)
rm -rf "$made"
mv "$work/root" "$made"
