# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# To be read with ".", as root in lab.sh's world: VMNET_HELPER, which is vmnet-helper as it was built, is installed at
# VMNET_HELPER_PATH.
helper=$VMNET_HELPER_PATH

# cover DIRECTORY: from now on it is empty and ours, whether it exists outside or not
cover() {
    if [ -d "$1" ]; then
        mount -t tmpfs -o mode=755 tmpfs "$1"
        return
    fi
    parent=${1%/*}
    while [ ! -d "$parent" ]; do
        parent=${parent%/*}
    done
    [ "$parent" != "" ] || fail "cannot make $1 without a change to /"
    upper=$(mktemp -d /run/lab/upper.XXXXXX)
    mkdir "$upper/files" "$upper/work"
    mount -t overlay -o "lowerdir=$parent,upperdir=$upper/files,workdir=$upper/work" overlay "$parent"
    chmod 755 "$parent"
    mkdir -p "$1"
}

# install_helper: as "cmake --install" does it
install_helper() {
    install -m 755 "$VMNET_HELPER" "$helper"
    chown 0:0 "$helper"
    chmod 4755 "$helper"
}

umask 022
cover "${helper%/*}"
install_helper
install -m 755 /bin/false "${helper}d" # which no test starts there

# QEMU's own is none of ours, and what dpkg knows about it is not either; doctor_helper.sh and other_helpers.sh make some.
: >/run/lab/no-helper
for path in /usr/libexec/qemu-bridge-helper /usr/lib/qemu/qemu-bridge-helper; do
    for name in "$path" "$path.distrib"; do
        [ ! -e "$name" ] || mount --bind /run/lab/no-helper "$name"
    done
done
[ ! -d /var/lib/dpkg ] || mount -t tmpfs -o mode=755 tmpfs /var/lib/dpkg
