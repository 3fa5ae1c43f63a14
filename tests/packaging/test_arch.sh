#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_arch.sh DIRECTORY NEXT, run by lab.sh: install, use, upgrade and remove the package in DIRECTORY, and that of the
# next release in NEXT, in a root directory of their own.
set -eu

package=$(echo "$1"/*.pkg.tar.zst) next=$(echo "$2"/*.pkg.tar.zst)
root=/run/lab/root
helper=$root/usr/lib/vmnet-helper/vmnet-helper
rules=$root/etc/vmnet/rules.d/50-local.rules

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# is WHAT FOUND EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# do_pacman ARGUMENT...: a configuration without repositories, and no hook of the machine
do_pacman() {
    pacman --root "$root" --dbpath "$root/var/lib/pacman" --config "$root/pacman.conf" --noconfirm "$@" \
        >/run/lab/log 2>&1 || fail "pacman $*: $(cat /run/lab/log)"
    ! grep -q -e ^warning -e ^error /run/lab/log || fail "pacman $*: $(cat /run/lab/log)"
}

# Without most directories: pacman removes an empty one that no package has, even if it was there before.
files() {
    (cd "$root" && find . -path ./var -prune -o \( ! -type d -o -name '*vmnet*' \) -printf '%p %M\n' | sort)
}

# ask USER: the name of the tap that the user gets, or the refusal
ask() {
    setpriv --reuid "$1" --regid "$1" --init-groups "$root/usr/bin/vmnetctl" run --helper "$helper" --bridge virbr0 \
        -- sed -n 's/^iff:[[:blank:]]*//p' '/proc/self/fdinfo/%FD%' 2>&1 || true
}

assert_installed() {
    is "$helper" "$(stat -c '%F %a %u:%g' "$helper")" 'regular file 4755 0:0'
    is rules.d "$(stat -c '%F %a %u:%g' "$root/etc/vmnet/rules.d")" 'directory 755 0:0'
    do_pacman -Qkk vmnet-helper
}

case_installed() {
    do_pacman -U --assume-installed glibc --assume-installed jansson --assume-installed libcap "$package"
    assert_installed
    [ "$(find "$root" -name '*.a' -o -name libexec)" = '' ] || fail 'there is a static library, or a directory libexec'
    [ -e "$root/usr/share/licenses/vmnet-helper/LICENSE" ] || fail 'there is no licence'
    grep -q -x 'ExecStart=/usr/lib/vmnet-helper/vmnet-helperd --listen' \
        "$root/usr/lib/systemd/system/vmnet-helper.service" || fail 'the unit does not start the service'
    ! gzip -cdf "$root"/usr/share/man/man[1358]/*.[1358]* | grep -q /usr/libexec || fail 'a page names /usr/libexec'
}

case_used() {
    case $(ask vmuser) in
    *'no rule lets vmuser'*) ;;
    *) fail "vmuser gets: $(ask vmuser)" ;;
    esac
    echo 'allow virbr0' >/etc/qemu/bridge.conf
    case $(ask vmuser) in
    tap[0-9]*) ;;
    *) fail "vmuser gets: $(ask vmuser)" ;;
    esac
}

case_upgraded() {
    echo 'allow uid 4242 bridge virbr0' >"$rules"
    do_pacman -U --assume-installed glibc --assume-installed jansson --assume-installed libcap "$next"
    assert_installed
    is rules "$(cat "$rules")" 'allow uid 4242 bridge virbr0'
}

case_removed() {
    do_pacman -R vmnet-helper
    is rules "$(cat "$rules")" 'allow uid 4242 bridge virbr0'
    rm "$rules"
    rmdir "$root/etc/vmnet/rules.d" "$root/etc/vmnet"
    files >/run/lab/after
    diff /run/lab/before /run/lab/after >&2 || fail 'files are left, or gone'
}

mkdir -m 755 "$root" "$root/etc"
mkdir -p "$root/var/lib/pacman" "$root/var/cache/pacman/pkg" "$root/usr/share/libalpm/hooks"
cat >"$root/pacman.conf" <<CONF
[options]
HookDir = $root/etc/pacman.d/hooks/
CacheDir = $root/var/cache/pacman/pkg/
SigLevel = Never
LocalFileSigLevel = Never
CONF
files >/run/lab/before
for case in installed used upgraded removed; do
    "case_$case"
done
