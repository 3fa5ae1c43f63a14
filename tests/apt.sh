# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by the scripts that install packages or download them.

# apt_get ARGUMENT...: apt-get, which waits up to ten minutes for another apt. DPkg::Lock::Timeout waits for dpkg's locks
# only. When the package lists or the downloaded packages are locked, apt-get fails at once, and is tried again. The
# output is that of the last try.
apt_get() (
    said=$(mktemp)
    trap 'rm -f "$said"' EXIT
    trap 'exit 1' HUP INT TERM
    end=$(($(date +%s) + 600))
    while :; do
        status=0
        LC_ALL=C apt-get -o DPkg::Lock::Timeout=600 "$@" >"$said" 2>&1 || status=$?
        [ "$status" != 0 ] || break
        grep -q '^E: \(Could not get\|Unable to\) lock ' "$said" || break
        [ "$(date +%s)" -lt "$end" ] || break
        sleep 1
    done
    cat "$said"
    exit "$status"
)

# The suite of Debian that this machine has
apt_own_suite() {
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release
}

# apt_write_sources SUITE FILE: a sources.list for another suite of Debian, which is on the mirror that has this machine's.
# Fails when apt knows no mirror.
apt_write_sources() {
    own=$(apt_own_suite)
    # shellcheck disable=SC2016 # apt's variables
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n "s/^\([^ ]*\) $own main\$/\1/p" | head -n 1)
    [ -n "$mirror" ] || { echo "apt has no packages of Debian $own; run apt-get update" >&2; return 1; }
    echo "deb $mirror $1 main" >"$2"
}

# apt_read DIRECTORY: read new package lists into DIRECTORY, for apt_in(). They are those of DIRECTORY/sources.list,
# for a system in which nothing is installed, and for $apt_architecture if it is set; without that file, those of this
# machine's repositories. The machine's own lists stay as they are.
apt_read() {
    apt_directory=$1
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    apt_in apt_get -qq update
}

# apt_in COMMAND ARGUMENT...: apt_get or apt-cache, with the lists of apt_read(); before it, with this machine's
apt_in() (
    command=$1
    shift
    if [ -n "${apt_directory-}" ]; then
        set -- -o "Dir::State::Lists=$apt_directory/lists" -o "Dir::Cache=$apt_directory/cache" "$@"
        [ ! -e "$apt_directory/sources.list" ] || set -- -o Dir::State::status=/dev/null \
            -o "Dir::Etc::SourceList=$apt_directory/sources.list" -o Dir::Etc::SourceParts=/dev/null "$@"
        [ -z "${apt_architecture-}" ] || set -- -o "APT::Architecture=$apt_architecture" \
            -o "APT::Architectures=$apt_architecture" "$@"
    fi
    "$command" -o APT::Sandbox::User=root "$@"
)

# apt_try DIRECTORY SUITE COMMAND...: COMMAND, which downloads packages into this directory with apt_in(), with SUITE's
# package lists, read into DIRECTORY. For this machine, SUITE is empty: its lists are tried first, which may be missing,
# or so old that a package is gone. Then nothing stays of the first try: the new lists may have another version of it.
apt_try() {
    apt_try_directory=$1 apt_try_suite=$2
    shift 2
    if [ -n "$apt_try_suite" ]; then
        apt_write_sources "$apt_try_suite" "$apt_try_directory/sources.list" || return
    elif "$@"; then
        return
    fi
    rm -f ./*.deb
    apt_read "$apt_try_directory" && "$@"
}

# apt_download PACKAGE...: download, into this directory, those that are not installed and all that they depend on
apt_download() {
    apt_needed=$(apt_in apt_get -q -s install --no-install-recommends --no-upgrade "$@") ||
        { echo "$apt_needed"; return 1; }
    apt_needed=$(echo "$apt_needed" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
    # shellcheck disable=SC2086 # a list
    [ -z "$apt_needed" ] || apt_in apt_get -qq download $apt_needed
}

# apt_unpack ROOT: unpack the packages in this directory into ROOT, whose /usr is merged
apt_unpack() {
    for apt_name in bin sbin lib lib64; do
        mkdir -p "$1/usr/$apt_name"
        ln -s "usr/$apt_name" "$1/$apt_name"
    done
    # tar keeps a link to a directory, where an older package has a directory.
    for apt_package in ./*.deb; do
        [ ! -e "$apt_package" ] || dpkg-deb --fsys-tarfile "$apt_package" |
            tar -x -C "$1" --keep-directory-symlink --no-same-owner
    done
}

# apt_install PACKAGE...: install those that are missing
apt_install() (
    missing=
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086 # a list
    apt_get -q update &&
        DEBIAN_FRONTEND=noninteractive apt_get -q -y --no-install-recommends install $missing
)
