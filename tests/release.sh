#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/release.sh: what is run once before a release, besides check.sh, whose packages it needs. Says how many
# passed, and exits 0 when all did. Root is for packages and for namespaces of the tests' own; nothing outside build/ is
# changed. What was measured is summarized by hand in packaging/RESULTS.md.
set -eu

export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"
logs=$top/build/release-logs
# shellcheck source-path=SCRIPTDIR source=results.sh
. "$here/results.sh"

[ "$(id -u)" = 0 ] || { echo "release.sh: needs root, for packages and namespaces; try: sudo sh $0" >&2; exit 1; }
cd "$top"
mkdir -p "$logs"
trap 'chown -R --reference="$top" "$top/build"' EXIT
trap 'exit 1' HUP INT TERM

apt_install rpm rpmlint mmdebstrap selinux-policy-dev makepkg pacman-package-manager libarchive-tools zstd \
    >"$logs/packages.log" 2>&1 ||
    { tail -n 20 "$logs/packages.log"; exit 1; }
packages=$top/build/packaging
one 'the archive of the sources' sh tests/packaging/dist.sh
one 'Debian: build, lintian, upgrade, purge' sh tests/packaging/deb.sh "$packages"
one 'Debian: two builds have the same bytes' sh tests/packaging/deb_reproducible.sh "$packages"
one 'Debian: in the place of qemu-bridge-helper' sh tests/packaging/deb_default.sh "$packages"
for suite in bookworm trixie; do
    one "Debian: README's six lines to the purge, $suite" sh tests/packaging/accept.sh "$packages" "$suite"
done
one "Debian: the packages' own tests, by autopkgtest" sh tests/packaging/deb_autopkgtest.sh "$packages"
one 'Debian: the service is upgraded while it works' sh tests/packaging/deb_service.sh "$packages"
one 'Debian 13: build, tests, lintian, install' sh tests/packaging/deb_trixie.sh "$packages"
one 'Debian: session domains of libvirt' sh tests/packaging/libvirt.sh "$packages"
one 'RPM: Fedora, RHEL, openSUSE' sh tests/packaging/rpm.sh
one 'Arch' sh tests/packaging/arch.sh
one 'Debian: the tests in the chroot of a package build' sh tests/packaging/chroot.sh "$packages"
one 'AppArmor: the profiles, enforced' sh tests/packaging/apparmor.sh
one "AppArmor: Debian 13's parser" sh tests/packaging/apparmor_parse.sh "$packages/apparmor" conf trixie
one 'SELinux: the module, enforced' sh tests/packaging/selinux_enforce.sh
network=$top/build/release-network
one 'a build for the tests of the networks' sh tests/packaging/network_build.sh "$network"
for suite in bookworm trixie; do
    for test in networkd nm ifupdown firewalls 'uplink networkd' 'uplink NetworkManager'; do
        # The last word of "uplink ..." is an argument.
        script=tests/packaging/network_${test%% *}.sh kind=${test#* }
        one "networks: $test, $suite" sh "$script" "$top/build/guest" "$suite" "$network" "$kind"
    done
done

one 'musl: the tests' sh tests/musl/check.sh "$top/build/release-musl"
one 'musl: the tests, static' sh tests/musl/check.sh "$top/build/release-musl-static" -DVMNET_STATIC_PIE=ON

# Other architectures: what their compilers say, and their filters on their kernels. With trixie's C library, time_t has
# 64 bits on 32-bit architectures, and other calls are made.
apt_install gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-i686-linux-gnu gcc-powerpc64le-linux-gnu \
    gcc-riscv64-linux-gnu gcc-s390x-linux-gnu qemu-user qemu-system-arm qemu-system-misc qemu-system-ppc lld \
    >"$logs/packages.log" 2>&1 ||
    { tail -n 20 "$logs/packages.log"; exit 1; }
for arch in arm64 armhf armhf-trixie i386 i386-trixie ppc64el riscv64 s390x; do
    one "$arch: all is built" sh tests/cross/check.sh "$arch" "$top/build/cross/$arch"
    one "$arch: on its kernel" sh tests/cross/guest.sh "$arch" "$top/build/cross/$arch"
done
for arch in armhf i386 s390x; do
    one "$arch: the ordinary tests" sh tests/cross/ordinary.sh "$arch" "$top/build/cross/$arch"
done

# Other compilers, options and versions of CMake.
for words in 'bookworm build clang-13' 'bookworm build clang-14' 'bookworm build clang-15' \
    'bookworm build clang-16' 'bookworm build clang-19' 'bookworm lto gcc-12' 'bookworm lto clang-14' \
    'trixie build gcc-12' 'trixie build gcc-13' 'trixie build gcc-14' 'trixie build clang-17' 'trixie build clang-18' \
    'trixie build clang-19' 'trixie lto gcc-14' 'trixie lto clang-19' 'trixie modes gcc-14' 'trixie modes clang-19' \
    'trixie cmake gcc-14' 'unstable build gcc' 'unstable build clang' 'unstable cmake gcc'; do
    # shellcheck disable=SC2086 # a list
    one "$words" sh tests/compilers.sh "$top/build/compilers" $words
done
for compiler in gcc clang; do
    one "LTO by $compiler: programs use the library" sh tests/install/lto.sh "$top/build/lto-$compiler" "$compiler"
done
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
