#!/bin/sh
# SPDX-License-Identifier: MIT
#
# imports.sh BUILD_DIRECTORY: what vmnetacl(3) says of the environment, the locale, stdio, shared memory and the
# program's end. Only what runs in the process that looks up names (worker.c, query.c) may use some of these.
set -eu

library=$1/libacl/libvmnetacl.a

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# "member symbol" for each name that a member takes from elsewhere, fortified calls and those with 64-bit types under their
# plain names
imports=$(nm -A --undefined-only "$library" |
    sed -n 's/^.*:\([a-z_]*\)\.c\.o: *[Uw] \(.*\)$/\1 \2/p' |
    sed 's/ __\(.*\)_chk$/ \1/; s/ \(.*\)64$/ \1/')
members=$(printf '%s\n' "$imports" | cut -d' ' -f1 | sort -u | wc -l)
[ "$members" -ge 20 ] || fail "only $members members of $library are seen"
printf '%s\n' "$imports" | grep -q '^worker clearenv$' || fail "clearenv in worker.c is not seen"

environment='(secure_)?getenv|(set|put|unset|clear)env|_*environ'
locale='setlocale|(new|use|free|dup)locale|localeconv|nl_langinfo|strerror|strcoll|is(alpha|digit|space|alnum)|to(lower|upper)|__ctype_.*'
stdio='std(in|out|err)|v?[fsd]?n?printf|f?puts|f?putc|fopen|fdopen|fclose|fread|fwrite|fseek|ferror|perror|syslog'
end='_?exit|_Exit|quick_exit|abort|raise|longjmp|__assert_fail|__assert'
found=$(printf '%s\n' "$imports" | grep -E " ($environment|$locale|$stdio|$end)\$" |
    grep -v -E '^(worker (clearenv|_exit)|query f(open|close))$' || true)
[ -z "$found" ] || fail "the library uses: $found"

# Memory that can be written to and belongs to nobody
found=$(nm -A --defined-only "$library" | grep -E ' [bBcCsSgG] ' || true)
[ -z "$found" ] || fail "there is memory that threads share: $found"
found=$(readelf -SW "$library" | awk '/^File:/ { file = $2 } / \.(data|bss|tdata|tbss) / {
    sub(/^ *\[ *[0-9]*\] */, ""); if ($5 !~ /^0*$/) print file, $1 }')
[ -z "$found" ] || fail "there is memory that can be written to: $found"
echo "ok: imports"
