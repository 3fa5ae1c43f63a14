#!/bin/sh
# SPDX-License-Identifier: MIT
#
# selinux.sh DIRECTORY SECURITY: the module of conf/selinux, which the build has put below SECURITY, compiles, and with
# all modules of Debian's policy it makes one policy, in which its domains may do no more than selinux_rules.py lists.
# The packages are downloaded and unpacked below DIRECTORY (unpack.sh), where the store of that policy is, too. Needs
# make and python3, no root.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=selinux_policy.sh
. "$here/selinux_policy.sh"

fail() {
    echo "FAILED: $*"
    exit 1
}

selinux_unpack "$1"
selinux_compile "$2/selinux"
selinux_link
contexts=$selinux_root/etc/selinux/default/contexts/files/file_contexts
for wanted in '^/usr/libexec/vmnet-helper[[:blank:]].*:vmnet_helper_exec_t:' \
    '^/usr/libexec/vmnet-helperd[[:blank:]].*:vmnet_helperd_exec_t:' '^/etc/vmnet(/.\*)?[[:blank:]].*:vmnet_etc_t:' \
    '^/run/vmnet(/.\*)?[[:blank:]].*:vmnet_helper_run_t:'; do
    grep -q "$wanted" "$contexts" || fail "no line in $contexts: $wanted"
done
selinux_run python3 "$here/selinux_rules.py" "$selinux_policy" || fail 'the domains may do other things'
echo 'ok: the module'
