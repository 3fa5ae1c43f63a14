#!/bin/sh
# SPDX-License-Identifier: MIT
#
# version.sh SOURCE_DIRECTORY: NEWS and the packages are of the version in vmnetacl.h. The manual pages: manual.sh; the
# programs: their own tests.
set -eu

cd "$1"
version=$(sed -n 's/^#define VMNETACL_VERSION *"\(.*\)"$/\1/p' libacl/vmnetacl.h)
[ -n "$version" ] || { echo 'FAILED: no version in vmnetacl.h' >&2; exit 1; }
status=0

# is WHAT FOUND WANTED
is() {
    [ "$2" = "$3" ] || { echo "FAILED: $1 is of version '$2', not '$3'" >&2; status=1; }
}

is NEWS "$(sed -n 's/^\([0-9][^ ]*\) (.*/\1/p' NEWS | head -n 1)" "$version"
is packaging/debian/changelog "$(sed -n '1s/.*(\(.*\)-[0-9]*).*/\1/p' packaging/debian/changelog)" "$version"
is packaging/rpm/vmnet-helper.spec "$(sed -n 's/^Version: *//p' packaging/rpm/vmnet-helper.spec)" "$version"
# Its pkgver is made of this.
is packaging/arch/PKGBUILD "$(sed -n 's/^_version=//p' packaging/arch/PKGBUILD)" "$version"
exit "$status"
