# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by the scripts that make a root file system of Debian's packages, or a part of one, and keep it. The
# packages are downloaded with apt and unpacked; none is installed on this machine. The caller sets $tests, this
# directory.
: "${tests:?}"
# shellcheck source-path=SCRIPTDIR source-path=SCRIPTDIR/.. source=apt.sh
. "$tests/apt.sh"
# shellcheck source-path=SCRIPTDIR source-path=SCRIPTDIR/.. source=skip.sh
. "$tests/skip.sh"

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# root_open DIRECTORY NAME: wait until no other script works in DIRECTORY; $made is DIRECTORY/NAME, and $work is an
# empty directory that goes at the end
root_open() {
    case $2 in
    '' | *[!a-z0-9-]*) die "'$2': the name of a suite or an architecture has small letters, digits and hyphens" ;;
    esac
    umask 022
    mkdir -p "$1"
    directory=$(cd "$1" && pwd)
    made=$directory/$2
    work=$made.work
    exec 9>"$directory/lock"
    flock 9
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    rm -rf "$work"
    mkdir "$work"
}

# $made is there, and made of $wanted, which the caller sets
# shellcheck disable=SC2154
root_is_made() {
    [ "$(cat "$made/wanted" 2>/dev/null)" = "$wanted" ]
}

# root_fetch SUITE COMMAND...: COMMAND downloads packages, as for apt_try(); they are unpacked in $work/root
root_fetch() {
    mkdir "$work/deb" "$work/root"
    (cd "$work/deb" && apt_try "$work" "$@") >"$work/log" 2>&1 ||
        { cat "$work/log" >&2; skip 'apt cannot download the packages'; }
    (cd "$work/deb" && apt_unpack "$work/root")
}

# root_keep TREE: TREE becomes $made
root_keep() {
    echo "$wanted" >"$1/wanted"
    rm -rf "$made"
    mv "$1" "$made"
}

# root_bootstrap SUITE FILE OPTION...: by mmdebstrap, which needs root: $made/FILE, a directory or an archive
root_bootstrap() {
    root_suite=$1 root_file=$made/$2
    shift 2
    rm -rf "$made"
    mkdir "$made"
    apt_write_sources "$root_suite" "$made/sources.list"
    mmdebstrap --quiet "$@" "$root_suite" "$root_file" <"$made/sources.list" >"$made/log" 2>&1 ||
        { tail -n 20 "$made/log" >&2; exit 1; }
    echo "$wanted" >"$made/wanted"
}
