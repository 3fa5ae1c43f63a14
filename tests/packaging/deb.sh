#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb.sh DIRECTORY: build the packages of Debian in DIRECTORY/deb, have lintian and blhc look at them, and install, use,
# upgrade and purge them in a world of their own. Needs root, for tests/lab/lab.sh, and the packages lintian, blhc,
# debhelper, qemu-system-x86 and those to build with.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
# shellcheck source-path=SCRIPTDIR source=deb_lint.sh
. "$here/deb_lint.sh"
need dpkg-buildpackage dh lintian blhc qemu-system-x86_64

sh "$here/deb_build.sh" "$1"
# Debian 13's lintian does not give these tags. It wants no init script beside a unit and no manual page for a program
# in libexec, and knows our version of the policy.
tags=,package-supports-alternative-init-but-no-init.d-script,no-manual-page,newer-standards-version
lint_deb "$1/deb" "$tags"
sh "$here/../lab/lab.sh" sh "$here/test_deb.sh" "$1/deb"
