#!/bin/sh
# SPDX-License-Identifier: MIT
#
# consumer.sh BUILD_DIRECTORY COMPILER GENERATOR [CXX_COMPILER], as root in lab.sh's world: a program outside of this
# tree finds the installed library with pkg-config and with CMake, shared and static, into DESTDIR, below another prefix
# and moved; the programs work, in C, C++ (without CXX_COMPILER: not in C++) and Python; one that forgets every check
# does not grant; and there is a manual page for each function.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

here=$(cd "${0%/*}" && pwd)
build=$1 compiler=$2 generator=$3 cxx_compiler=${4-}
world=/run/lab/consumer
unset CFLAGS CPPFLAGS LDFLAGS PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
mkdir "$world"

mkdir -m 755 /etc/vmnet/rules.d
cat >/etc/vmnet/rules.d/10-test.rules <<RULES
allow user vmuser bridge virbr*
allow group vmgroup bridge br0
deny user vmuser bridge virbr1
RULES

# assert_works PROGRAM SHARED_LIBRARY_DIRECTORY: "" when it is linked statically
assert_works() {
    needed=$(readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[libvmnetacl\(.*\)\]/\1/p')
    [ "$needed" = "${2:+.so.1}" ] || fail "$1 needs libvmnetacl$needed"
    found=$(LD_LIBRARY_PATH=$2 setpriv --reuid 4242 --regid 4242 --groups 4250 "$1" virbr0 virbr1 br0 br1 2>&1) || fail "$1: $found"
    [ "$found" = "virbr0: allow: /etc/vmnet/rules.d/10-test.rules:1
virbr1: deny: /etc/vmnet/rules.d/10-test.rules:3
br0: allow: /etc/vmnet/rules.d/10-test.rules:2
br1: notfound
may use br0: /etc/vmnet/rules.d/10-test.rules:2" ] || fail "$1 says: $found"
}

# with_pkgconfig DIRECTORY LIBDIR: sysroot or prefix
with_pkgconfig() {
    [ "$(pkg-config --modversion vmnetacl)" = "$(sed -n 's/^#define VMNETACL_VERSION *"\(.*\)"$/\1/p' "$here/../../libacl/vmnetacl.h")" ] || fail "pkg-config tells another version"
    # shellcheck disable=SC2046 # lists of options
    "$compiler" -Wall -Wextra -Werror "$here/consumer/consumer.c" -o "$world/shared" $(pkg-config --cflags --libs vmnetacl)
    assert_works "$world/shared" "$2"
    # shellcheck disable=SC2046
    "$compiler" -Wall -Wextra -Werror "$here/consumer/consumer.c" -o "$world/static" $(pkg-config --static --cflags vmnetacl) \
        -Wl,-Bstatic $(pkg-config --static --libs vmnetacl) -Wl,-Bdynamic
    assert_works "$world/static" ""
    [ "$(pkg-config --static --libs vmnetacl)" = "$(pkg-config --libs vmnetacl)" ] || fail "the library needs more than libc"
    echo "ok: pkg-config, $1"
}

# with_cmake PREFIX LIBDIR
with_cmake() {
    rm -rf "$world/build"
    cmake -S "$here/consumer" -B "$world/build" -G "$generator" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$1" \
        >"$world/cmake.log" 2>&1 || fail "CMake: $(cat "$world/cmake.log")"
    grep -q "^vmnetacl_DIR:PATH=$2/cmake/vmnetacl$" "$world/build/CMakeCache.txt" || fail "CMake found another library"
    cmake --build "$world/build" >"$world/cmake.log" 2>&1 || fail "CMake: $(cat "$world/cmake.log")"
    assert_works "$world/build/consumer_vmnetacl" "$2"
    assert_works "$world/build/consumer_vmnetacl_static" ""
    echo "ok: CMake, $1"
}

install_into "$world/stage" "$build"
libdir=$(cd "$world/stage" && find usr -name pkgconfig)
libdir=${libdir%/pkgconfig}
export PKG_CONFIG_LIBDIR="$world/stage/$libdir/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$world/stage"
with_pkgconfig "$world/stage" "$world/stage/$libdir"
for program in "$here"/../../examples/*.c "$here/consumer/forgetful.c"; do
    # shellcheck disable=SC2046 # lists of options
    "$compiler" -Wall -Wextra -Werror -pthread "$program" -o "$world/$(basename "$program" .c)" $(pkg-config --cflags --libs vmnetacl)
done
sh "$here/consumer_examples.sh" "$world" "$here/../../examples" "$world/stage/$libdir"
if [ -n "$cxx_compiler" ]; then
    # shellcheck disable=SC2046
    "$cxx_compiler" -std=c++17 -Wall -Wextra -pedantic -Werror "$here/consumer/consumer.cc" -o "$world/cxx" $(pkg-config --cflags --libs vmnetacl)
    found=$(LD_LIBRARY_PATH=$world/stage/$libdir setpriv --reuid 4242 --regid 4242 --groups 4250 "$world/cxx" virbr0) || fail "C++: $found"
    [ "$found" = "virbr0: allow, 1" ] || fail "C++: $found"
    echo "ok: C++"
fi
unset PKG_CONFIG_SYSROOT_DIR
with_cmake "$world/stage/usr" "$world/stage/$libdir"

output=$(cmake --install "$build" --prefix "$world/prefix" 2>&1) || fail "$output"
libdir=${libdir#usr/}
export PKG_CONFIG_LIBDIR="$world/prefix/$libdir/pkgconfig"
with_pkgconfig "$world/prefix" "$world/prefix/$libdir"
with_cmake "$world/prefix" "$world/prefix/$libdir"
mv "$world/prefix" "$world/moved"
with_cmake "$world/moved" "$world/moved/$libdir"

# A function's page is found under its name. mandoc(1) looks for a page that another stands for from here.
cd "$world/stage/usr/share/man"
for page in man3/vmnetacl_*.3; do
    function=${page#man3/}
    mandoc -T ascii "$page" | sed 's/.\x08//g' | grep -q "${function%.3}" || fail "$page does not show the function"
done
cd "$here"

# The first number of the version is the interface's.
cp -R "$here/consumer" "$world/later"
sed -i 's/find_package(vmnetacl 1 /find_package(vmnetacl 2 /' "$world/later/CMakeLists.txt"
! cmake -S "$world/later" -B "$world/build.later" -G "$generator" -DCMAKE_C_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$world/moved" >/dev/null 2>&1 || fail "CMake took version 1 for version 2"
echo "ok: consumers"
