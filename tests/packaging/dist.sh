#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dist.sh: the archive of a release has all files of the commit, and the same bytes wherever and whenever it is made. It
# can only be made from a checkout. Debian's packages are built from it. Needs git and what deb.sh needs, no root.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
name=vmnet-helper-$(sed -n 's/^#define VMNETACL_VERSION *"\(.*\)"$/\1/p' "$top/libacl/vmnetacl.h")

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

git clone -q "$top" "$work/first"
git clone -q "$top" "$work/second directory"
cmake -S "$work/first" -B "$work/build" -DVMNET_TOOLS=OFF >/dev/null
cmake --build "$work/build" --target dist >/dev/null
archive=$work/build/$name.tar.gz
touch "$work/second directory/README.md" "$work/second directory/not-committed"
(
    umask 077
    cd "$work/second directory"
    TZ=Asia/Tokyo LC_ALL=C.UTF-8 sh cmake/dist.sh . "$work/$name.tar.gz" >/dev/null 2>"$work/warning"
)
cmp "$archive" "$work/$name.tar.gz" || fail 'two archives differ'
grep -q 'not committed' "$work/warning" || fail "no warning of what is not committed: $(cat "$work/warning")"

(cd "$work/first" && git ls-files) | LC_ALL=C sort >"$work/wanted"
tar -t -z -f "$archive" | grep -v '/$' | sed "s|^$name/||" | LC_ALL=C sort >"$work/found"
cmp "$work/wanted" "$work/found" || fail 'the archive has not the files of the commit'
[ "$(tar -t -v -z --numeric-owner -f "$archive" | awk '{ print $2 }' | sort -u)" = 0/0 ] || fail 'not all is root'\''s'

tar -x -z -C "$work" -f "$archive"
! sh "$work/$name/cmake/dist.sh" "$work/$name" "$work/again/$name.tar.gz" 2>"$work/refusal" ||
    fail 'made an archive from no checkout'
grep -q 'is not a checkout made by git' "$work/refusal" || fail "the refusal: $(cat "$work/refusal")"

cp "$archive" "$work/any name.tgz"
DEB_BUILD_OPTIONS=nocheck sh "$work/$name/packaging/deb.sh" "$work/de bs" "$work/any name.tgz" >"$work/log" 2>&1 ||
    { tail -n 40 "$work/log" >&2; fail 'the packages'; }
cmp "$archive" "$work/de bs/vmnet-helper_${name#*helper-}.orig.tar.gz" || fail 'the packages are of another archive'
tar -c -z -f "$work/other.tgz" -C "$work" "$name/README.md" --transform 's/^vmnet-helper-/&9/'
! sh "$work/$name/packaging/deb.sh" "$work/de bs" "$work/other.tgz" >"$work/refusal" 2>&1 ||
    fail 'built packages of another version'
grep -q 'the sources are not those of vmnet-helper' "$work/refusal" || fail "the refusal: $(cat "$work/refusal")"
echo "ok: dist"
