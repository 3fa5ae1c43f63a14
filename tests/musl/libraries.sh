#!/bin/sh
# SPDX-License-Identifier: MIT
#
# libraries.sh DIRECTORY: build for musl what the project and its tests need and Debian has only for glibc. It makes
#   DIRECTORY/bin       musl-gcc: Debian's, but one that links static-pie programs, too
#   DIRECTORY/lib       libcap.a, libcmocka.a and libjansson.a, with lib/pkgconfig
#   DIRECTORY/include   their headers; and linux/, asm/ and asm-generic/, the kernel's, which belong to no C library
# The sources are Debian's, downloaded with apt and built with that compiler. What is there already is used again, without
# the network. Needs no root; may run several times at once.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"

die() {
    echo "libraries.sh: $*" >&2
    exit 1
}

# run COMMAND...: show its output only if it fails.
run() {
    "$@" >>"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; die "failed: $*"; }
}

# Where this machine's binary packages come from, their sources are, too. Few machines have apt read the lists of
# sources, so the lists and the configuration are private ones.
write_sources_list() {
    release=$(apt_own_suite)
    # shellcheck disable=SC2016 # apt's variables
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        grep -x "deb-src .* $release\(-security\|-updates\)\{0,1\} main" | sort -u >"$work/sources.list"
    [ -s "$work/sources.list" ] || die "apt has no repository with packages of Debian $release"
}

download() {
    cd "$work"
    run apt_read "$work"
    run apt_in apt_get source --download-only libcap2 cmocka jansson
}

# unpack NAME: the source as its authors published it, into $work/NAME.
unpack() {
    mkdir "$work/$1"
    run tar -x -f "$(echo "$work/$1"_*.orig.tar.*z)" -C "$work/$1" --strip-components 1
}

link_kernel_headers() {
    mkdir -p "$made/include"
    for pair in linux:linux asm-generic:asm-generic "asm:$(gcc -print-multiarch)/asm"; do
        headers=/usr/include/${pair#*:}
        [ -d "$headers" ] || die "no $headers: install linux-libc-dev"
        ln -s "$headers" "$made/include/${pair%%:*}"
    done
}

# Debian's specs ignore -static-pie, so that a program loads libc.so all the same.
make_compiler() {
    specs=/usr/lib/$(gcc -print-multiarch | sed 's/-gnu$/-musl/')/musl-gcc.specs
    mkdir "$made/bin"
    sed -e 's|%{!shared: *\([^ ]*\)/Scrt1\.o}|%{static-pie:\1/rcrt1.o;!shared:\1/Scrt1.o}|' \
        -e 's|^\(-dynamic-linker [^ ]*\)|%{static-pie:-static -pie --no-dynamic-linker -z text;:\1}|' \
        "$specs" >"$made/bin/musl-gcc.specs"
    [ "$(grep -c static-pie: "$made/bin/musl-gcc.specs")" = 2 ] || die "$specs is not what is expected"
    # shellcheck disable=SC2016 # expanded when it runs
    printf '#!/bin/sh\nexec gcc "$@" -specs "${0%%/*}/musl-gcc.specs"\n' >"$made/bin/musl-gcc"
    chmod 755 "$made/bin/musl-gcc"
}

# BUILD_CC: for a program that runs while libcap is built.
build_libcap() {
    unpack libcap2
    run make -C "$work/libcap2/libcap" CC="$made/bin/musl-gcc -isystem $made/include" BUILD_CC=gcc USE_GPERF=no libcap.a
    mkdir "$made/include/sys"
    cp "$work/libcap2/libcap/include/sys/capability.h" "$made/include/sys/"
    cp "$work/libcap2/libcap/libcap.a" "$made/lib/"
}

# configure NAME OPTION...: unpack it and configure it in $work/NAME/build.
configure() {
    unpack "$1"
    source=$work/$1
    shift
    run cmake -S "$source" -B "$source/build" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DVMNET_MUSL_DIR="$made" \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$directory" -DCMAKE_INSTALL_LIBDIR=lib "$@"
}

build_cmocka() {
    configure cmocka -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF
    run cmake --build "$source/build" --target cmocka-static
    cp "$source/include/cmocka.h" "$made/include/"
    cp "$source/build/src/libcmocka-static.a" "$made/lib/libcmocka.a"
    cp "$source/build/cmocka.pc" "$made/lib/pkgconfig/"
}

build_jansson() {
    configure jansson -DJANSSON_EXAMPLES=OFF -DJANSSON_BUILD_DOCS=OFF -DJANSSON_WITHOUT_TESTS=ON
    run cmake --build "$source/build"
    cp "$source/build/include/jansson.h" "$source/build/include/jansson_config.h" "$made/include/"
    cp "$source/build/lib/libjansson.a" "$made/lib/"
    cp "$source/build/jansson.pc" "$made/lib/pkgconfig/"
}

[ $# -eq 1 ] || die "usage: libraries.sh DIRECTORY"
for program in musl-gcc gcc make cmake apt-get; do
    command -v "$program" >/dev/null || die "no $program: install it; Debian's musl-tools has musl-gcc"
done

umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
exec 9>"$directory/lock"
flock 9
if [ -e "$directory/complete" ] && [ -z "$(find "$here/libraries.sh" -newer "$directory/complete")" ]; then exit 0; fi

work=$directory/work
made=$work/new
rm -rf "$work" "${directory:?}/bin" "${directory:?}/include" "${directory:?}/lib" "$directory/complete"
mkdir -p "$made/lib/pkgconfig"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
write_sources_list
(download)
link_kernel_headers
make_compiler
build_libcap
build_cmocka
build_jansson
mv "$made/bin" "$made/include" "$made/lib" "$directory/"
: >"$directory/complete"
