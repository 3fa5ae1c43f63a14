#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_trixie.sh DIRECTORY: Debian 13 builds the packages as its build daemons do, by a user without privilege, with the
# tests; its lintian and blhc find nothing, its groff shows the manual pages well, and its dpkg installs and removes the
# packages. Needs root, mmdebstrap, and the network for a root file system that is kept in DIRECTORY.
set -eu

tests=$(cd "$(dirname "$0")/.." && pwd)
top=${tests%/*}
# shellcheck source-path=SCRIPTDIR source=../root.sh
. "$tests/root.sh"
# shellcheck source-path=SCRIPTDIR source=deb_lint.sh
. "$tests/packaging/deb_lint.sh"
wanted=build-essential,cmake,debhelper,libcap-dev,libcmocka-dev,libjansson-dev,libseccomp-dev,pkgconf,systemd-dev
wanted=$wanted,lintian,blhc,mandoc,man-db,groff-base,adduser,qemu-system-common,libcap2-bin

# in_root COMMAND...: in the root file system, without a network
in_root() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent LC_ALL=C.UTF-8 chroot "$root" "$@"
}

if [ "${1-}" = inside ]; then
    tree=$2 root=/run/trixie/root
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p /run/trixie/upper /run/trixie/work $root
    mount -t overlay -o "lowerdir=$tree/root,upperdir=/run/trixie/upper,workdir=/run/trixie/work" overlay $root
    mount -t proc proc $root/proc
    mount --rbind /dev $root/dev
    mkdir $root/source $root/out
    # Without .git: an unpacked release.
    (cd "$top" && tar --create --exclude=./build --exclude=./.git .) | tar --extract --no-same-owner --directory $root/source
    chown -R 4242:4242 $root/out
    in_root setpriv --reuid 4242 --regid 4242 --clear-groups sh /source/packaging/deb.sh /out >"$tree/build.log" 2>&1 ||
        { tail -n 60 "$tree/build.log" >&2; exit 1; }
    cp "$tree/build.log" $root/out/
    lint_deb /out '' in_root
    in_root sh /source/tests/install/manual.sh /source # with its groff
    in_root sh -ec 'cd /out; rm -f *-dbgsym_* vmnet-network_*; dpkg --install *.deb; stat -c "%a %U:%G" /usr/libexec/vmnet-helper
        head -c 2 /usr/lib/qemu/qemu-bridge-helper; echo; vmnetctl check; dpkg --purge vmnet-helper-default vmnet-helperd \
        vmnetctl libvmnetacl-dev libvmnetacl1 vmnet-helper; ls /usr/lib/qemu/qemu-bridge-helper* /etc/vmnet 2>&1 || true' \
        >"$tree/install.log" 2>&1 || { cat "$tree/install.log" >&2; exit 1; }
    for line in '4755 root:root' '#!' /usr/lib/qemu/qemu-bridge-helper "ls: cannot access '/etc/vmnet': No such file or directory"; do
        grep -q -x -F -e "$line" "$tree/install.log" || { cat "$tree/install.log"; echo "FAILED: no '$line'" >&2; exit 1; }
    done
    exit 0
fi

root_open "$1" trixie
root_is_made || root_bootstrap trixie root --variant=apt --include="$wanted"
unshare --mount --net --pid --fork --kill-child --propagation private sh "$0" inside "$made"
