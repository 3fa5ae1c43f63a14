# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the scripts that boot another kernel as the host under test, in a virtual machine. Needs no root.
# VMNET_GUEST_DIR is the directory that guest.sh made.
#
# The machine's only file system is an initramfs: busybox, the kernel's modules, programs and the libraries that they
# load here. Its init process says "host: status N" and powers off.

# After these, a machine that hangs is ended: many times what the cases of a caller take.
machine_seconds=1200

fail() {
    echo "FAILED: $*"
    exit 1
}

# Sets $work, an empty directory that goes at the end.
machine_make_work() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
}

# machine_make_root MODULES INIT [BUSYBOX]: the file system, in $machine_root below $work. MODULES is a directory of
# guest.sh's, INIT the script that the kernel starts, BUSYBOX the one of another architecture.
machine_make_root() {
    machine_root=$work/machine
    for machine_directory in bin sbin usr/bin usr/sbin proc sys dev etc root run/lab; do
        mkdir -p "$machine_root/$machine_directory"
    done
    mkdir -m 1777 "$machine_root/tmp"
    cp "${3:-/bin/busybox}" "$machine_root/bin/busybox"
    ln -s busybox "$machine_root/bin/sh"
    cp -R "$1" "$machine_root/modules"
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

# machine_boot KIND [WORD...]: guest.sh's kernel of this kind; the words stand on its command line. QEMU 7.2 emulates
# cmpxchg16b in a way that Linux 6.12 and later panic of: the processor is one without.
machine_boot() {
    machine_kernel=$VMNET_GUEST_DIR/$1/vmlinux
    shift
    machine_run 'x86_64 -machine pc -cpu qemu64,-cx16 -m 256' "$machine_kernel" "console=ttyS0 no_timer_check $*"
}

# machine_run QEMU KERNEL COMMAND_LINE: QEMU is the architecture in the name of that program, and options. The console
# is a file: nobody need be reading it.
machine_run() {
    (cd "$machine_root" && find . | /bin/busybox cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs"
    machine_status=0
    # shellcheck disable=SC2086 # a list
    timeout --foreground "$machine_seconds" qemu-system-$1 -nodefaults -no-user-config -display none -no-reboot \
        -accel tcg -kernel "$2" -initrd "$work/initramfs" \
        -append "panic=-1 quiet loglevel=1 mitigations=off nokaslr cryptomgr.notests rcupdate.rcu_expedited=1 $3" \
        -serial stdio </dev/null >"$work/console" 2>"$work/stderr" || machine_status=$?
    tr -d '\r' <"$work/console"
    cat "$work/stderr"
    [ "$machine_status" = 0 ] || fail "QEMU ends with status $machine_status; 124 is a timeout"
    machine_said=$(tr -d '\r' <"$work/console" | sed -n 's/^host: status //p')
    [ "$machine_said" = 0 ] || fail "the tests in the machine end with status '$machine_said'"
}
