#!/bin/sh
# SPDX-License-Identifier: MIT
#
# unpack.sh DIRECTORY SUITE PACKAGE...: make DIRECTORY/SUITE, a tree of these packages of this suite of Debian, without
# what they depend on. A tree of the same packages that is there is used again, without the network. Needs no root; may
# run several times at once.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"

[ $# -ge 3 ] || die 'usage: unpack.sh DIRECTORY SUITE PACKAGE...'
root_open "$1" "$2"
suite=$2
shift 2
wanted=$*
if root_is_made; then exit 0; fi
[ "$suite" != "$(apt_own_suite)" ] || suite= # the machine's own package lists
root_fetch "$suite" apt_in apt_get -qq download "$@"
root_keep "$work/root"
