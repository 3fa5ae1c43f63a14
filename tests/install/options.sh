#!/bin/sh
# SPDX-License-Identifier: MIT
#
# options.sh SOURCE_DIRECTORY BUILD_DIRECTORY GENERATOR COMPILER: the options that packagers set have their
# effect, and one that cannot be obeyed is an error. BUILD_DIRECTORY is made, and removed.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

source=$1 build=$2 generator=$3 compiler=$4
trap 'rm -rf "$build" "$build.stage"' EXIT
trap 'exit 1' HUP INT TERM
unset CFLAGS CPPFLAGS LDFLAGS DESTDIR

# configured OPTION...: in a build directory of which only the compiler's checks are kept; the output is in $output
configured() {
    output=$(cmake -S "$source" -B "$build" -G "$generator" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_INSTALL_PREFIX=/usr \
        -DBUILD_TESTING=OFF -DVMNET_STATIC_PIE=OFF -DVMNET_LOOKUP=AUTO -DVMNET_LIBCAP_STATIC=AUTO -DVMNET_HELPER_PATH= \
        "$@" 2>&1)
}

# refused MESSAGE OPTION...
refused() {
    message=$1
    shift
    ! configured "$@" || fail "accepted: $*"
    assert_output "$message"
}

configured || fail "$output"
has_static=$(sed -n 's/^VMNET_HAS_STATIC_PIE:[A-Z]*=//p' "$build/CMakeCache.txt")
has_names=$(sed -n 's/^VMNET_STATIC_LOOKS_UP_NAMES:[A-Z]*=//p' "$build/CMakeCache.txt")
refused "VMNET_LOOKUP is 'maybe'; it can be AUTO, ON or OFF" -DVMNET_LOOKUP=maybe
refused "VMNET_LIBCAP_STATIC is 'maybe'; it can be AUTO, ON or OFF" -DVMNET_LIBCAP_STATIC=maybe
refused "VMNET_HELPER_PATH is 'bin/vmnet-helper'; it must be an absolute path" -DVMNET_HELPER_PATH=bin/vmnet-helper
if [ "$has_static" = 1 ]; then
    refused "VMNET_LIBCAP_STATIC is OFF, but VMNET_STATIC_PIE is on" -DVMNET_STATIC_PIE=ON -DVMNET_LIBCAP_STATIC=OFF
    [ "$has_names" = 1 ] ||
        refused "VMNET_LOOKUP is ON, but VMNET_STATIC_PIE is on, too" -DVMNET_STATIC_PIE=ON -DVMNET_LOOKUP=ON
fi
# As if there were no libcap.a
refused "libcap.a is missing, which" -DVMNET_LIBCAP_STATIC=ON -DVMNET_LIBCAP_ARCHIVE=
[ "$has_static" != 1 ] || refused "libcap.a is missing, which VMNET_STATIC_PIE" -DVMNET_STATIC_PIE=ON
configured || fail "AUTO wants a libcap.a: $output"

configured -DVMNET_LIBCAP_STATIC=OFF -DVMNET_LOOKUP=OFF -DVMNET_HELPER_PATH=/run/wrappers/bin/vmnet-helper \
    -DVMNET_TOOLS=OFF -DVMNET_LICENSE_DIR= -DVMNET_SYSTEMD_UNIT_DIR= -DVMNET_SHARED_LIBRARY=OFF \
    -DVMNET_STATIC_LIBRARY=OFF || fail "$output"
cmake --build "$build" >/dev/null
helper=$build/helper/vmnet-helper
readelf -dW "$helper" | grep -q 'NEEDED.*\[libcap\.so' || fail "libcap is not linked as a shared library"
grep -q '(lookup_none\.c\.o)' "$helper.map" || fail "the helper has no lookup_none.c"
! grep -q '(query\.c\.o)' "$helper.map" || fail "the helper looks up names"
install_into "$build.stage" "$build"
[ -z "$(find "$build.stage" -name LICENSE -o -path '*/systemd/system/*.service')" ] || fail "what was left out is installed"
pages=$build.stage/usr/share/man
find "$pages" -type f -exec sed -i 's/\\-/-/g' '{}' +
grep -q -F 'helper=/run/wrappers/bin/vmnet-helper' "$pages/man8/vmnet-helper.8" || fail "the page names another helper"
grep -q -F '/usr/libexec/vmnet-helperd' "$pages/man8/vmnet-helperd.8" || fail "the page names another service"
found=$(grep -r -F -e /usr/libexec/vmnet-helper "$pages" | grep -v -F /usr/libexec/vmnet-helperd || true)
[ -z "$found" ] || fail "these name the helper by its installed path: $found"

# A program that was to be static and is not
! output=$(cmake -DREADELF="$(command -v readelf)" "-DPROGRAM=$helper" -P "$source/cmake/require_static.cmake" 2>&1) ||
    fail "a dynamic program is taken for a static one"
assert_output "$helper is not static, although VMNET_STATIC_PIE is on"
echo "ok: options"
