#!/bin/sh
# SPDX-License-Identifier: MIT
#
# selinux_enforce.sh [BUILD_DIRECTORY]: the SELinux module of conf/selinux, enforced with Debian's policy by Debian's
# kernel in a virtual machine (security_machine.sh); selinux_host.sh says what is tried.
set -eu

# shellcheck source-path=SCRIPTDIR source=security_machine.sh
. "$(dirname "$0")/security_machine.sh"
# shellcheck source-path=SCRIPTDIR source=selinux_policy.sh
. "$here/selinux_policy.sh"
selinux_unpack "$build/tests/packaging/selinux"
selinux_compile "$top/conf/selinux"
cat >"$work/vmnet_test.cil" <<'CIL'
(typepermissive kernel_t)
(typepermissive init_t)
(typepermissive unconfined_t)
CIL
selinux_link
cp -R "$selinux_root" "$work/policy" # the store stays without the test's module
selinux_root=$work/policy
selinux_semodule -i "$work/vmnet_test.cil"

cp "$here/selinux_host.sh" "$machine_root/selinux.sh"
machine_add_program /usr/bin/runcon /usr/bin/runcon
machine_add_program /usr/bin/chcon /usr/bin/chcon
machine_add_program "$selinux_tree/sbin/load_policy" /sbin/load_policy
machine_add_program "$selinux_tree/sbin/setfiles" /sbin/setfiles
# The library goes where the loader looks, since this machine need not have it.
mkdir -p "$machine_root/usr/lib/x86_64-linux-gnu" "$machine_root/etc/selinux"
find "$selinux_tree" -name libsepol.so.2 -exec cp {} "$machine_root/usr/lib/x86_64-linux-gnu/" \;
cp -R "$selinux_root/etc/selinux/default" "$machine_root/etc/selinux/default"
printf 'SELINUX=permissive\nSELINUXTYPE=default\n' >"$machine_root/etc/selinux/config"
machine_boot cloud tests=selinux selinux=1 security=selinux enforcing=0
echo 'PASSED: SELinux'
