#!/bin/sh
# SPDX-License-Identifier: MIT
#
# changes.sh BUILD_DIRECTORY, as root in lab.sh's world: from each mode to each other, over the same file, nothing stays
# after of what the mode before had granted. And the directory of the helper can be a full path.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

build=$1
stage=/run/lab/stage
helper=$stage/usr/libexec/vmnet-helper

# install_as MODE
install_as() {
    configure "$build" -DVMNET_INSTALL_MODE="$1" -DVMNET_INSTALL_GROUP=vmgroup
    install_into "$stage" "$build"
    case $1 in
    setuid) assert_file "$helper" 0:0 4755 ;;
    group) assert_file "$helper" 0:4250 4750 ;;
    fscaps) assert_file "$helper" 0:0 755 cap_net_admin=ep ;;
    none) assert_file "$helper" 0:0 755 ;;
    esac
}

for mode in setuid group fscaps setuid fscaps group setuid none fscaps none group none setuid; do
    install_as "$mode"
done

# Neither a wrong mode nor a wrong group gets as far as an install.
for option in VMNET_INSTALL_MODE=suid VMNET_INSTALL_GROUP=-R VMNET_INSTALL_GROUP='a b' VMNET_INSTALL_GROUP=; do
    ! configure "$build" -D"$option" 2>/dev/null || fail "configured with $option"
    configure "$build" -DVMNET_INSTALL_MODE=setuid -DVMNET_INSTALL_GROUP=vmgroup
done

trap 'configure "$build" -DCMAKE_INSTALL_LIBEXECDIR=libexec -UVMNET_SYSTEMD_UNIT_DIR' EXIT
trap 'exit 1' HUP INT TERM
configure "$build" -DCMAKE_INSTALL_LIBEXECDIR=/opt/vm/bin -DVMNET_SYSTEMD_UNIT_DIR=/opt/vm/units
install_into "$stage.other" "$build"
assert_file "$stage.other/opt/vm/bin/vmnet-helper" 0:0 4755
page=$stage.other/usr/share/man/man8/vmnet-helper.8
sed -i 's/\\-/-/g' "$page"
grep -q -F /opt/vm/bin/vmnet-helper "$page" || fail "the manual page does not tell the path"
! grep -F /usr/libexec/vmnet-helper "$page" || fail "the manual page tells another path"
for file in /opt/vm/units/vmnet-helper.service /usr/share/doc/vmnet-helper/examples/openrc/vmnet-helper \
    /usr/share/doc/vmnet-helper/examples/s6/vmnet-helper/run; do
    grep -q -F /opt/vm/bin/vmnet-helperd "$stage.other$file" || fail "$file does not tell the path"
    ! grep -e /usr/libexec/vmnet-helper -e '@[a-z_]*@' "$stage.other$file" || fail "$file tells another path"
done

# Without systemd there are no units.
configure "$build" -DVMNET_SYSTEMD_UNIT_DIR=
install_into "$stage.none" "$build"
found=$(find "$stage.none" ! -path '*/examples/*' \( -name '*.service' -o -name '*.socket' \))
[ -z "$found" ] || fail "units are installed: $found"
echo "ok: changes of the mode"
