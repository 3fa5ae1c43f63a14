#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/packaging/arch.sh: build the package of Arch Linux with makepkg as a user, with the ordinary tests, and
# its next release without them; install, use, upgrade and remove them with pacman in a root directory of their own.
# Needs Debian's makepkg, pacman-package-manager, libarchive-tools, zstd, fakeroot and iproute2, git, and what the build
# needs. Nothing on the machine changes.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"

need makepkg pacman bsdtar zstd fakeroot vercmp git
[ "$(id -u)" = 0 ] || skip 'root is needed, for lab.sh'
unset VMNET_REQUIRE_TESTS # the build of a package may skip tests
work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-arch-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# build DIRECTORY RELEASE [OPTION...]: with the options of Arch's makepkg.conf that this compiler has
build() {
    build=$work/$1 release=$2
    shift 2
    mkdir "$build"
    cat /etc/makepkg.conf - >"$build/makepkg.conf" <<CONF
CFLAGS='-O2 -pipe -fno-plt -Wformat -Werror=format-security -fstack-clash-protection -g'
CFLAGS+=' -ffile-prefix-map=$build/src=/usr/src/debug/vmnet-helper'
LDFLAGS='-Wl,-O1 -Wl,--sort-common -Wl,--as-needed -Wl,-z,relro -Wl,-z,now -Wl,-z,pack-relative-relocs'
OPTIONS=(strip docs !libtool !staticlibs emptydirs zipman purge !debug !lto)
MAKEFLAGS=-j2
PKGEXT=.pkg.tar.zst
CONF
    sed "s/^pkgrel=.*/pkgrel=$release/" "$top/packaging/arch/PKGBUILD" >"$build/PKGBUILD"
    version=$(sed -n 's/^_version=//p' "$build/PKGBUILD")
    sh "$top/cmake/dist.sh" "$top" "$build/vmnet-helper-$version.tar.gz" >/dev/null
    chown -R 4242:4242 "$build"
    (cd "$build" && setpriv --reuid=4242 --regid=4242 --clear-groups env HOME="$build" \
        makepkg --nodeps --config "$build/makepkg.conf" "$@") >"$build.log" 2>&1 ||
        { tail -n 300 "$build.log"; fail "makepkg"; }
    # It says what it finds in the package that should not be there, and that --nodeps was given.
    ! grep 'WARNING: ' "$build.log" | grep -q -v 'dependency checks' ||
        { grep -A 5 'WARNING: ' "$build.log"; fail 'makepkg warns'; }
}

[ "$(vercmp 1.0.0rc1-1 1.0.0-1)" = -1 ] || fail 'a release candidate does not come before the release'
build first 1
build next 2 --nocheck
sh "$here/../lab/lab.sh" sh "$here/test_arch.sh" "$work/first" "$work/next"
