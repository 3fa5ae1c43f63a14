# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts that boot another kernel as the host under test, in a virtual machine. Needs no root.
# VMNET_GUEST_DIR is the directory that guest.sh made. The caller defines fail(), which takes a message and does not
# return, and sets $work, an empty directory.
#
# The machine's only file system is an initramfs: busybox, the kernel's modules, programs and the libraries that they
# load here. Its init process says "host: status N" and powers off.

machine_busybox=/bin/busybox
# shellcheck disable=SC2154 # the caller sets it
machine_root=$work/root

# machine_make_root KIND INIT: KIND is guest.sh's, INIT the script that the kernel starts.
machine_make_root() {
    mkdir -p "$machine_root/bin" "$machine_root/sbin" "$machine_root/usr/bin" "$machine_root/usr/sbin" \
        "$machine_root/proc" "$machine_root/sys" "$machine_root/dev" "$machine_root/etc" "$machine_root/run/lab" \
        "$machine_root/root"
    mkdir -m 1777 "$machine_root/tmp"
    cp "$machine_busybox" "$machine_root/bin/busybox"
    ln -s busybox "$machine_root/bin/sh"
    cp -R "$VMNET_GUEST_DIR/$1/host" "$machine_root/modules"
    cp "$2" "$machine_root/init"
    chmod 755 "$machine_root/init"
}

# machine_add_program SOURCE TARGET: with its libraries, where the loader will look for them.
machine_add_program() {
    mkdir -p "$machine_root${2%/*}"
    cp "$1" "$machine_root$2"
    chmod 755 "$machine_root$2"
    # A static program has none; ldd says so, for some kinds with an exit status.
    { ldd "$1" 2>/dev/null || true; } | sed -n 's|^[^/]*\(/[^ ]*\) (0x[0-9a-f]*)$|\1|p' | while read -r library; do
        mkdir -p "$machine_root${library%/*}"
        [ -e "$machine_root$library" ] || cp -L "$library" "$machine_root$library"
    done
}

# ip and bridge, in /iproute2: busybox's ip knows no options of bridges. Its shell takes its own ip, whatever PATH says:
# this machine's takes its place.
machine_add_iproute2() {
    for machine_program in ip bridge; do
        machine_add_program "$(PATH=$PATH:/usr/sbin:/sbin command -v $machine_program)" "/iproute2/$machine_program"
    done
    rm "$machine_root/bin/sh"
    machine_add_program /bin/sh /bin/sh
}

# machine_boot KIND [WORD...]: the words stand on the kernel's command line. The console is a file: nobody need be
# reading it. QEMU 7.2 emulates cmpxchg16b in a way that Linux 6.12 and later panic of: the processor is one without.
machine_boot() {
    machine_kind=$1
    shift
    (cd "$machine_root" && find . | "$machine_busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs"
    machine_status=0
    timeout --foreground 1200 qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot \
        -machine pc -accel tcg -cpu qemu64,-cx16 -m 256 \
        -kernel "$VMNET_GUEST_DIR/$machine_kind/vmlinux" -initrd "$work/initramfs" \
        -append "console=ttyS0 panic=-1 quiet loglevel=1 mitigations=off nokaslr no_timer_check cryptomgr.notests \
rcupdate.rcu_expedited=1 $*" \
        -serial stdio </dev/null >"$work/console" 2>"$work/stderr" || machine_status=$?
    tr -d '\r' <"$work/console"
    cat "$work/stderr"
    [ "$machine_status" = 0 ] || fail "QEMU ends with status $machine_status; 124 is a timeout"
    machine_said=$(tr -d '\r' <"$work/console" | sed -n 's/^host: status //p')
    [ "$machine_said" = 0 ] || fail "the tests in the machine end with status '$machine_said'"
}
