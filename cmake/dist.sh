#!/bin/sh
# SPDX-License-Identifier: MIT
#
# dist.sh SOURCE_DIRECTORY FILE: write what is committed there to FILE, NAME.tar.gz, in which all is below NAME/. Its
# times are that of the commit, and its owner is root, whoever runs this.
set -eu

source=$1 file=$2
name=$(basename "$file" .tar.gz)
if ! prefix=$(git -C "$source" rev-parse --show-prefix) || [ -n "$prefix" ]; then
    echo "dist: $source is not a checkout made by git; a release can be made only from one" >&2
    exit 1
fi
[ -z "$(git -C "$source" status --porcelain)" ] ||
    echo "dist: warning: there are changes in $source that are not committed, and not in $file" >&2
# gzip reads options from GZIP. Not a pipe: git's failure would be lost.
unset GZIP
rm -f "$file" "$file.tar"
trap 'rm -f "$file.tar"' EXIT
trap 'exit 1' HUP INT TERM
git -C "$source" -c core.autocrlf=false -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD >"$file.tar"
gzip -9 -n -c "$file.tar" >"$file"
echo "$file"
