#!/bin/sh
# SPDX-License-Identifier: MIT
#
# examples.sh SOURCE_DIRECTORY BUILD_DIRECTORY COMPILER: the C examples in the manual pages and in README.md compile
# without a warning, and those that are whole programs can be linked.
set -eu

source=$1 build=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# The displays of a page's section EXAMPLES, each in a file of its own called PAGE.NUMBER, as they are shown.
for page in "$source"/libacl/*.3; do
    awk -v out="$work/${page##*/}" '
        /^\.Sh / { is_examples = $2 == "EXAMPLES" }
        is_examples && /^\.Ed/ { is_display = 0 }
        is_display {
            gsub(/\\e/, "\\"); gsub(/\\\(dq/, "\""); gsub(/\\\(aq/, "\047"); gsub(/\\-/, "-")
            print > (out "." count)
        }
        is_examples && /^\.Bd -literal/ { is_display = 1; count++ }' "$page"
done
# The example of README.md, from its first line to its last.
sed -n '/^    vmnetacl_load(/,/VMNETACL_ALLOW)$/p' "$source/README.md" >"$work/README.md.1"

count=0
for example in "$work"/*.[0-9]; do
    ! grep -q '^find_package' "$example" || continue # CMake's: consumer.sh does as it says
    case $(head -n 1 "$example") in
    '#include '*) cp "$example" "$example.c" ;;
    *) # A fragment: a condition, or what ends with a status.
        {
            echo '#include <string.h>'
            echo '#include <vmnetacl.h>'
            echo 'extern struct vmnetacl_policy *policy;'
            echo 'extern struct vmnetacl_names *names;'
            echo 'extern struct vmnetacl_caller *caller;'
            echo 'extern struct vmnetacl_decision decision;'
            echo 'extern struct vmnetacl_error error;'
            echo 'extern enum vmnetacl_status fragment(void);'
            echo 'enum vmnetacl_status fragment(void) {'
            cat "$example"
            ! grep -q '^ *if (' "$example" || echo '{} enum vmnetacl_status status = decision.verdict;'
            echo 'return status; }'
        } >"$example.c"
        ;;
    esac
    "$compiler" -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -pedantic -Werror -I"$source/libacl" -c "$example.c" -o "$example.o" ||
        { echo "FAILED: the example ${example##*/} does not compile:" >&2; cat "$example.c" >&2; exit 1; }
    ! grep -q '^int main' "$example.c" || "$compiler" "$example.o" "$build/libacl/installed/libvmnetacl.a" -o "$example.program"
    count=$((count + 1))
done
[ "$count" -ge 8 ] || { echo "FAILED: only $count examples found" >&2; exit 1; }
echo "ok: $count examples"
