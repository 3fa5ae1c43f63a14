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
tests=${here%/*}
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
# shellcheck source-path=SCRIPTDIR source=kernel.sh
. "$here/kernel.sh"
busybox=/bin/busybox

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

# What stays of the kernel package: vmlinux and the few modules.
make_kernel() {
    root_fetch "$suite" kernel_download "$metapackage"
    kernel_open
    bzimage=$work/root/boot/vmlinuz-$release
    [ -e "$bzimage" ] || bzimage=$modules/vmlinuz
    kernel=$work/new
    mkdir -p "$kernel/modules" "$kernel/host"
    for module in $drivers; do
        kernel_add_module "$kernel/modules" "$module"
    done
    for module in $host_drivers; do
        kernel_add_module "$kernel/host" "$module"
    done
    extract_vmlinux
    mv "$work/vmlinux" "$kernel/vmlinux"
    echo "$release" >"$kernel/release"
    chmod -R a+rX "$kernel"
    root_keep "$kernel"
}

make_initramfs() {
    root=$work/initramfs.root
    mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cp -R "$made/modules" "$root/modules"
    cp "$here/guest/init.sh" "$root/init"
    cp "$here/guest/lease.sh" "$root/lease"
    chmod 755 "$root/init" "$root/lease"
    (cd "$root" && find . | "$busybox" cpio -o -H newc 2>/dev/null) >"$work/initramfs"
    chmod 644 "$work/initramfs"
    mv "$work/initramfs" "$made/initramfs"
}

make_guest() {
    kind=$1 host_drivers='' suite=''
    case $kind in
    cloud | cloud-?*) metapackage=linux-image-cloud-amd64 drivers='virtio_pci virtio_net' host_drivers='tun bridge 8021q' ;;
    full) metapackage=linux-image-amd64 drivers='virtio_pci virtio_net e1000' ;;
    *) die "unknown kind '$kind'; cloud, full or cloud-SUITE" ;;
    esac
    case $kind in
    cloud-*) suite=${kind#cloud-} ;;
    esac
    wanted="$drivers, $host_drivers"
    root_open "$guests" "$kind"
    root_is_made || make_kernel
    newer=$(find "$here/guest.sh" "$here/guest" "$busybox" -newer "$made/initramfs" 2>/dev/null || echo none)
    [ -z "$newer" ] || make_initramfs
}

[ $# -ge 2 ] || die "usage: guest.sh DIRECTORY cloud|full|cloud-SUITE..."
need apt-get dpkg-deb lz4 xz
[ "$(dpkg --print-architecture)" = amd64 ] || skip "the guests are made from amd64 packages, on amd64 only"
[ -x "$busybox" ] || skip "no $busybox: install busybox-static"
if ldd "$busybox" >/dev/null 2>&1; then skip "$busybox is not static: install busybox-static"; fi

guests=$1
shift
for kind in "$@"; do
    (make_guest "$kind")
done
