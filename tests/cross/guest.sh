#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh tests/cross/guest.sh ARCH[-SUITE] BUILD_DIRECTORY: run what check.sh has built on Debian's kernel of that
# architecture, in a virtual machine: unit.filter; the helper, which grants and refuses (../qemu/host/test_host.c), also
# by names of users and groups (guest_names.sh); and the service (../qemu/host/service.sh). This loads the seccomp
# filters of that architecture, which QEMU's user emulation cannot do. ARCH is arm64, armhf, i386, ppc64el, riscv64 or
# s390x. Needs the package qemu-system-arm, -x86, -ppc or -misc, and busybox-static; no root.
#
# The kernel and busybox are downloaded with apt, into a directory "kernels" beside the build, and never installed; they
# are of this machine's suite, or the first one that has the architecture. What is there already is used again, without
# the network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tests=${here%/*}
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/kernel.sh
. "$tests/qemu/kernel.sh"
# shellcheck source-path=SCRIPTDIR source=../qemu/machine.sh
. "$tests/qemu/machine.sh"

# Sets what depends on the architecture: the kernel's metapackage, its suite, and the machine.
choose_machine() {
    console=ttyS0
    suite=$(apt_own_suite)
    case $arch in
    arm64) metapackage=linux-image-arm64 qemu='aarch64 -machine virt -cpu cortex-a57' console=ttyAMA0 ;;
    armhf) metapackage=linux-image-armmp qemu='arm -machine virt' console=ttyAMA0 ;;
    i386) metapackage=linux-image-686-pae qemu='i386 -machine pc' ;;
    ppc64el) metapackage=linux-image-powerpc64le qemu='ppc64 -machine pseries' console=hvc0 ;;
    riscv64)
        metapackage=linux-image-riscv64 qemu='riscv64 -machine virt'
        [ "$suite" != bookworm ] || suite=trixie
        ;;
    s390x) metapackage=linux-image-s390x qemu='s390x -machine s390-ccw-virtio' console=ttysclp0 ;;
    *) fail "unknown architecture '$arch'; arm64, armhf, i386, ppc64el, riscv64 or s390x" ;;
    esac
}

# Only the kernel, two modules and busybox are kept of the packages.
make_kernel() {
    mkdir -p "$work/new/modules"
    root_fetch "$suite" kernel_download "$metapackage" busybox-static
    kernel_open
    for module in tun bridge; do
        kernel_add_module "$work/new/modules" "$module"
    done
    for image in "$work/root/boot/vmlinuz-$release" "$work/root/boot/vmlinux-$release" "$modules/vmlinuz" \
        "$modules/vmlinux"; do
        [ ! -e "$image" ] || cp "$image" "$work/new/kernel"
    done
    cp "$(find "$work/root" -path '*/bin/busybox')" "$work/new/busybox"
    root_keep "$work/new"
}

# add_program SOURCE TARGET: with the libraries that it loads, from the sysroot.
add_program() {
    mkdir -p "$root${2%/*}"
    cp "$1" "$root$2"
    chmod 755 "$root$2"
    add_libraries "$1"
}

# add_libraries FILE: copy its dynamic loader, and the libraries that it needs to where the loader looks.
add_libraries() {
    readelf -ldW "$1" | sed -n 's/.*program interpreter: \(.*\)\]/\1/p; s/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    while read -r name; do
        case $name in
        /*) target=$name ;;
        *) target=$libraries/$name ;;
        esac
        [ ! -e "$root$target" ] || continue
        [ -e "$sysroot$target" ] || fail "$1 needs $name, which is not in $sysroot"
        mkdir -p "$root${target%/*}"
        cp "$sysroot$target" "$root$target"
        add_libraries "$root$target"
    done
}

# init.sh makes a bridge, runs /cross.sh, and says "host: status N".
make_root() {
    machine_make_root "$made/modules" "$tests/qemu/host/init.sh" "$made/busybox"
    root=$machine_root
    mkdir "$root/usr/lib"
    ln -s usr/lib "$root/lib"
    cp "$here/guest_names.sh" "$tests/heard.sh" "$tests/qemu/host/service.sh" "$tests/qemu/host/await.sh" "$root"
    printf '%s\n' 'set -e' 'uname -srm' /test_filter '/test_host ordinary' 'sh /guest_names.sh' 'sh /service.sh' \
        >"$root/cross.sh"
    add_program "$build/helper/vmnet-helper" /vmnet-helper
    add_program "$build/service/vmnet-helperd" /vmnet-helperd
    add_program "$build/tests/lab/ask" /ask
    add_program "$build/tests/unit/test_unit_filter" /test_filter
    add_program "$build/tests/qemu/test_host" /test_host
    add_program "$build/tests/lab/fdguest" /fdguest
}

[ $# = 2 ] || { echo 'usage: guest.sh ARCH[-SUITE] BUILD_DIRECTORY' >&2; exit 1; }
arch=${1%%-*}
apt_architecture=$arch
build=$(cd "$2" && pwd)
choose_machine
sysroot=${build%/*}/sysroots/$1
libraries=$(find "$sysroot/usr/lib" -name libc.so.6)
libraries=${libraries#"$sysroot"}
libraries=${libraries%/*}
root_open "${build%/*}/kernels" "$arch"
wanted="$suite $metapackage"
root_is_made || make_kernel
make_root
machine_run "$qemu -m 512" "$made/kernel" "console=$console tests=cross"
echo "PASSED: $arch"
