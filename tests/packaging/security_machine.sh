# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." by apparmor.sh and selinux_enforce.sh, whose argument is [BUILD_DIRECTORY]: the machine that boots
# Debian's kernel with a security module. Needs what a build does, QEMU and the network, no root. BUILD_DIRECTORY is a
# build with BUILD_TESTING=ON; without it, build/release is made. VMNET_GUEST_DIR says where the kernel is kept. Sets
# $build, $top, $work, an empty directory, and what machine.sh does.

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${VMNET_GUEST_DIR:=$top/build/guest}"
# shellcheck source-path=SCRIPTDIR source=../qemu/machine.sh
. "$here/../qemu/machine.sh"

umask 022
if [ $# = 0 ]; then
    set -- "$top/build/release"
    (cd "$top" && cmake --preset release -DBUILD_TESTING=ON && cmake --build "$1" --parallel "$(nproc)" \
        --target vmnet-helper vmnet-helperd vmnetctl fdguest ask) || fail 'the build'
fi
build=$(cd "$1" && pwd)
sh "$here/../qemu/guest.sh" "$VMNET_GUEST_DIR" cloud || fail 'no kernel'
machine_make_work
# shellcheck disable=SC2034 # machine.sh uses it
machine_seconds=7200 # all cases are tried several times: a busy machine takes a quarter of an hour
machine_make_root "$VMNET_GUEST_DIR/cloud/host" "$here/../qemu/host/init.sh"
cp "$here/../heard.sh" "$here/../qemu/host/await.sh" "$here/security_cases.sh" "$machine_root"
machine_add_iproute2
machine_add_program "$build/helper/vmnet-helper" /usr/libexec/vmnet-helper
machine_add_program "$build/service/vmnet-helperd" /usr/libexec/vmnet-helperd
machine_add_program "$build/tools/vmnetctl" /usr/bin/vmnetctl
machine_add_program "$build/tests/lab/fdguest" /fdguest
machine_add_program "$build/tests/lab/ask" /ask
machine_add_program /bin/dash /stand-in
