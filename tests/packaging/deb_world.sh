# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced inside lab.sh, as root: /usr and /var, too, are copies that vanish with its world, so that packages can be
# installed with dpkg. $debs is the directory with those that packaging/deb.sh has made.

helper=/usr/libexec/vmnet-helper
export DEBIAN_FRONTEND=noninteractive

fail() {
    echo "FAILED: $*" >&2
    [ ! -s /run/lab/dpkg.log ] || tail -n 40 /run/lab/dpkg.log >&2
    exit 1
}

for directory in usr var; do
    mkdir -p "/run/lab/$directory" "/run/lab/$directory.work"
    mount -t overlay -o "lowerdir=/$directory,upperdir=/run/lab/$directory,workdir=/run/lab/$directory.work" overlay "/$directory"
done
mkdir /run/lab/versions
# The copy must not have what this machine has of ours.
dpkg --purge vmnet-helper-default vmnet-helperd vmnetctl libvmnetacl-dev libvmnetacl1 vmnet-helper >/run/lab/dpkg.log 2>&1
rm -f /var/lib/man-db/auto-update # which takes long
rmdir /etc/vmnet

# is WHAT FOUND EXPECTED
is() {
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

# mode FILE: its type, mode and owners
mode() {
    stat -c '%F %a %U:%G' "$1"
}

# do_dpkg ARGUMENT...
do_dpkg() {
    dpkg "$@" >/run/lab/dpkg.log 2>&1 || fail "dpkg $*"
}

# deb PACKAGE [VERSION]: the path of its file; with VERSION, of a copy with this version number
deb() {
    deb_file=$(echo "${debs:?}/$1"_*.deb)
    if [ $# = 2 ]; then
        deb_tree=/run/lab/versions/$1-$2
        if [ ! -e "$deb_tree.deb" ]; then
            dpkg-deb -R "$deb_file" "$deb_tree"
            old=$(sed -n 's/^Version: //p' "$deb_tree/DEBIAN/control")
            sed -i "s/$old/$2/" "$deb_tree/DEBIAN/control"
            dpkg-deb --build "$deb_tree" "$deb_tree.deb" >/dev/null
        fi
        deb_file=$deb_tree.deb
    fi
    echo "$deb_file"
}

# ask USER BRIDGE [ARGUMENT...]: the name of the tap that the user gets, or the refusal
ask() {
    ask_user=$1 ask_bridge=$2
    shift 2
    setpriv --reuid "$ask_user" --regid "$ask_user" --init-groups "$@" vmnetctl run --helper "$ask_helper" \
        --bridge "$ask_bridge" -- sed -n 's/^iff:[[:blank:]]*//p' '/proc/self/fdinfo/%FD%' 2>&1 || true
}
ask_helper=$helper

# assert_asked USER BRIDGE PATTERN [COMMAND...]
assert_asked() {
    asked_pattern=$3
    asked=$(asked_user=$1 asked_bridge=$2 && shift 3 && ask "$asked_user" "$asked_bridge" "$@")
    # shellcheck disable=SC2254 # a pattern
    case $asked in
    $asked_pattern) ;;
    *) fail "$1 asks $ask_helper for $2: $asked" ;;
    esac
}
