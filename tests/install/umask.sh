#!/bin/sh
# SPDX-License-Identifier: MIT
#
# umask.sh BUILD_DIRECTORY, as root in lab.sh's world: with a lax umask, no directory
# is made in which others could put something in the place of the helper.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

build=$1
configure "$build" -DVMNET_INSTALL_MODE=setuid -DVMNET_INSTALL_GROUP=vmgroup
umask 000
install_into "/run/lab/stage" "$build"
assert_file "/run/lab/stage/usr/libexec/vmnet-helper" 0:0 4755
assert_files "/run/lab/stage"
echo "ok: umask"
