#!/bin/sh
# SPDX-License-Identifier: MIT
#
# clean_root.sh DIRECTORY SUITE: make DIRECTORY/clean-SUITE/tree.tar, a Debian of this suite as its installer leaves it
# without any task, for tests/systemd/boot.sh to boot. The cache of its apt has the packages that the tests install from
# Debian without a network: those that ours depend on, and QEMU. A tree that is already there is used again.
#
# Needs root, mmdebstrap and the network.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
wanted='qemu-system-x86 qemu-system-common libcap2 libcap2-bin libjansson4 dbus nftables'

[ $# = 2 ] || die 'usage: clean_root.sh DIRECTORY SUITE'
root_open "$1" "clean-$2"
if root_is_made; then exit 0; fi
# Without SUITE's updates: what is tested is ours.
root_bootstrap "$2" tree.tar --variant=important --include=sudo --skip=cleanup/apt \
    --customize-hook="chroot \"\$1\" apt-get -q -y --no-install-recommends --download-only install $wanted"
