# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# For the tests in this directory to read with ".", as root in lab.sh's world: vmnetctl as root or as a user, and what
# it says. The tests are given its path as their first argument; users run a copy, since its directory may not be
# theirs. vmnet-helper is installed; see helper_world.sh.
umask 022
export LC_ALL=C
unset NO_COLOR
export TERM=xterm

here=${0%/*}
here=$(cd "$here" && pwd)
work=/run/lab/tools
ctl=$work/vmnetctl
mkdir "$work" /etc/vmnet/rules.d
cp "$1" "$ctl"
cd "$work" || exit 1

fail() {
    echo "FAILED: $*" >&2
    [ -z "${output-}" ] || printf 'The output was:\n%s\n' "$output" >&2
    exit 1
}

# shellcheck source-path=SCRIPTDIR source=helper_world.sh
. "$here/helper_world.sh"

# run STATUS COMMAND...: it exits with this status; what it prints is in $output
run() {
    wanted=$1
    shift
    found=0
    output=$("$@" 2>&1) || found=$?
    [ "$found" = "$wanted" ] || fail "exit status $found instead of $wanted: $*"
}

# as USER COMMAND...: with all the groups of a new login; vmuser is in vmgroup, vmother in no group but his own
as() {
    user=$1
    shift
    setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}

# without_groups USER COMMAND...: as in a session that began before he was put into a group
without_groups() {
    user=$1
    shift
    setpriv --reuid "$user" --regid "$user" --clear-groups -- "$@"
}

# without_netlink COMMAND...: no socket can be made, as in a service that may not use netlink. LeakSanitizer cannot run
# below strace.
without_netlink() {
    env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e 'trace=?socket,?socketcall' \
        -e 'inject=?socket,?socketcall:error=EACCES' "$@"
}

# as_without_netlink USER COMMAND...
as_without_netlink() {
    user=$1
    shift
    without_netlink setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"
}

# says TEXT: it stands in the output; the line breaks of both are blanks
says() {
    case $(printf '%s' "$output" | tr '\n' ' ') in
    *"$1"*) ;;
    *) fail "it does not say '$1'" ;;
    esac
}

says_not() {
    case $(printf '%s' "$output" | tr '\n' ' ') in
    *"$1"*) fail "it says '$1'" ;;
    esac
}

# is_golden NAME: the output is the file of this name. The words of the library's messages are not looked at, but their
# codes.
is_golden() {
    printf '%s\n' "$output" | sed 's/\(error\|warning\|note\): .* \(\[[a-z-]*\]\)$/\1: ... \2/' >found
    diff -u "$here/golden/$1" found >&2 || fail "not as in golden/$1"
}

# rules NAME LINE...: a file in rules.d; bridge_conf LINE...; switch LINE
rules() {
    name=$1
    shift
    printf '%s\n' "$@" >"/etc/vmnet/rules.d/$name"
}

bridge_conf() {
    printf '%s\n' "$@" >/etc/qemu/bridge.conf
}

switch() {
    printf '%s\n' "$@" >/etc/vmnet/switch.conf
}

# No rules at all.
reset() {
    rm -rf /etc/vmnet /etc/qemu
    mkdir -p /etc/vmnet/rules.d /etc/qemu
}

# include_for_vmgroup FILE LINE...: a file that only root and vmgroup may read
include_for_vmgroup() {
    file=$1
    shift
    printf '%s\n' "$@" >"$file"
    chgrp vmgroup "$file"
    chmod 640 "$file"
}
