# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced inside run.sh's world by the tests in this directory: boot a system with what "cmake --install" installs and
# with the programs of the tests, and run commands in it. TREE and BUILD are set; FDGUEST, VMNET_ASK and VMNET_NEEDY
# come from the environment.

here=$(cd "$(dirname "$0")" && pwd)
files=/run/lab/files
root=/run/lab/system # of the booted system, without what is mounted in it

fail() {
    echo "FAILED: $*" >&2
    [ ! -e "${log-}" ] || cat "$log" >&2
    [ -z "${init-}" ] || run journalctl --no-pager -n 30 -o short-monotonic >&2 || true
    exit 1
}

# run COMMAND...: in the system, as root. Its processes end with the system.
run() {
    nsenter -t "$init" -m -p -C -r -w -- "$@"
}

# run_as USER COMMAND...: without the means to gain privilege
run_as() {
    user=$1
    shift
    run setpriv --reuid "$user" --regid "$user" --init-groups --no-new-privs "$@"
}

# until_true COMMAND...: wait for it; five minutes at most
until_true() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 3000 ] || fail "this does not become true: $*"
        sleep 0.1
    done
}

# ask USER BRIDGE PATTERN: what the answer begins with. The name of a tap is none to compare: the process of the service
# that made the last one may still hold it.
ask() {
    answer=$(run_as "$1" ask "$2") || true
    # shellcheck disable=SC2254 # a pattern
    case $answer in
    $3*) ;;
    *) fail "$1 asks for $2, and the answer is '$answer', not '$3...'" ;;
    esac
}

# rules [LINE...]: the system's rules are these
rules() {
    printf '%s\n' "$@" >"$root/etc/qemu/bridge.conf"
}

boot() {
    mkdir -p "$files/usr/local/bin" "$files/usr/lib/modules" "$files/etc/qemu"
    DESTDIR=$files cmake --install "$BUILD" --prefix /usr >/dev/null
    cp "$FDGUEST" "$files/usr/local/bin/fdguest"
    cp "$VMNET_ASK" "$files/usr/local/bin/ask"
    install -D -m 644 "$VMNET_NEEDY" "$files/usr/lib/$(cc_triplet)/libnss_vmneedy.so.2"
    chmod -R u=rwX,go=rX "$files/usr/local" "$files/etc"
    init=$(sh "$here/boot.sh" "$TREE" "$files")
    rules 'allow virbr0'
}

# Where the C library of the system is, its modules are.
cc_triplet() {
    tar -t -f "$TREE/tree.tar" --wildcards './usr/lib/*/libc.so.6' | cut -d / -f 4
}
