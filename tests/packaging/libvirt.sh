#!/bin/sh
# SPDX-License-Identifier: MIT
#
# libvirt.sh DIRECTORY [GUESTS]: libvirt's session domains get taps from the packages of Debian, in each way in which an
# administrator can set them up. The packages are in DIRECTORY/deb, and are built if they are missing. GUESTS is the
# directory of the guests, by default build/guest. Needs root, what deb.sh needs to build the packages, and what the
# tests "qemu.libvirt" need.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"

need qemu-system-x86_64 dnsmasq nft lz4
[ "$(id -u)" = 0 ] || skip 'root is needed, for lab.sh'
guests=${2:-$top/build/guest}
sh "$here/deb_build.sh" "$1"
sh "$here/../qemu/guest.sh" "$guests" cloud
sh "$here/../services/packages.sh" "$guests/libvirt" libvirt
for case in named default group service; do
    VMNET_GUEST_DIR=$guests sh "$here/../lab/lab.sh" sh "$here/test_libvirt.sh" "$1/deb" "$case"
done
