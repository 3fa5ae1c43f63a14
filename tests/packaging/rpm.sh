#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sudo sh tests/packaging/rpm.sh: build the RPM packages as Fedora with the ordinary tests, as Fedora's next version, as
# RHEL by a user from a released archive, and as openSUSE; check them with rpmlint; and install, use, upgrade and erase
# them in a root directory of their own. Needs Debian's rpm, rpmlint, selinux-policy-dev, busybox-static and iproute2,
# git, and what the build needs. Nothing on the machine changes.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"

need rpm rpmbuild rpmlint busybox git
[ -e /usr/share/selinux/devel/Makefile ] || skip 'there is no package selinux-policy-dev'
[ "$(id -u)" = 0 ] || skip 'root is needed, for lab.sh'
unset VMNET_REQUIRE_TESTS # the build of a package may skip tests
work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-rpm-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
export HOME="$work" # rpm makes a database there

# build DIRECTORY COMMAND...
build() {
    log=$work/$1.log
    shift
    "$@" >"$log" 2>&1 || { tail -n 300 "$log"; echo "FAILED: $*"; exit 1; }
}

lint() {
    build lint-"$1" rpmlint -c "$top/packaging/rpm/rpmlint.toml" "$top/packaging/rpm/vmnet-helper.spec" "$work/$1"/*.rpm
    grep -q ' 0 errors, 0 warnings,' "$work/lint-$1.log" ||
        { cat "$work/lint-$1.log"; echo "FAILED: rpmlint, $1"; exit 1; }
}

build fedora sh "$top/packaging/rpm.sh" "$work/fedora" --define 'fedora 41' --define 'dist .fc41'
build next sh "$top/packaging/rpm.sh" "$work/next" --define 'fedora 41' --define 'dist .fc42' --without check
build suse sh "$top/packaging/rpm.sh" "$work/suse" --define 'suse_version 1600' \
    --define '_docdir /usr/share/doc/packages' --without check

# The archive is in the source package, and no git is there.
mkdir "$work/released"
rpm2cpio "$work"/fedora/*.src.rpm |
    (cd "$work/released" && cpio --quiet -i '*.tar.gz' && tar -xzf ./*.tar.gz && rm ./*.tar.gz)
for directory in "$work"/released/*; do touch "$directory/old.rpm"; done
mkdir -m 700 "$work/rhel"
chown -R 4242:4242 "$work/released" "$work/rhel"
build rhel setpriv --reuid=4242 --regid=4242 --clear-groups sh "$work"/released/vmnet-helper-*/packaging/rpm.sh \
    "$work/rhel" --define 'rhel 9' --define 'dist .el9' --without check
rpm2cpio "$work"/rhel/*.src.rpm | cpio --quiet -i --to-stdout '*.tar.gz' | tar -tz >"$work/list"
grep -q '/README.md$' "$work/list" || { echo 'FAILED: the source package has no sources'; exit 1; }
! grep 'old\.rpm' "$work/list" || { echo 'FAILED: an earlier package is in the source package'; exit 1; }

for distribution in fedora next suse rhel; do
    lint "$distribution"
done
for distribution in fedora suse rhel; do
    sh "$here/../lab/lab.sh" sh "$here/test_rpm.sh" "$distribution" "$work"
done
