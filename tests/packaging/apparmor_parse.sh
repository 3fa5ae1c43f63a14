#!/bin/sh
# SPDX-License-Identifier: MIT
#
# apparmor_parse.sh DIRECTORY SECURITY [SUITE]: AppArmor's parser takes the profiles that the build has made below
# SECURITY, and the local line for libvirt with libvirt's own profile; and they permit no more than is listed here.
# SUITE is the suite of Debian whose parser, abstractions and libvirt are used, without it this machine's: bookworm
# has AppArmor 3.0, trixie 4.1. They are downloaded and unpacked below DIRECTORY (unpack.sh). Needs no root.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

fail() {
    echo "FAILED: $*"
    exit 1
}

# parse OPTION... FILE: nothing goes to the kernel, and a warning is an error
parse() {
    "$@" >"$work/out" 2>"$work/err" || fail "$*: $(cat "$work/err")"
    [ ! -s "$work/err" ] || fail "$*: $(cat "$work/err")"
}

parser() {
    # Another suite's program goes with its own C library.
    # shellcheck disable=SC2086 # a list
    $loader "$tree/sbin/apparmor_parser" --config-file "$work/parser.conf" --base "$base" --Include "$base" \
        --policy-features "$tree/usr/share/apparmor-features/features" \
        --kernel-features "$tree/usr/share/apparmor-features/features" --skip-kernel-load --skip-cache "$@"
}

# flat PROFILE: without comments, and with all that it includes
flat() {
    parser --preprocess "$base/$1" 2>/dev/null | sed 's/^ *//; s/ *#.*//; s/  */ /g' | grep .
}

executes=' [a-zA-Z]*x[a-z]*,$| x | ->'

# permits PROFILE PATTERN WANTED: the rules that match
permits() {
    found=$(flat "$1" | grep -E "$2" | grep -v -e '/\.Private/' -e '/nscd/db' | sort -u)
    [ "$found" = "$(echo "$3" | sort -u)" ] || fail "$1 permits: $found"
}

directory=$1
security=$(cd "$2" && pwd)
own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
suite=${3:-$own}
packages='apparmor libvirt-daemon-system'
[ "$suite" = "$own" ] || packages="$packages libc6 libvirt-daemon libvirt-daemon-driver-qemu"
umask 022
# shellcheck disable=SC2086 # a list
sh "$here/unpack.sh" "$directory" "$suite" $packages || fail 'no packages'
tree=$directory/$suite
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
base=$work/apparmor.d
: >"$work/parser.conf" # Debian's names a file of the machine
cp -R "$tree/etc/apparmor.d" "$base"
cp -R "$security/apparmor/." "$base"
helper=$(basename "$(ls "$security"/apparmor/*.vmnet-helper)")
loader=
[ "$suite" = "$own" ] || loader="$tree/usr/lib64/ld-linux-x86-64.so.2 --library-path $tree/usr/lib/x86_64-linux-gnu"

for profile in "$helper" "${helper}d"; do
    parse parser "$base/$profile"
    parse parser --names "$base/$profile"
done
# The parser reads both files at the same time, so their order varies.
[ "$(parser --names "$base/$helper" "$base/${helper}d" 2>/dev/null | sort | tr '\n' ' ')" = \
    'vmnet-helper vmnet-helperd ' ] ||
    fail 'the names of the profiles'

# net_bind_service comes from abstractions/nis. The process that looks up names has no capability, so cannot use it.
capabilities='capability net_admin,
capability setgid,
capability setuid,
capability net_bind_service,'
permits "$helper" '^capability' "$capabilities"
permits "${helper}d" '^capability' "$capabilities
capability kill,
capability sys_ptrace,"
# Only the service may execute a program, which is itself. (Some abstractions permit files of nscd and ecryptfs.)
program=/$(echo "$helper" | tr . /)
permits "$helper" "$executes" ''
permits "${helper}d" "$executes" "${program}d mrix,"

for profile in usr.sbin.libvirtd usr.sbin.virtqemud; do
    [ -e "$base/$profile" ] || continue
    cp "$security/apparmor/local/usr.sbin.libvirtd" "$base/local/$profile"
    parser "$base/$profile" >"$work/out" 2>"$work/err" || fail "$profile with the local line: $(cat "$work/err")"
    flat "$profile" | grep -qxF "$program PUx," || fail "$profile has no local line"
    echo "ok: $profile of $suite with the local line"
done
echo "ok: the profiles, by $(parser --version | head -n 1)"
