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
