#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sysroot.sh ARCH[-SUITE] DIRECTORY: make DIRECTORY/ARCH[-SUITE], the libraries and headers of another architecture of
# Debian that the project and its tests are built with, for toolchain.cmake. ARCH is Debian's name, as dpkg(1) calls it.
# Without SUITE, it is this machine's, or the first one that has the architecture.
#
# apt is told of the architecture for this one time, and dpkg's architectures stay as they are. What is there already is
# used again, without the network. Needs no root; may run several times at once.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
packages='libc6 libc6-dev libc-dev-bin libcrypt1 libcrypt-dev linux-libc-dev libgcc-s1 libcap2 libcap-dev libseccomp2
libseccomp-dev libcmocka0 libcmocka-dev libjansson4 libjansson-dev'

[ $# = 2 ] || die 'usage: sysroot.sh ARCH[-SUITE] DIRECTORY'
apt_architecture=${1%%-*}
suite=$(apt_own_suite)
case $1:$suite in
*-*:*) suite=${1#*-} ;;
riscv64:bookworm) suite=trixie ;;
esac
root_open "$2" "$1"
wanted="$suite $packages"
if root_is_made; then exit 0; fi
# shellcheck disable=SC2086 # a list
root_fetch "$suite" apt_in apt_get -qq download $packages
rm -rf "${work:?}/root/usr/share"
# A link to an absolute path is changed, so that it leads to that path in the sysroot.
find "$work/root" -type l -lname '/*' | while read -r link; do
    ln -s -f -r "$work/root$(readlink "$link")" "$link"
done
root_keep "$work/root"
