#!/bin/sh
# SPDX-License-Identifier: MIT
#
# network_enter.sh GUESTS SUITE BUILD NAME PACKAGES COMMAND...: make what the tests of conf/network need below GUESTS,
# which is the guest's kernel and the tree of SUITE with these packages, and run COMMAND in the world of
# tests/systemd/run.sh.
set -eu

guests=$1 suite=$2 build=$3 name=$4 packages=$5
shift 5
tests=$(cd "$(dirname "$0")/.." && pwd)
sh "$tests/qemu/guest.sh" "$guests" cloud
# shellcheck disable=SC2086 # a list
sh "$tests/systemd/tree.sh" "$guests" "$suite" "$name" $packages
export NETWORK_INSIDE=1 FDGUEST="$build/tests/lab/fdguest" VMNET_ASK="$build/tests/lab/ask" \
    VMNET_NEEDY="$build/tests/systemd/libnss_vmneedy.so.2"
exec sh "$tests/systemd/run.sh" "$@"
