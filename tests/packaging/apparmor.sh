#!/bin/sh
# SPDX-License-Identifier: MIT
#
# apparmor.sh [BUILD_DIRECTORY]: the AppArmor profiles of conf/apparmor, enforced by Debian's kernel in a virtual
# machine (security_machine.sh); apparmor_host.sh says what is tried. The programs and the profiles are as in a build
# for /usr.
set -eu

# shellcheck source-path=SCRIPTDIR source=security_machine.sh
. "$(dirname "$0")/security_machine.sh"
suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
sh "$here/unpack.sh" "$build/tests/packaging/apparmor" "$suite" apparmor libvirt-daemon-system || fail 'no packages'
tree=$build/tests/packaging/apparmor/$suite
cp "$here/apparmor_host.sh" "$machine_root/apparmor.sh"
machine_add_program "$tree/sbin/apparmor_parser" /sbin/apparmor_parser
machine_add_program "$tree/usr/sbin/aa-status" /usr/sbin/aa-status
mkdir -p "$machine_root/usr/share"
cp -R "$tree/usr/share/apparmor-features" "$machine_root/usr/share/apparmor-features"
cp -R "$tree/etc/apparmor" "$machine_root/etc/apparmor"
cp -R "$tree/etc/apparmor.d" "$machine_root/etc/apparmor.d"
cp -R "$top/conf/apparmor/." "$machine_root/etc/apparmor.d"
# What the administrator copies into a file of this name.
mv "$machine_root/etc/apparmor.d/local/usr.sbin.libvirtd" "$machine_root/etc/apparmor.d/local/example"
machine_boot cloud tests=apparmor apparmor=1 security=apparmor
echo 'PASSED: AppArmor'
