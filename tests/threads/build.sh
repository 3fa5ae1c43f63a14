#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh COMPILER COMMAND...: run COMMAND, which builds the test with this compiler's ThreadSanitizer, where that
# works.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
compiler=$1
shift
need setarch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
echo 'int main(void) { return 0; }' >"$work/try.c"
"$compiler" -fsanitize=thread "$work/try.c" -o "$work/try" || skip "$compiler has no ThreadSanitizer"
setarch -R "$work/try" || skip "no program runs with ThreadSanitizer, or setarch(8) is forbidden"
"$@"
