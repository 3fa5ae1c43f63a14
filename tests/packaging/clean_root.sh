#!/bin/sh
# SPDX-License-Identifier: MIT
#
# clean_root.sh DIRECTORY SUITE: make DIRECTORY/clean-SUITE/tree.tar, a Debian of this suite as its installer leaves it
# without any task, for tests/systemd/boot.sh to boot. In its apt's cache are the packages that the tests of packages
# install there, without a network, from Debian: what ours depend on, and QEMU. What is there already is used again.
#
# Needs root, mmdebstrap and the network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
cached='qemu-system-x86 qemu-system-common libcap2 libcap2-bin libjansson4 dbus nftables'

[ $# = 2 ] || { echo 'usage: clean_root.sh DIRECTORY SUITE' >&2; exit 2; }
suite=$2
case $suite in
*[!a-z]*) echo "clean_root.sh: a suite's name has small letters only" >&2; exit 2 ;;
esac
umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
tree=$directory/clean-$suite
exec 9>"$directory/lock"
flock 9
[ "$(cat "$tree/cached" 2>/dev/null)" != "$cached" ] || exit 0
rm -rf "$tree"
mkdir "$tree"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
apt_write_sources "$suite" "$work/sources.list"
# Without SUITE's updates: what is tested is ours.
mmdebstrap --quiet --variant=important --include=sudo --skip=cleanup/apt \
    --customize-hook="chroot \"\$1\" apt-get -q -y --no-install-recommends --download-only install $cached" \
    "$suite" "$tree/tree.tar" <"$work/sources.list" >"$tree/log" 2>&1 || { tail -n 20 "$tree/log" >&2; exit 1; }
echo "$cached" >"$tree/cached"
