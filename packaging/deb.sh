#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb.sh OUTDIR [TARBALL]: build the Debian packages, and leave them in OUTDIR with the .dsc and the .changes.
#
# The sources are those of TARBALL, a release; without it, those that this script stands among: in a git checkout the
# files that git knows, with their changes. packaging/debian becomes the debian/ of the build. Needs no root, and installs
# nothing. DEB_BUILD_OPTIONS is obeyed: "nocheck" leaves out the tests.
set -eu

die() {
    echo "deb.sh: $*" >&2
    exit 1
}

# The files to pack, one a line, from the top directory of the sources.
list_sources() {
    if [ -e .git ]; then
        # The files may be another user's, when root builds.
        git -c safe.directory="$PWD" ls-files | while read -r file; do
            [ ! -e "$file" ] || echo "$file" # removed, and not yet from the index
        done
    else
        # Without what this script makes here: "sh packaging/deb.sh ." is what README.md prints.
        find . \( -path ./build -o -path './build.??????' -type d \) -prune -o \
            ! -type d ! -regex '\./[^/]*vmnet[^/]*_[0-9][^/]*' -print | sed 's|^\./||'
    fi
}

# pack_sources FILE: the same bytes from the same files, whoever packs them
pack_sources() (
    cd "$top"
    list_sources | LC_ALL=C sort >"$work/list"
    grep -q -x CMakeLists.txt "$work/list" || die "cannot list the files of $top"
    tar --create --file "$work/orig.tar" --files-from "$work/list" --transform "s|^|$name-$version/|S" \
        --mtime="@$epoch" --owner=root:0 --group=root:0 --mode=u=rwX,go=rX
    gzip -9 -n <"$work/orig.tar" >"$1"
)

require_build_dependencies() {
    missing=$(dpkg-checkbuilddeps "$debian/control" 2>&1) ||
        die "packages are missing to build with: ${missing#*dependencies: }; install them: apt-get build-dep $top/packaging"
}

[ $# = 1 ] || [ $# = 2 ] || die 'usage: deb.sh OUTDIR [TARBALL]'
command -v dpkg-buildpackage >/dev/null || die 'dpkg-buildpackage is missing; apt install dpkg-dev'
umask 022
top=$(cd "$(dirname "$0")/.." && pwd)
debian=$top/packaging/debian
name=$(dpkg-parsechangelog -l "$debian/changelog" -S Source)
version=$(dpkg-parsechangelog -l "$debian/changelog" -S Version)
version=${version%-*}
epoch=$(dpkg-parsechangelog -l "$debian/changelog" -S Timestamp)
require_build_dependencies
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
orig=$work/${name}_$version.orig.tar.gz
if [ $# = 2 ]; then
    cp "$2" "$orig"
else
    pack_sources "$orig"
fi
tar --extract --file "$orig" --directory "$work"
[ -d "$work/$name-$version" ] || die "the sources are not those of $name $version, which packaging/debian/changelog names"
cp -R "$debian" "$work/$name-$version/debian"
(cd "$work/$name-$version" && dpkg-buildpackage -us -uc)
mv "$work"/*_* "$out/"
