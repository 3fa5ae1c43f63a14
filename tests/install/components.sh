#!/bin/sh
# SPDX-License-Identifier: MIT
#
# components.sh BUILD_DIRECTORY COMPILER GENERATOR: find_package(vmnetacl) where a package has removed libvmnetacl.a, as
# Fedora's and Arch's do, or libvmnetacl.so; and a build which installs only one of them, or none.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

here=$(cd "${0%/*}" && pwd)
build=$1 compiler=$2 generator=$3
work=$(mktemp -d)
# Other tests use the build after this one, also when this one fails.
restore() {
    configure "$build" -DVMNET_STATIC_LIBRARY=ON -DVMNET_SHARED_LIBRARY=ON
}
trap 'rm -rf "$work"; restore' EXIT
trap 'exit 1' HUP INT TERM
unset CFLAGS CPPFLAGS LDFLAGS

# find_library STAGE [OPTION...]: configure and build the consumer; the output is in $output
find_library() {
    stage=$1
    shift
    rm -rf "$work/consumer"
    output=$({ cmake -S "$here/consumer" -B "$work/consumer" -G "$generator" -DCMAKE_C_COMPILER="$compiler" \
        -DCMAKE_PREFIX_PATH="$stage/usr" "$@" && cmake --build "$work/consumer"; } 2>&1)
}

# assert_programs STAGE SHARED STATIC: there is a target for each, or none, as "yes" or "no" says
assert_programs() {
    find_library "$1" || fail "CMake: $output"
    for pair in "vmnetacl $2" "vmnetacl_static $3"; do
        found=no
        [ ! -x "$work/consumer/consumer_${pair% *}" ] || found=yes
        [ "$found" = "${pair#* }" ] || fail "$1, ${pair% *}: $found"
    done
}

# assert_components STAGE FOUND MISSING
assert_components() {
    find_library "$1" "-DCONSUMER_COMPONENTS=$2" || fail "CMake, $2: $output"
    ! find_library "$1" "-DCONSUMER_COMPONENTS=$3" || fail "CMake found what is not there, $3"
    assert_output "there is no $3 libvmnetacl; its components are shared and static"
}

restore
cmake --build "$build" >/dev/null
install_into "$work/both" "$build"
assert_programs "$work/both" yes yes
assert_components "$work/both" 'shared;static' statik
cp -a "$work/both" "$work/shared"
find "$work/shared" -name libvmnetacl.a -delete
assert_programs "$work/shared" yes no
assert_components "$work/shared" shared static
cp -a "$work/both" "$work/static"
find "$work/static" -name 'libvmnetacl.so*' -delete
assert_programs "$work/static" no yes
assert_components "$work/static" static shared
find "$work/static" -name libvmnetacl.a -delete
! find_library "$work/static" || fail "CMake found a library that is not there"
assert_output "neither libvmnetacl.so nor libvmnetacl.a is where it was installed"

# The options leave out the same files.
configure "$build" -DVMNET_STATIC_LIBRARY=OFF -DVMNET_SHARED_LIBRARY=ON
install_into "$work/only_shared" "$build"
[ -z "$(find "$work/only_shared" -name '*.a' -o -name '*-static*.cmake')" ] || fail "a static library was installed"
assert_programs "$work/only_shared" yes no
configure "$build" -DVMNET_STATIC_LIBRARY=ON -DVMNET_SHARED_LIBRARY=OFF
install_into "$work/only_static" "$build"
[ -z "$(find "$work/only_static" -name 'lib*.so*' -o -name '*-shared*.cmake')" ] || fail "a shared library was installed"
assert_programs "$work/only_static" no yes
configure "$build" -DVMNET_STATIC_LIBRARY=OFF -DVMNET_SHARED_LIBRARY=OFF
install_into "$work/none" "$build"
found=$(find "$work/none" -name '*vmnetacl*')
[ -z "$found" ] || fail "without a library, installed are: $found"
echo "ok: components"
