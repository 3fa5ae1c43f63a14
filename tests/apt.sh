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

# apt_write_sources SUITE FILE: a sources.list for another suite of Debian, which is on the mirror that has this machine's.
# Fails when apt knows no mirror.
apt_write_sources() {
    own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    # shellcheck disable=SC2016 # apt's variables
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        sed -n "s/^\([^ ]*\) $own main\$/\1/p" | head -n 1)
    [ -n "$mirror" ] || { echo "apt has no packages of Debian $own; run apt-get update" >&2; return 1; }
    echo "deb $mirror $1 main" >"$2"
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
