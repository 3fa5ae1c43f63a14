#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh packaging/rpm.sh OUTDIR [OPTION...]: build the packages that packaging/rpm/vmnet-helper.spec describes, and put
# them and the source package into OUTDIR. The options are rpmbuild's. Needs rpmbuild and what the spec file's
# BuildRequires name; not root.
#
# Of a git checkout, what is committed is built. On Debian, rpm knows no packages: what is missing shows during the
# build. The macros of Fedora and openSUSE that rpm does not know come from packaging/rpm/macros/.
set -eu

export LC_ALL=C
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
spec=$here/rpm/vmnet-helper.spec

[ $# -ge 1 ] || { echo 'usage: rpm.sh OUTDIR [OPTION...]' >&2; exit 1; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift

work=$(mktemp -d "${TMPDIR:-/tmp}/vmnet-rpm.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/SOURCES"
version=$(sed -n 's/^Version: *//p' "$spec")
prefix=vmnet-helper-$version
tarball=$work/SOURCES/$prefix.tar.gz
if [ -e "$top/.git" ]; then
    sh "$top/cmake/dist.sh" "$top" "$tarball"
else
    # Without what this script makes here, if OUTDIR is this directory.
    tar -czf "$tarball" -C "$top" --exclude=./build --exclude='./*.rpm' --transform="s,^\.,$prefix," .
fi

for macros in "$here"/rpm/macros/*; do
    name=$(sed -n 's/^%\([a-z_]*\).*/\1/p' "$macros" | head -n 1)
    [ "$(rpm --eval "%{?$name:1}")" = 1 ] || set -- "--load=$macros" "$@"
done
[ ! -e /etc/debian_version ] || set -- --nodeps --define "_dbpath $work/db" "$@"

umask 022
rpmbuild -ba --define "_topdir $work" --define "_rpmdir $out" --define "_srcrpmdir $out" \
    --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' "$@" "$spec"
