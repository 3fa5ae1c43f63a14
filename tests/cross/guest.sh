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
# shellcheck source-path=SCRIPTDIR source=../apt.sh
. "$here/../apt.sh"

fail() {
    echo "FAILED: $*"
    exit 1
}

# Sets what differs: the kernel's metapackage, its suite, and the machine.
choose_machine() {
    console=ttyS0
    suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
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

# Runs in an empty directory. The metapackage knows the name of the kernel's package.
download() {
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    apt_write_sources "$suite" "$work/sources.list" || return
    set -- -o APT::Sandbox::User=root -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" \
        -o Dir::State::status=/dev/null -o "Dir::Etc::SourceList=$work/sources.list" \
        -o Dir::Etc::SourceParts=/dev/null -o "APT::Architecture=$arch" -o "APT::Architectures=$arch"
    apt_get -qq "$@" update || return
    image=$(apt-cache "$@" depends "$metapackage" | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
    [ -n "$image" ] || return
    # shellcheck disable=SC2046 # a list
    apt_get -qq "$@" download busybox-static "$image" \
        $(apt-cache "$@" depends "$image" | sed -n 's/^ *Depends: \(linux-\(base\|binary\|modules\)-[0-9][^ ]*\)$/\1/p')
}

# add_module DIRECTORY NAME: copy a module after those that it needs; init.sh loads them in the order of the list.
add_module() {
    needs=$(sed -n "s|^\([^:]*/$2\.ko\):\(.*\)|\1\2|p" "$modules/modules.dep" | tr ' ' '\n' | sed '1!G;h;$!d')
    [ -n "$needs" ] || grep -q "/$2\.ko$" "$modules/modules.builtin" || fail "this kernel has no module $2"
    for need in $needs; do
        name=${need##*/}
        grep -qsx "$name" "$1/list" && continue
        cp "$modules/$need" "$1/$name"
        echo "$name" >>"$1/list"
    done
}

# What stays of the packages: the kernel, two modules, and busybox.
make_kernel() {
    mkdir -p "$work/deb" "$work/root/usr/lib" "$work/new/modules"
    ln -s usr/lib "$work/root/lib"
    (cd "$work/deb" && download) >"$work/log" 2>&1 ||
        { cat "$work/log"; fail "apt cannot download the kernel of $arch"; }
    for package in "$work"/deb/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root" --keep-directory-symlink --no-same-owner
    done
    modules=$(echo "$work"/root/lib/modules/*)
    release=${modules##*/}
    find "$modules/" -name '*.ko.xz' -exec xz -d {} +
    /bin/busybox depmod -b "$work/root" "$release"
    for module in tun bridge; do
        add_module "$work/new/modules" "$module"
    done
    for image in "$work/root/boot/vmlinuz-$release" "$work/root/boot/vmlinux-$release" "$modules/vmlinuz" \
        "$modules/vmlinux"; do
        [ ! -e "$image" ] || cp "$image" "$work/new/kernel"
    done
    cp "$(find "$work/root" -path '*/bin/busybox')" "$work/new/busybox"
    mv "$work/new" "$kernel"
}

# add_program SOURCE TARGET: with the libraries that it loads, from the sysroot.
add_program() {
    mkdir -p "$root${2%/*}"
    cp "$1" "$root$2"
    chmod 755 "$root$2"
    add_libraries "$1"
}

# add_libraries FILE: those that it needs, and the program that loads them, where that looks.
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

# The only file system of the machine. init.sh makes a bridge, runs /cross.sh, and says "host: status N".
make_root() {
    for name in bin sbin usr/bin usr/sbin usr/lib proc sys dev etc root run/lab; do
        mkdir -p "$root/$name"
    done
    ln -s usr/lib "$root/lib"
    mkdir -m 1777 "$root/tmp"
    cp "$kernel/busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cp -R "$kernel/modules" "$root/modules"
    cp "$here/../qemu/host/init.sh" "$root/init"
    chmod 755 "$root/init"
    cp "$here/guest_names.sh" "$here/../qemu/host/service.sh" "$here/../qemu/host/await.sh" "$root"
    printf '%s\n' 'set -e' 'uname -srm' /test_filter '/test_host ordinary' 'sh /guest_names.sh' 'sh /service.sh' \
        >"$root/cross.sh"
    add_program "$build/helper/vmnet-helper" /vmnet-helper
    add_program "$build/service/vmnet-helperd" /vmnet-helperd
    add_program "$build/tests/lab/ask" /ask
    add_program "$build/tests/unit/test_unit_filter" /test_filter
    add_program "$build/tests/qemu/test_host" /test_host
    add_program "$build/tests/lab/fdguest" /fdguest
    (cd "$root" && find . | /bin/busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs"
}

boot() {
    status=0
    # shellcheck disable=SC2086 # a list
    timeout --foreground 1200 qemu-system-$qemu -nodefaults -no-user-config -display none -no-reboot -accel tcg -m 512 \
        -kernel "$kernel/kernel" -initrd "$work/initramfs" -serial stdio \
        -append "console=$console panic=-1 quiet loglevel=1 mitigations=off nokaslr cryptomgr.notests \
rcupdate.rcu_expedited=1 tests=cross" </dev/null >"$work/console" 2>"$work/stderr" || status=$?
    tr -d '\r' <"$work/console"
    cat "$work/stderr"
    [ "$status" = 0 ] || fail "QEMU ends with status $status; 124 is a timeout"
    said=$(tr -d '\r' <"$work/console" | sed -n 's/^host: status //p')
    [ "$said" = 0 ] || fail "the tests in the machine end with status '$said'"
}

[ $# = 2 ] || { echo 'usage: guest.sh ARCH[-SUITE] BUILD_DIRECTORY' >&2; exit 1; }
arch=${1%%-*}
build=$(cd "$2" && pwd)
choose_machine
sysroot=${build%/*}/sysroots/$1
kernel=${build%/*}/kernels/$arch
libraries=$(find "$sysroot/usr/lib" -name libc.so.6)
libraries=${libraries#"$sysroot"}
libraries=${libraries%/*}
umask 022
mkdir -p "${build%/*}/kernels"
exec 9>"${build%/*}/kernels/lock"
flock 9
work=${build%/*}/kernels/$1.work
root=$work/initramfs.root
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
[ -e "$kernel/kernel" ] || make_kernel
make_root
boot
echo "PASSED: $arch"
