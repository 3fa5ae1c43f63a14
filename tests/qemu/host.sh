#!/bin/sh
# SPDX-License-Identifier: MIT
#
# host.sh CASE: the helper on a host with another kernel: Debian's, in a virtual machine. Needs no root.
# VMNET_HELPER is the helper under test, VMNET_GUEST_DIR the directory that guest.sh made; VMNET_TEST_HOST and FDGUEST
# are the programs made of host/test_host.c and of ../lab/fdguest.c.
#
# The machine's only file system is an initramfs: busybox, modules, these three programs and the libraries that they
# load here. Each case is one boot, with a kernel command line and the group of tests in host/test_host.c for it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
busybox=/bin/busybox

fail() {
    echo "FAILED: $*"
    exit 1
}

# copy_program SOURCE TARGET: with its libraries, where the loader will look for them.
copy_program() {
    cp "$1" "$root$2"
    chmod 755 "$root$2"
    # A static program has none; ldd says so, for some kinds with an exit status.
    { ldd "$1" 2>/dev/null || true; } | sed -n 's|^[^/]*\(/[^ ]*\) (0x[0-9a-f]*)$|\1|p' | while read -r library; do
        mkdir -p "$root${library%/*}"
        [ -e "$root$library" ] || cp -L "$library" "$root$library"
    done
}

make_initramfs() {
    root=$work/root
    mkdir -p "$root/bin" "$root/sbin" "$root/usr/bin" "$root/usr/sbin" "$root/proc" "$root/sys" "$root/dev" \
        "$root/etc" "$root/run/lab" "$root/root"
    mkdir -m 1777 "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    cp -R "$VMNET_GUEST_DIR/cloud/host" "$root/modules"
    copy_program "$VMNET_HELPER" /vmnet-helper
    copy_program "$VMNET_TEST_HOST" /test_host
    copy_program "$FDGUEST" /fdguest
    cp "$here/host/init.sh" "$root/init"
    chmod 755 "$root/init"
    (cd "$root" && find . | "$busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs"
}

# boot TESTS [WORD...]: the words stand on the kernel's command line. The console is a file: nobody need be reading it.
boot() {
    status=0
    timeout --foreground 1200 qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
        -machine pc -accel tcg -m 256 \
        -kernel "$VMNET_GUEST_DIR/cloud/vmlinux" -initrd "$work/initramfs" \
        -append "console=ttyS0 panic=-1 quiet loglevel=1 mitigations=off nokaslr no_timer_check cryptomgr.notests \
rcupdate.rcu_expedited=1 tests=$*" \
        -serial stdio </dev/null >"$work/console" 2>"$work/stderr" || status=$?
    tr -d '\r' <"$work/console"
    cat "$work/stderr"
    [ "$status" = 0 ] || fail "QEMU ends with status $status; 124 is a timeout"
    said=$(tr -d '\r' <"$work/console" | sed -n 's/^host: status //p')
    [ "$said" = 0 ] || fail "the tests in the machine end with status '$said'"
}

case_kernel() {
    boot ordinary
}

# The kernel has IPv6 compiled in, yet refuses all that speaks of it.
case_kernel_without_ipv6() {
    boot without_ipv6 ipv6.disable=1
}

case_kernel_without_tun() {
    boot without_tun without=tun
}

case $1 in
*[!a-z0-9_]*) fail "no such case: $1" ;;
esac
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
make_initramfs
"case_$1"
echo "PASSED: $1"
