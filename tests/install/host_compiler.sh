#!/bin/sh
# SPDX-License-Identifier: MIT
#
# host_compiler.sh SOURCE_DIRECTORY COMPILER: when cross-compiling, the program that makes the filters is built by the
# building machine's compiler, with options, as cross builds name it. Here, the target is this machine: it is
# enough that CMake takes its compiler for another one.
set -eu

source=$1 compiler=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
unset CC_FOR_BUILD CFLAGS_FOR_BUILD LDFLAGS_FOR_BUILD BUILD_CC BUILD_CFLAGS BUILD_LDFLAGS

fail() {
    echo "FAILED: $*"
    exit 1
}

cat >"$work/toolchain.cmake" <<TOOLCHAIN
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR vax)
set(CMAKE_C_COMPILER "$compiler")
TOOLCHAIN

# A host compiler that writes down how it is called; libseccomp.so is found only where it is told to look.
mkdir "$work/bin" "$work/somewhere else"
cat >"$work/bin/host-cc" <<HOST_CC
#!/bin/sh
for word do echo "\$word"; done >>"$work/called"
exec "$compiler" "\$@"
HOST_CC
chmod 755 "$work/bin/host-cc"

# made_by WORD... -- OPTION...: a build with these options calls it with these words, and makes the filters.
made_by() {
    : >"$work/called"
    : >"$work/expected"
    while [ "$1" != -- ]; do
        echo "$1" >>"$work/expected"
        shift
    done
    shift
    rm -rf "$work/build"
    cmake -S "$source" -B "$work/build" -DCMAKE_TOOLCHAIN_FILE="$work/toolchain.cmake" -DVMNET_TOOLS=OFF "$@" \
        >"$work/log" 2>&1 || fail "$(cat "$work/log")"
    cmake --build "$work/build" --target vmnet_filters >"$work/log" 2>&1 || fail "$(cat "$work/log")"
    while read -r word; do
        grep -qxF -e "$word" "$work/called" || fail "called without '$word': $(cat "$work/called")"
    done <"$work/expected"
    [ -s "$work/build/filter/filter_program.h" ] || fail 'no filter'
}

cc=$work/bin/host-cc
made_by -DA=1 -O1 '-DB=x y' "-L$work/somewhere else" -- "-DVMNET_HOST_CC=env FOO=1 $cc -DA=1" \
    "-DVMNET_HOST_CFLAGS=-O1 '-DB=x y'" "-DVMNET_HOST_LDFLAGS=-L'$work/somewhere else'"
made_by -DA=1 -O1 -DB -- "-DVMNET_HOST_CC=env;$cc;-DA=1" '-DVMNET_HOST_CFLAGS=-O1;-DB'
export BUILD_CC="$cc -DA=2 " BUILD_CFLAGS=' -O2' BUILD_LDFLAGS=-Wl,-O1
made_by -DA=2 -O2 -Wl,-O1 --
export CC_FOR_BUILD="$cc -DA=3" CFLAGS_FOR_BUILD=-O3
made_by -DA=3 -O3 --
