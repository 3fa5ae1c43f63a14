#!/bin/sh
# SPDX-License-Identifier: MIT
#
# coverage.sh [BUILD_DIRECTORY], as root: build the library and its unit tests with gcc's coverage (preset "coverage"),
# run them, and print for each file of libacl/ how many lines ran and how many branches were taken. Fails below all of
# them.
#
# The rule: without optimisation each branch that gcov counts is one that the source has: a condition, or a part of one
# that && or || joins, one way or the other. Branches that want of memory takes count like all others, since the tests
# fail each allocation in turn. assert() is compiled out: its other way ends the program. What cannot be had is in
# coverage-except.txt, each with its reason; an exception that is not needed fails, too.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
build=${1:-$top/build/coverage}

[ "$(id -u)" = 0 ] || { echo "coverage.sh: needs root, as some tests do; try: sudo sh $0" >&2; exit 1; }
cd "$top"
mkdir -p "$build"
cmake --preset coverage -B "$build" >"$build/configure.log" || { cat "$build/configure.log"; exit 1; }
cmake --build "$build" --parallel "$(nproc)" --target unit_library >"$build/build.log" 2>&1 || {
    tail -n 40 "$build/build.log"
    exit 1
}
find "$build/libacl" -name '*.gcda' -delete
ctest --test-dir "$build" --no-tests=error -L library --output-on-failure --parallel "$(nproc)" >"$build/tests.log" 2>&1 || {
    cat "$build/tests.log"
    exit 1
}
# One object at a time: what a header holds is in several of them, and is added up.
find "$build/libacl" -name '*.gcda' | sort | while read -r object; do
    (cd "$build" && gcov --stdout --branch-probabilities --branch-counts "$object")
done >"$build/gcov.txt"
perl "$here/coverage.pl" "$top" "$build/gcov.txt" "$here/coverage-except.txt"
