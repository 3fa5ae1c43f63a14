#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bench.sh [BUILD_DIRECTORY [BENCH_OPTION...]]: compare the stock helper, ours and the floor, and print the tables.
#
# As root; everything happens in a private world (tests/lab/lab.sh), with setuid copies of the helpers that an
# unprivileged user starts. BUILD_DIRECTORY is build/release unless given; the options are those of bench.c, such as
# --rounds=20. VMNET_STOCK_HELPER names the stock helper, if it is not where Debian has it.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ "${BENCH_INSIDE-}" != 1 ]; then
    build=${1:-$here/../../build/release}
    [ $# = 0 ] || shift
    [ -d "$build" ] || {
        echo "bench.sh: no build directory $build; make it with cmake --preset release -DBUILD_TESTING=ON, cmake --build --preset release" >&2
        exit 1
    }
    build=$(CDPATH='' cd -- "$build" && pwd)
    BENCH_INSIDE=1 exec sh "$here/../lab/lab.sh" sh "$here/bench.sh" "$build" "$@"
fi
unset BENCH_INSIDE
build=$1
shift

# install_copy NAME PROGRAM: the chmod comes last, since a change of owner takes the setuid bit away.
install_copy() {
    [ -f "$2" ] || { echo "bench.sh: no program $2" >&2; exit 1; }
    cp "$2" "/run/lab/bench/$1"
    chown root:root "/run/lab/bench/$1"
    chmod 4755 "/run/lab/bench/$1"
}

mkdir -m 755 /run/lab/bench
install_copy stock "${VMNET_STOCK_HELPER:-/usr/lib/qemu/qemu-bridge-helper}"
install_copy ours "$build/helper/vmnet-helper"
install_copy floor "$build/tests/bench/floor"
install_copy service "$build/helper/vmnet-helper"
chmod 755 /run/lab/bench/service # without privilege it asks the service
static=
if [ -f "$build/tests/bench/floor-static" ]; then
    install_copy floor-static "$build/tests/bench/floor-static"
    static=floor-static=/run/lab/bench/floor-static
fi

ours_static=
if [ -f "$build/tests/bench/vmnet-helper-static" ]; then
    install_copy ours-static "$build/tests/bench/vmnet-helper-static"
    ours_static=static=/run/lab/bench/ours-static
fi

# In a session of its own, as a service of the system is.
mkdir -m 755 /run/vmnet
setsid "$build/service/vmnet-helperd" --listen /run/vmnet/helper.sock &
while [ ! -S /run/vmnet/helper.sock ]; do
    sleep 0.1
done

"$build/tests/bench/decide"
"$build/tests/bench/bench" --holder=/run/lab/bench/floor "$@" stock=/run/lab/bench/stock ours=/run/lab/bench/ours \
    service=/run/lab/bench/service ${ours_static:+"$ours_static"} floor=/run/lab/bench/floor ${static:+"$static"} \
    ours/stock ours/floor service/ours service/stock ${ours_static:+static/stock static/floor} floor/stock
"$build/tests/bench/flood" /run/lab/bench/service "$@"
