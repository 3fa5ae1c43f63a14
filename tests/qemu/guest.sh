#!/bin/sh
# SPDX-License-Identifier: MIT
#
# guest.sh DIRECTORY KIND...: make the small Linux guests that the QEMU tests and the demo boot.
#
# KIND is "cloud" (virtio-net; boots in a second and a half without KVM), "full" (e1000 too; three times as slow), or
# "cloud-SUITE": the cloud kernel of another suite of Debian, from the mirror that this machine uses. Each gives
#   DIRECTORY/KIND/vmlinux     Debian's kernel, out of its bzImage: unpacking itself would take longer than all the boot
#   DIRECTORY/KIND/release     its release, as in uname -r
#   DIRECTORY/KIND/initramfs   busybox, the modules of the NICs, and guest/init.sh
#   DIRECTORY/cloud*/host      the modules that make the same kernel a host of guests, for machine.sh
# The kernel package is downloaded with apt, unpacked, and never installed. What is there already is used again, without
# the network. Needs no root; may run several times at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
busybox=/bin/busybox

die() {
    echo "guest.sh: $*" >&2
    exit 1
}

# needed_packages PACKAGE PATTERN APT-OPTION...: the packages that PACKAGE depends on whose names begin with PATTERN.
needed_packages() {
    package=$1 pattern=$2
    shift 2
    apt-cache "$@" depends "$package" 2>/dev/null | sed -n "s/^ *Depends: \\(${pattern}[0-9][^ ]*\\)\$/\\1/p"
}

# Runs in an empty directory; "$@" are options of apt. Each kernel has a package name of its own; the metapackage knows
# it. From Linux 7 on, kernel and modules are packages of their own, and linux-image-VERSION depends on them.
download_kernel() {
    image=$(needed_packages "$metapackage" linux-image- "$@" | head -n 1)
    [ -n "$image" ] || return
    # shellcheck disable=SC2046 # a list
    apt_get -qq "$@" download "$image" $(needed_packages "$image" 'linux-\(base\|binary\|modules\)-' "$@")
}

# The machine's package lists may be missing, or so old that the package is gone. The second try reads fresh ones into a
# directory of its own: the machine's stay as they are.
fetch_kernel() {
    mkdir "$work/deb" "$work/lists" "$work/lists/partial" "$work/cache"
    cd "$work/deb"
    set -- -o APT::Sandbox::User=root
    if [ -n "$suite" ]; then
        apt_write_sources "$suite" "$work/sources.list" || skip "no kernel of $suite"
        set -- "$@" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    fi
    if [ -n "$suite" ] || ! download_kernel "$@" >"$work/log" 2>&1; then
        set -- "$@" -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
        { apt_get -qq "$@" update && download_kernel "$@"; } >>"$work/log" 2>&1 ||
            { cat "$work/log" >&2; skip "cannot download a kernel: apt finds no $metapackage${suite:+ in $suite}"; }
    fi
    for deb in ./*.deb; do
        dpkg -x "$deb" "$work/kernel"
    done
}

# number OFFSET SIZE: a little-endian number in the header of the bzImage (Documentation/arch/x86/boot.rst).
number() {
    od -An "-tu$2" -j "$1" -N "$2" "$bzimage" | tr -d ' '
}

# The payload begins payload_offset bytes after the real-mode code, which is setup_sects + 1 sectors long. Its last
# four bytes are the unpacked size; only with gzip they belong to the format.
extract_vmlinux() {
    start=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
    length=$(number 588 4)
    magic=$(od -An -tx1 -j "$start" -N 4 "$bzimage" | tr -d ' ')
    case $magic in
    02214c18) unpack='lz4 -dc' length=$((length - 4)) ;;
    28b52ffd) unpack='zstd -dc' length=$((length - 4)) ;;
    fd377a58) unpack='xz -dc' length=$((length - 4)) ;;
    1f8b*) unpack='gzip -dc' ;;
    *) die "$bzimage: unknown compression $magic" ;;
    esac
    tail -c "+$((start + 1))" "$bzimage" | head -c "$length" | $unpack >"$work/vmlinux" ||
        die "$bzimage: '$unpack' failed"
}

# add_module DIRECTORY NAME: copy a module after those that it needs; init.sh loads them in the order of the list.
# modules.dep names the deepest need last.
add_module() {
    needs=$(sed -n "s|^\([^:]*/$2\.ko\):\(.*\)|\1\2|p" "$modules/modules.dep" | tr ' ' '\n' | sed '1!G;h;$!d')
    [ -n "$needs" ] || grep -q "/$2\.ko$" "$modules/modules.builtin" || die "this kernel has no module $2"
    for need in $needs; do
        name=${need##*/}
        grep -qsx "$name" "$1/list" && continue
        cp "$modules/$need" "$1/$name"
        echo "$name" >>"$1/list"
    done
}

# What stays of the kernel package: vmlinux and the few modules.
make_kernel() {
    fetch_kernel
    [ -d "$work/kernel/lib" ] || ln -s usr/lib "$work/kernel/lib"
    modules=$(echo "$work"/kernel/lib/modules/*)
    release=${modules##*/}
    bzimage=$work/kernel/boot/vmlinuz-$release
    [ -e "$bzimage" ] || bzimage=$modules/vmlinuz
    kernel=$work/new
    find "$modules/" -name '*.ko.xz' -exec xz -d {} +
    "$busybox" depmod -b "$work/kernel" "$release"
    mkdir -p "$kernel/modules" "$kernel/host"
    for module in $drivers; do
        add_module "$kernel/modules" "$module"
    done
    for module in $host_drivers; do
        add_module "$kernel/host" "$module"
    done
    extract_vmlinux
    mv "$work/vmlinux" "$kernel/vmlinux"
    echo "$release" >"$kernel/release"
    echo "$drivers, $host_drivers" >"$kernel/drivers"
    chmod -R a+rX "$kernel"
    rm -rf "${directory:?}/$kind"
    mv "$kernel" "$directory/$kind"
}

make_initramfs() {
    root=$work/root
    mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cp -R "$directory/$kind/modules" "$root/modules"
    cp "$here/guest/init.sh" "$root/init"
    cp "$here/guest/lease.sh" "$root/lease"
    chmod 755 "$root/init" "$root/lease"
    (cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$work/initramfs"
    chmod 644 "$work/initramfs"
    mv "$work/initramfs" "$directory/$kind/initramfs"
}

make_guest() {
    kind=$1 host_drivers='' suite=''
    case $kind in
    cloud | cloud-?*) metapackage=linux-image-cloud-amd64 drivers='virtio_pci virtio_net' host_drivers='tun bridge 8021q' ;;
    full) metapackage=linux-image-amd64 drivers='virtio_pci virtio_net e1000' ;;
    *) die "unknown kind '$kind'; cloud, full or cloud-SUITE" ;;
    esac
    case $kind in
    *[!a-z0-9-]*) die "a suite's name has small letters, digits and hyphens" ;;
    cloud-*) suite=${kind#cloud-} ;;
    esac
    work=$directory/$kind.work
    rm -rf "$work"
    mkdir "$work"
    had=$(cat "$directory/$kind/drivers" 2>/dev/null) || true
    [ "$had" = "$drivers, $host_drivers" ] || (make_kernel)
    newer=$(find "$here/guest.sh" "$here/guest" "$busybox" -newer "$directory/$kind/initramfs" 2>/dev/null || echo none)
    [ -z "$newer" ] || (make_initramfs)
}

[ $# -ge 2 ] || die "usage: guest.sh DIRECTORY cloud|full|cloud-SUITE..."
need apt-get dpkg lz4 xz
[ "$(dpkg --print-architecture)" = amd64 ] || skip "the guests are made from amd64 packages, on amd64 only"
[ -x "$busybox" ] || skip "no $busybox: install busybox-static"
if ldd "$busybox" >/dev/null 2>&1; then skip "$busybox is not static: install busybox-static"; fi

umask 022
mkdir -p "$1"
directory=$(cd "$1" && pwd)
shift
exec 9>"$directory/lock"
flock 9
trap 'rm -rf "$directory"/*.work' EXIT
for kind in "$@"; do
    make_guest "$kind"
done
