#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deb_autopkgtest.sh DIRECTORY: autopkgtest(1) runs the tests of the packages of Debian in a Debian 12 that is booted with
# systemd for this. Needs root, mmdebstrap, what deb.sh needs to build the packages, and the network, for a tree that is
# kept in DIRECTORY.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
if [ "${1-}" = inside ]; then
    tree=$2 debs=$3
    mkdir -p /run/lab/files/root /run/lab/files/etc/apt
    : >/run/lab/files/etc/apt/sources.list # there is no network to wait for
    cp "$debs"/*.deb "$debs"/*.dsc "$debs"/*.tar.* /run/lab/files/root/
    rm -f /run/lab/files/root/*-dbgsym_*
    init=$(sh "$here/../systemd/boot.sh" "$tree" /run/lab/files)
    status=0
    nsenter -t "$init" -m -p -C -r -w -- sh -c 'cd /root && exec autopkgtest --ignore-restrictions=isolation-container \
        --no-built-binaries *.deb *.dsc -- null' || status=$?
    exit "$status"
fi

sh "$here/deb_build.sh" "$1"
directory=$(cd "$1" && pwd)
sh "$here/deb_tree.sh" "$directory"
sh "$here/../systemd/run.sh" sh "$0" inside "$directory/autopkgtest" "$directory/deb"
