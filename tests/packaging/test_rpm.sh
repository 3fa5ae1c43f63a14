#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_rpm.sh DISTRIBUTION DIRECTORY, run by lab.sh: install, use, upgrade and erase the packages in
# DIRECTORY/DISTRIBUTION in a root directory of their own. In it are busybox's sh, and programs that note how the
# packages' scripts call them.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
distribution=$1 packages=$2/$1 next=$2/next
root=/run/lab/root
helper=$root/usr/libexec/vmnet-helper
rules=$root/etc/vmnet/rules.d/50-local.rules

fail() {
    echo "FAILED: $distribution: $*" >&2
    exit 1
}

# is WHAT FOUND EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# With the directories of the package filesystem. vmuser is in the group kvm.
make_root() {
    mkdir -m 755 "$root" "$root/etc"
    for directory in bin sbin include lib/systemd/system lib/systemd/network lib64/pkgconfig libexec \
        share/doc/packages share/licenses share/man/man1 share/man/man3 share/man/man5 share/man/man8; do
        mkdir -p "$root/usr/$directory"
    done
    mkdir -p "$root/var/tmp"
    ln -s usr/bin "$root/bin"
    ln -s usr/sbin "$root/sbin"
    cp "$(command -v busybox)" "$root/bin/sh"
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    printf 'root:x:0:\nkvm:x:4250:\n' >"$root/etc/group"
    for program in bin/systemctl bin/permctl sbin/fixfiles sbin/ldconfig sbin/semodule; do
        # shellcheck disable=SC2016 # for the shell that runs it
        printf '#!/bin/sh\necho "${0##*/} $*" >>/calls\n' >"$root/usr/$program"
        chmod 755 "$root/usr/$program"
    done
}

# do_rpm ARGUMENT...: what rpm says is a fault of the packages. $calls is what their scripts called, in no order.
do_rpm() {
    : >"$root/calls"
    said=$(rpm --root "$root" --dbpath /var/lib/rpm --force-debian --nodeps "$@" 2>&1) || fail "rpm $*: $said"
    is "rpm $* says" "$said" ''
    calls=$(sort "$root/calls")
}

# assert_called CALL...
assert_called() {
    is 'the scripts call' "$calls" "$(printf '%s\n' "$@" | sort)"
}

# mode FILE
mode() {
    stat -c '%F %a %u:%g' "$1"
}

# Without the directories of build ids: rpm leaves one that files of two packages were in.
files() {
    (cd "$root" && find . \( -path ./var/lib/rpm -o -path ./usr/lib/.build-id \) -prune -o -printf '%p %M\n' | sort)
}

# assert_asked USER PATTERN: when USER asks for virbr0
assert_asked() {
    asked=$(setpriv --reuid "$1" --regid "$1" --init-groups \
        "$root/usr/bin/vmnetctl" run --helper "$helper" --bridge virbr0 \
        -- sed -n 's/^iff:[[:blank:]]*//p' '/proc/self/fdinfo/%FD%' 2>&1) || true
    # shellcheck disable=SC2254 # a pattern
    case $asked in
    $2) ;;
    *) fail "$1 asks for virbr0: $asked" ;;
    esac
}

assert_mode() {
    if [ "$distribution" = suse ]; then
        is "$helper" "$(mode "$helper")" 'regular file 4750 0:4250'
    else
        is "$helper" "$(mode "$helper")" 'regular file 4755 0:0'
    fi
}

# What the scripts of the policy's package call, one a line.
load_policy='fixfiles -R vmnet-helper,vmnet-helperd restore
semodule -n -s targeted -X 200 -i /usr/share/selinux/packages/targeted/vmnet_helper.pp.bz2'
unload_policy='semodule -n -s targeted -X 200 -r vmnet_helper'

case_installed() {
    do_rpm -i "$packages"/*[!c].rpm # all but the .src.rpm
    set -- 'systemctl --no-reload preset vmnet-helper.socket vmnet-helper.service'
    [ "$distribution" = rhel ] || set -- "$@" 'systemctl --no-reload preset vmnet-network.service'
    if [ "$distribution" = suse ]; then
        set -- "$@" 'ldconfig ' 'permctl -n --set --system /usr/libexec/vmnet-helper'
    else
        set -- "$@" "$load_policy"
    fi
    assert_called "$@"
    assert_mode
    is vmnet-helperd "$(mode "$root/usr/libexec/vmnet-helperd")" 'regular file 755 0:0'
    is rules.d "$(mode "$root/etc/vmnet/rules.d")" 'directory 755 0:0'
    [ "$(find "$root" -name '*.a')" = '' ] || fail 'there is a static library'
    do_rpm -V vmnet-helper vmnet-helperd vmnetctl libvmnetacl-devel
}

# The helper reads the rules of the surrounding world, in the bridge.conf of its distribution.
case_used() {
    conf=/etc/qemu/bridge.conf
    [ "$distribution" != rhel ] || conf=/etc/qemu-kvm/bridge.conf
    assert_asked vmuser "*no rule lets vmuser*(no file was read)*"
    mkdir -p "${conf%/*}"
    echo 'allow virbr0' >"$conf"
    assert_asked vmuser 'tap[0-9]*'
    other='tap[0-9]*'
    [ "$distribution" != suse ] || other='*Permission denied*'
    assert_asked vmother "$other"
    pages=$(gzip -cdf "$root"/usr/share/man/man[1358]/* | sed 's/\\-/-/g')
    for path in /etc/qemu/bridge.conf /etc/qemu-kvm/bridge.conf; do
        named=$(printf '%s' "$pages" | grep -c -F "$path" || true)
        case $path:$named in
        "$conf:0") fail "the pages do not name $path" ;;
        "$conf":* | *:0) ;;
        *) fail "the pages name $path" ;;
        esac
    done
}

case_consumer() {
    is 'version for pkg-config' \
        "$(PKG_CONFIG_LIBDIR=$root/usr/lib64/pkgconfig pkg-config --modversion vmnetacl)" \
        "$(sed -n 's/^#define VMNETACL_VERSION *"\(.*\)"$/\1/p' "$root/usr/include/vmnetacl.h")"
    { cmake -S "$here/../install/consumer" -B /run/lab/consumer "-Dvmnetacl_DIR=$root/usr/lib64/cmake/vmnetacl" &&
        cmake --build /run/lab/consumer; } >/run/lab/log 2>&1 || fail "CMake: $(cat /run/lab/log)"
    [ ! -e /run/lab/consumer/consumer_vmnetacl_static ] || fail 'CMake found a static library'
}

# rpm has no overrides of modes: after a chmod, rpm -V reports the helper, and an upgrade sets the packaged mode again.
# On openSUSE, permctl sets the mode that /etc/permissions.local has.
case_upgraded() {
    echo 'allow uid 4242 bridge virbr0' >"$rules"
    chmod 755 "$helper"
    [ "$distribution" != suse ] || do_rpm -V vmnet-helper
    if [ "$distribution" = fedora ]; then
        do_rpm -U "$next"/*[!c].rpm
        assert_called 'systemctl try-restart vmnet-helper.service' "$load_policy"
    else
        do_rpm -U --replacepkgs "$packages"/vmnet-helper-[0-9]*.x86_64.rpm
    fi
    assert_mode
    is rules "$(cat "$rules")" 'allow uid 4242 bridge virbr0'
}

case_erased() {
    # shellcheck disable=SC2046 # a list
    do_rpm -e $(rpm --root "$root" --dbpath /var/lib/rpm --force-debian -qa)
    set -- 'systemctl --no-reload disable --now vmnet-helper.socket vmnet-helper.service'
    [ "$distribution" = rhel ] || set -- "$@" 'systemctl --no-reload disable --now vmnet-network.service'
    if [ "$distribution" = suse ]; then
        set -- "$@" 'ldconfig '
    else
        set -- "$@" "$unload_policy"
    fi
    assert_called "$@"
    is rules "$(cat "$rules")" 'allow uid 4242 bridge virbr0'
    rm "$rules"
    do_rpm -i "$packages"/vmnet-helper-[0-9]*.x86_64.rpm
    do_rpm -e vmnet-helper
    : >"$root/calls"
    files >/run/lab/after
    diff /run/lab/before /run/lab/after >&2 || fail 'files are left, or gone'
}

make_root
rpm --root "$root" --dbpath /var/lib/rpm --initdb
: >"$root/calls"
files >/run/lab/before
for case in installed used consumer upgraded erased; do
    "case_$case"
done
