#!/bin/sh
# SPDX-License-Identifier: MIT
#
# spdx.sh SOURCE_DIRECTORY: every file says its licence, in one of its first lines. What cannot, being data for a test,
# is listed in spdx-without.txt: one pattern a line, of which "*" matches any characters. Only git(1) knows which files are
# the project's: where a package is built, there are others.
set -eu

here=$(cd "${0%/*}" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
cd "$1"
[ -e .git ] || skip "$1 is no repository of git's"
need git
# A packager's repository may have a directory debian; the project has none.
files=$(git -c safe.directory="$PWD" ls-files -- . ':!/debian')
printf '%s\n' "$files" | grep -q -x CMakeLists.txt || { echo "FAILED: no list of the files" >&2; exit 1; }

patterns=$(grep -v '^#' "$here/spdx-without.txt" || true)
set -f
status=0
used=
for file in $files; do
    [ -e "$file" ] || continue # removed, and not yet from the index
    is_listed=false
    for pattern in $patterns; do
        # shellcheck disable=SC2254 # it is a pattern
        case $file in $pattern) is_listed=true used="$used $pattern " ;; esac
    done
    $is_listed || head -n 5 "$file" | grep -q 'SPDX-License-Identifier.*MIT' ||
        { echo "FAILED: no SPDX line at the beginning of $file" >&2; status=1; }
done
for pattern in $patterns; do
    case $used in *" $pattern "*) ;; *) echo "FAILED: no file is like $pattern" >&2; status=1 ;; esac
done
exit "$status"
