#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_tree.sh DIRECTORY: make DIRECTORY/autopkgtest/tree.tar, a Debian 12 for tests/systemd/boot.sh in which the tests of
# the packages can run without a network: it has autopkgtest, and what the tests depend on. What is there already is
# used again. Needs root, mmdebstrap and the network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
wanted=autopkgtest,systemd,dbus,build-essential,busybox-static,cpio,iproute2,kmod,linux-image-cloud-amd64
wanted=$wanted,qemu-system-x86,pkg-config,libjansson4,libcap2-bin,init-system-helpers

mkdir -p "$1"
directory=$(cd "$1" && pwd)
exec 9>"$directory/tree.lock"
flock 9
tree=$directory/autopkgtest
[ "$(cat "$tree/wanted" 2>/dev/null)" != "$wanted" ] || exit 0
rm -rf "$tree"
mkdir "$tree"
apt_write_sources bookworm "$tree/sources.list"
mmdebstrap --quiet --variant=apt --include="$wanted" bookworm "$tree/tree.tar" <"$tree/sources.list" >"$tree/log" 2>&1 ||
    { tail -n 20 "$tree/log" >&2; exit 1; }
echo "$wanted" >"$tree/wanted"
