#!/bin/sh
# SPDX-License-Identifier: MIT
#
# kernels.sh [VERSION...]: test_ports on Debian's kernels, each in a virtual machine; all of them without an argument.
# VERSION is 5.10 (bullseye), 6.1 (bookworm), 6.12 (trixie), or "newest" (unstable). Needs no root.
#
# What is not there already is downloaded with apt and never installed (../qemu/guest.sh); a kernel that cannot be had
# is a failure. VMNET_HELPER, VMNET_TEST_PORTS and VMNET_GUEST_DIR say where the programs and the kernels are; without
# them, they are those of the preset "release":
#
#   cmake --preset release -DBUILD_TESTING=ON && cmake --build build/release && sh tests/ports/kernels.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${VMNET_HELPER:=$top/build/release/helper/vmnet-helper}"
: "${VMNET_TEST_PORTS:=$top/build/release/tests/ports/test_ports}"
: "${VMNET_GUEST_DIR:=$top/build/guest}"
# shellcheck source-path=SCRIPTDIR source=../qemu/machine.sh
. "$here/../qemu/machine.sh"

# suite_of VERSION: whose kernel of that version it is
suite_of() {
    case $1 in
    5.10) echo bullseye ;;
    6.1) echo bookworm ;;
    6.12) echo trixie ;;
    newest) echo unstable ;;
    *) fail "unknown version '$1'; 5.10, 6.1, 6.12 or newest" >&2 ;;
    esac
}

# kind_of SUITE: what guest.sh calls its kernel. That of this machine's suite is there for the other tests, too.
kind_of() {
    case $1 in
    "$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)") echo cloud ;;
    *) echo "cloud-$1" ;;
    esac
}

run_kernel() {
    suite=$(suite_of "$1")
    kind=$(kind_of "$suite")
    sh "$here/../qemu/guest.sh" "$VMNET_GUEST_DIR" "$kind" || fail "no kernel $1"
    release=$(cat "$VMNET_GUEST_DIR/$kind/release")
    case $1:$release in
    newest:* | "$1:$1".*) echo "== Linux $release ($suite)" ;;
    *) fail "$suite has Linux $release, not $1; remove $VMNET_GUEST_DIR/$kind if that is old" ;;
    esac
    machine_make_work
    machine_make_root "$VMNET_GUEST_DIR/$kind/host" "$here/init.sh"
    machine_add_program "$VMNET_HELPER" /vmnet-helper
    machine_add_program "$VMNET_TEST_PORTS" /test_ports
    machine_add_iproute2
    machine_boot "$kind"
    echo "PASSED: Linux $release"
}

[ $# != 0 ] || set -- 5.10 6.1 6.12 newest
umask 022
for program in "$VMNET_HELPER" "$VMNET_TEST_PORTS"; do
    [ -x "$program" ] || fail "no $program: build it first, as kernels.sh says at its top"
done
if [ $# = 1 ]; then
    run_kernel "$1"
    exit
fi
export VMNET_HELPER VMNET_TEST_PORTS VMNET_GUEST_DIR
failed=
for version in "$@"; do
    sh "$0" "$version" || failed="$failed $version"
done
[ -z "$failed" ] || fail "on kernels$failed"
