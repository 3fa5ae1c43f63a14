#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sysroot.sh ARCH[-SUITE] DIRECTORY: make DIRECTORY/ARCH[-SUITE], the libraries and headers of another architecture of
# Debian that the project and its tests are built with, for toolchain.cmake. ARCH is Debian's name, as dpkg(1) calls it.
# Without SUITE, it is this machine's, or the first one that has the architecture.
#
# The packages are downloaded with apt, which is told of the architecture for this one time, and unpacked. None is
# installed, and dpkg's architectures stay as they are. What is there already is used again, without the network. Needs
# no root; may run several times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
wanted='libc6 libc6-dev libc-dev-bin libcrypt1 libcrypt-dev linux-libc-dev libgcc-s1 libcap2 libcap-dev libseccomp2
libseccomp-dev libcmocka0 libcmocka-dev libjansson4 libjansson-dev'

die() {
    echo "sysroot.sh: $*" >&2
    exit 1
}

# Runs in an empty directory. The machine's package lists stay as they are.
fetch() {
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/deb"
    cd "$work/deb"
    apt_write_sources "$suite" "$work/sources.list" || return
    set -- -o APT::Sandbox::User=root -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o Dir::State::status=/dev/null -o "Dir::Etc::SourceList=$work/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o "APT::Architecture=$arch" -o "APT::Architectures=$arch"
    apt_get -qq "$@" update || return
    # shellcheck disable=SC2086 # a list
    apt_get -qq "$@" download $wanted
}

# What is a link to an absolute path, is one in the sysroot.
unpack() {
    root=$work/root
    mkdir -p "$root/usr/lib"
    ln -s usr/lib "$root/lib"
    for package in "$work"/deb/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner
    done
    rm -rf "${root:?}/usr/share"
    find "$root" -type l -lname '/*' | while read -r link; do
        ln -s -f -r "$root$(readlink "$link")" "$link"
    done
    echo "$suite" >"$root/suite"
    echo "$wanted" >"$root/wanted"
}

[ $# = 2 ] || die 'usage: sysroot.sh ARCH[-SUITE] DIRECTORY'
arch=${1%%-*}
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
case $1:$suite in
*-*:*) suite=${1#*-} ;;
riscv64:bookworm) suite=trixie ;;
esac
case $arch$suite in
*[!a-z0-9]*) die "names of architectures and suites have small letters and digits only" ;;
esac
umask 022
mkdir -p "$2"
directory=$(cd "$2" && pwd)
made=$directory/$1
exec 9>"$directory/lock"
flock 9
if [ "$(cat "$made/wanted" 2>/dev/null)" = "$wanted" ] && [ "$(cat "$made/suite")" = "$suite" ]; then exit 0; fi
work=$directory/$1.work
trap 'rm -rf "$work"' EXIT
rm -rf "$work"
mkdir "$work"
(fetch) >"$work/log" 2>&1 || { cat "$work/log" >&2; die "apt cannot download the packages of $suite for $arch"; }
(unpack)
rm -rf "$made"
mv "$work/root" "$made"
