#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_tree.sh DIRECTORY: make DIRECTORY/autopkgtest/tree.tar, a Debian 12 for tests/systemd/boot.sh in which the tests of
# the packages can run without a network: it has autopkgtest, and what the tests depend on. What is there already is
# used again. Needs root, mmdebstrap and the network.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
wanted=autopkgtest,systemd,dbus,build-essential,busybox-static,cpio,iproute2,kmod,linux-image-cloud-amd64
wanted=$wanted,qemu-system-x86,pkg-config,libjansson4,libcap2-bin,init-system-helpers

root_open "$1" autopkgtest
if root_is_made; then exit 0; fi
root_bootstrap bookworm tree.tar --variant=apt --include="$wanted"
