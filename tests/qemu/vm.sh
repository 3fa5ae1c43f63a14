# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced inside tests/lab/lab.sh, as root, after network.sh: start guests under QEMU as the unprivileged user vmuser,
# and talk to them. The caller defines fail(), which takes a message and does not return.
#
# A guest called NAME lives in /run/lab/vm/NAME: pid, stderr (QEMU's), console.in, and console.out (what guest/init.sh
# said).

PATH=$PATH:/usr/sbin:/sbin
vm_user=vmuser
vm_kind=cloud
vm_helper=/run/lab/bin/vmnet-helper
vm_kernel_options="console=ttyS0 panic=-1 quiet loglevel=1 mitigations=off nokaslr no_timer_check cryptomgr.notests \
rcupdate.rcu_expedited=1"
vm_within= # words that stand before QEMU's: a sandbox, or a launcher
vm_outside= # words that stand before all, as root: to enter another system

# vm_prepare GUESTS HELPER: GUESTS is the directory that guest.sh made. It may lie where vmuser must not go, in
# somebody's home directory: it is mounted, not linked to. The helper is installed as it would be in /usr/libexec.
vm_prepare() {
    mkdir -p /run/lab/guest /run/lab/vm /run/lab/bin
    mount --bind "$1" /run/lab/guest
    cp "$2" "$vm_helper"
    chown root:root "$vm_helper"
    chmod 4755 "$vm_helper"
}

# vm_qemu NAME ARGUMENT...: become QEMU, as vmuser; ARGUMENTs describe the NIC. It ends the calling shell: run it in the
# background or in a subshell. The accelerator is always TCG: it works everywhere, and in the same way. With
# $vm_within, those words stand before QEMU.
vm_qemu() {
    vm_directory=/run/lab/vm/$1
    vm_name=$1
    shift
    # shellcheck disable=SC2086 # a list
    exec $vm_outside setpriv --reuid="$vm_user" --regid="$vm_user" --init-groups --inh-caps=-all $vm_within \
        qemu-system-x86_64 -name "$vm_name" -nodefaults -no-user-config -display none -no-reboot \
        -machine pc -accel tcg -m 256 \
        -kernel "/run/lab/guest/$vm_kind/vmlinux" -initrd "/run/lab/guest/$vm_kind/initramfs" \
        -append "$vm_kernel_options guest=$vm_name" \
        -chardev "pipe,id=console,path=$vm_directory/console" -serial chardev:console "$@"
}

# QEMU opens console.in and console.out: the first a FIFO, the second a plain file, so that nobody need be reading it.
vm_make_directory() {
    vm_directory=/run/lab/vm/$1
    rm -rf "$vm_directory"
    mkdir "$vm_directory"
    mkfifo "$vm_directory/console.in"
    : >"$vm_directory/console.out"
    : >"$vm_directory/stderr"
    chown -R "$vm_user:$vm_user" "$vm_directory"
}

# vm_start NAME ARGUMENT...
vm_start() {
    vm_make_directory "$1"
    vm_qemu "$@" </dev/null 2>"/run/lab/vm/$1/stderr" &
    echo $! >"/run/lab/vm/$1/pid"
}

# A zombie still has its directory in /proc, but runs no more. QEMU takes away the pid file that it has written itself.
vm_runs() {
    vm_pid=$(cat "/run/lab/vm/$1/pid" 2>/dev/null) || return 1
    vm_stat=$(cat "/proc/$vm_pid/stat" 2>/dev/null) || return 1
    case $vm_stat in
    *') Z '*) return 1 ;;
    esac
}

# QEMU runs as $vm_user alone, without a single capability.
vm_check_unprivileged() {
    vm_uid=$(id -u "$vm_user")
    vm_got=$(awk '/^Uid:/ { u = $2 " " $3 " " $4 " " $5 } /^CapPrm:/ { print u " " $2 }' \
        "/proc/$(cat "/run/lab/vm/$1/pid")/status")
    [ "$vm_got" = "$vm_uid $vm_uid $vm_uid $vm_uid 0000000000000000" ] ||
        fail "QEMU of guest $1 has uids and capabilities $vm_got"
}

vm_now() {
    read -r vm_uptime _ </proc/uptime
    echo "${vm_uptime%.*}"
}

# vm_await SECONDS WHAT COMMAND...: until COMMAND succeeds; WHAT is for the message if it never does.
vm_await() {
    vm_end=$(($(vm_now) + $1)) vm_what=$2
    shift 2
    until "$@"; do
        [ "$(vm_now)" -lt "$vm_end" ] || fail "waited in vain for $vm_what"
        sleep 0.05
    done
}

# vm_said NAME LINES TEXT: after its first LINES lines, the guest has said one that begins with TEXT. Sets $vm_line.
vm_said() {
    vm_line=$(tail -n "+$(($2 + 1))" "/run/lab/vm/$1/console.out" | tr -d '\r' | sed -n "/^guest: $3/{p;q;}")
    [ -n "$vm_line" ]
}

vm_said_or_ended() {
    vm_said "$@" && return
    vm_runs "$1" || fail "guest $1 ended too early"
    return 1
}

# vm_await_lease NAME: sets $vm_address, $vm_mac and $vm_driver.
vm_await_lease() {
    vm_await 600 "guest $1 to boot" vm_said_or_ended "$1" "${2:-0}" 'lease .* driver '
    # guest: lease ADDRESS mac MAC driver DRIVER
    # shellcheck disable=SC2086 # to be split
    set -- $vm_line
    # shellcheck disable=SC2034 # for the caller
    vm_address=$3 vm_mac=$5 vm_driver=$7
}

# vm_tell NAME COMMAND: hand the guest a command; sets $vm_lines, the number of lines that it had said before.
# Opened for reading and writing, a FIFO blocks nobody, not even when QEMU is gone.
vm_tell() {
    vm_lines=$(wc -l <"/run/lab/vm/$1/console.out")
    echo "$2" 1<>"/run/lab/vm/$1/console.in"
}

vm_ping() {
    vm_tell "$1" "ping $2"
    vm_await 600 "guest $1 to ping $2" vm_said_or_ended "$1" "$vm_lines" "ping $2 "
    case $vm_line in
    *' ok') ;;
    *) fail "guest $1 gets no answer from $2" ;;
    esac
}

# vm_renew_lease NAME [INTERFACE]
vm_renew_lease() {
    vm_tell "$1" "lease ${2-}"
    vm_await_lease "$1" "$vm_lines"
}

# vm_count_queues NAME: sets $vm_queues, the receive interrupts of each queue of eth0.
vm_count_queues() {
    vm_tell "$1" queues
    vm_await 600 "guest $1 to count" vm_said_or_ended "$1" "$vm_lines" 'queues '
    # shellcheck disable=SC2034 # for who calls this
    vm_queues=${vm_line#guest: queues }
}

vm_ended() {
    ! vm_runs "$1"
}

vm_no_taps() {
    [ -z "$(network_list_taps)" ]
}

# vm_off NAME: power the guest off and wait for QEMU to end.
vm_off() {
    vm_tell "$1" off
    vm_await 300 "guest $1 to power off" vm_ended "$1"
}

# vm_show_logs: all that is known, for a person who looks for what went wrong.
vm_show_logs() {
    for vm_log in /run/lab/vm/*/stderr /run/lab/vm/*/console.out /run/lab/*.dhcp; do
        [ -s "$vm_log" ] || continue
        echo "--- $vm_log"
        tail -n 60 "$vm_log" | tr -d '\r'
    done
}
