#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/check.sh: from a bare Debian 12, install what is missing, build with gcc and with clang, run every test,
# and say how many passed. Exits 0 when all did; a test that is skipped has failed. Root is for the packages and for
# namespaces of the tests' own; nothing outside build/ is changed.
set -eu

export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"
logs=$top/build/check
# shellcheck source-path=SCRIPTDIR source=results.sh
. "$here/results.sh"
packages="cmake make gcc g++ clang libclang-rt-dev llvm libc6-dev pkg-config libcap-dev libcap2-bin libseccomp-dev \
libcmocka-dev libjansson-dev python3-jsonschema zsh fish qemu-system-x86 qemu-system-common busybox-static lz4 \
xz-utils iproute2 dnsmasq-base nftables bubblewrap mandoc man-db groff-base strace binutils perl-base fakeroot \
shellcheck git build-essential debhelper systemd lintian blhc musl-tools gcc-arm-linux-gnueabihf qemu-system-arm"

install_packages() {
    # shellcheck disable=SC2086 # a list
    apt_install $packages >"$logs/packages.log" 2>&1 || {
        tail -n 20 "$logs/packages.log"
        echo 'check.sh: cannot install the packages' >&2
        exit 1
    }
}

# suite WHAT PRESET EXCLUDED [CMAKE_OPTION...]: configure, build, and run the tests that have none of the labels EXCLUDED,
# joined by "|"; a build that fails is a test that failed.
suite() {
    what=$1 preset=$2 excluded="^($3)\$"
    shift 3
    name=$(echo "$what" | tr -cs '[:alnum:]\n' -)
    build=$top/build/check-$name
    log=$logs/$name.log
    begun=$(date +%s)
    if ! { cmake --preset "$preset" -B "$build" -DBUILD_TESTING=ON -DVMNET_TEST_CXX=ON -DVMNET_WERROR=ON \
        "-DVMNET_GUEST_DIR=$top/build/guest" "$@" &&
        cmake --build "$build" --parallel "$(nproc)"; } >"$log" 2>&1; then
        grep -E -A 5 'error|Error' "$log" | tail -n 40
        count 0 1 "$what: the build"
        return 0
    fi
    list_tests "$build" >>"$logs/registered"
    list_tests "$build" -LE "$excluded" >>"$logs/chosen"
    run_ctest "$what" "$log.tests" --test-dir "$build" -LE "$excluded" --parallel "$(nproc)"
}

# list_tests BUILD_DIRECTORY [OPTION...]: the names of its tests, one a line
list_tests() {
    ctest --test-dir "$@" -N | sed -n 's/^ *Test *#[0-9]*: //p'
}

# No label keeps a test out of every suite, and no suite is without tests.
every_test_is_chosen() {
    sort -u "$logs/registered" >"$logs/registered.sorted"
    sort -u "$logs/chosen" >"$logs/chosen.sorted"
    [ -s "$logs/chosen.sorted" ] || { echo 'there are no tests'; return 1; }
    left_out=$(comm -23 "$logs/registered.sorted" "$logs/chosen.sorted")
    [ -z "$left_out" ] || { echo "no suite runs: $left_out"; return 1; }
}

lint_scripts() {
    find tests tools packaging .ci -type f \( -name '*.sh' -o -name '*.bash' -o -name '*.preinst' -o -name '*.postinst' \
        -o -name '*.prerm' -o -name '*.postrm' -o -path 'packaging/debian/tests/*' ! -name control -o -path '.ci/*' \) \
        -exec shellcheck -x {} +
}

[ "$(id -u)" = 0 ] || { echo "check.sh: needs root, for packages and namespaces; try: sudo sh $0" >&2; exit 1; }
command -v apt-get >/dev/null || { echo 'check.sh: is made for Debian 12: there is no apt-get' >&2; exit 1; }
cd "$top"
mkdir -p "$logs"
trap 'chown -R --reference="$top" "$top/build"' EXIT
trap 'exit 1' HUP INT TERM
install_packages
one 'shell scripts, by shellcheck' lint_scripts

# Which suite runs what. The labels are explained in tests/CMakeLists.txt.
: >"$logs/registered"
: >"$logs/chosen"
# Whatever is slow because it tries much, tries it here.
suite 'gcc, sanitizers' dev 'once|compiler' -DCMAKE_C_COMPILER=gcc
# Clang's sanitizers know some errors that gcc's do not, on the ways that the fast tests take, and libFuzzer's: all but
# where a library of ours or a program is asked the same again with other rules. Debug: with assert().
suite 'clang, sanitizers, fuzzing' fuzz 'once|compiler|slow' -DCMAKE_BUILD_TYPE=Debug
# The helper as it is installed: optimised, fortified, with its filter. What is the same in each build is here.
suite 'gcc, release' release 'sanitizers' -DCMAKE_C_COMPILER=gcc
# The other helper, which starts in another way and looks up no names, by the other compiler. vmnetctl is the same.
suite 'clang, release, static PIE' release 'once|sanitizers' -DCMAKE_C_COMPILER=clang -DVMNET_STATIC_PIE=ON -DVMNET_TOOLS=OFF
one 'each registered test is in a suite' every_test_is_chosen
one 'musl: the programs are built' sh tests/musl/build.sh "$top/build/check-musl"
# 32 bits, other system calls: what the compiler says, and the filters on a kernel of that architecture.
one 'armhf: all is built' sh tests/cross/check.sh armhf "$top/build/check-cross/armhf"
one 'armhf: on its kernel' sh tests/cross/guest.sh armhf "$top/build/check-cross/armhf"
one 'coverage of the library' sh tests/coverage.sh "$top/build/check-coverage"
grep -E '^(libacl/|all) ' "$logs/one.log" || true
one 'the demo' sh tests/demo.sh
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
