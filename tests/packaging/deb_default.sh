#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_default.sh DIRECTORY: vmnet-helper-default in the place of QEMU's qemu-bridge-helper. Needs root, what deb.sh needs to
# build the packages, and apt, for the package qemu-system-common.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
sh "$here/deb_build.sh" "$1"
directory=$(cd "$1" && pwd)
mkdir -p "$directory/others"
find "$directory/others" -name 'qemu-system-common_*' | grep -q . ||
    (cd "$directory/others" && apt_in apt_get -qq download qemu-system-common)
sh "$here/../lab/lab.sh" sh "$here/test_deb_default.sh" "$directory/deb" "$directory"/others/qemu-system-common_*.deb
