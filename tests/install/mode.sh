#!/bin/sh
# SPDX-License-Identifier: MIT
#
# mode.sh MODE BUILD_DIRECTORY, as root in lab.sh's world: an install in this VMNET_INSTALL_MODE, into DESTDIR and for
# real.
set -eu
# shellcheck source=/dev/null
. "${0%/*}/installed.sh"

mode=$1 build=$2
world=/run/lab/install
helper=$world/stage/usr/libexec/vmnet-helper

# assert_mode FILE: it is what the mode wants, and only that
assert_mode() {
    case $mode in
    setuid) assert_file "$1" 0:0 4755 ;;
    group) assert_file "$1" 0:4250 4750 ;;
    fscaps) assert_file "$1" 0:0 755 cap_net_admin=ep ;;
    none) assert_file "$1" 0:0 755 ;;
    esac
}

# assert_line FILE LINE
assert_line() {
    grep -q -x -F -e "$2" "$1" || fail "$1 has no line '$2': $(cat "$1")"
}

# assert_service STAGE: the socket of the service is for whom the helper is, whatever init system makes it
assert_service() {
    unit=$1/usr/lib/systemd/system/vmnet-helper.socket
    examples=$1/usr/share/doc/vmnet-helper/examples
    listen='/usr/libexec/vmnet-helperd --listen /run/vmnet/helper.sock'
    if [ "$mode" = group ]; then
        assert_line "$unit" SocketMode=0660
        assert_line "$unit" SocketGroup=vmgroup
        assert_line "$examples/openrc/vmnet-helper" 'command_args="--listen /run/vmnet/helper.sock --mode=0660"'
        assert_line "$examples/openrc/vmnet-helper" 'command_user="root:vmgroup"'
        # shellcheck disable=SC2016 # as it stands there
        assert_line "$examples/s6/vmnet-helper/run" \
            'exec s6-setuidgid 0:"$(getent group vmgroup | cut -d : -f 3)" '"$listen --mode=0660"
    else
        assert_line "$unit" SocketMode=0666
        ! grep SocketGroup= "$unit" || fail "$unit has a group"
        assert_line "$examples/openrc/vmnet-helper" 'command_args="--listen /run/vmnet/helper.sock"'
        ! grep command_user= "$examples/openrc/vmnet-helper" || fail 'OpenRC has a group'
        assert_line "$examples/s6/vmnet-helper/run" "exec $listen"
    fi
}

# The mode is kept when there is a helper already, of the same build or of another, and when it is stripped on the way.
mkdir "$world"
configure "$build" -DVMNET_INSTALL_MODE="$mode" -DVMNET_INSTALL_GROUP=vmgroup
install_into "$world/stage" "$build"
case $mode in group | fscaps) assert_output "may be lost on the way to other hosts" ;; esac
assert_mode "$helper"
assert_files "$world/stage"
assert_service "$world/stage"
! command -v zsh >/dev/null || assert_zsh "$world/stage"
install_into "$world/stage" "$build"
assert_mode "$helper"
echo other >"$helper"
touch -d 2001-01-01 "$helper" # CMake looks at the time, in seconds
install_into "$world/stage" "$build"
assert_mode "$helper"
cmp -s "$helper" "$build/helper/vmnet-helper" || fail "the other helper was not replaced"
install_into "$world/stage" "$build" --strip
assert_mode "$helper"
assert_files "$world/stage"
! readelf -SW "$helper" | grep -F ' .symtab ' || fail "not stripped"

# For real, and below another prefix.
output=$(cmake --install "$build" --prefix "$world/real" 2>&1) || fail "$output"
assert_mode "$world/real/libexec/vmnet-helper"

# And away again, as README.md says.
remove=$(sed -n 's/^    sudo \(xargs .*install_manifest.txt rm -f\)$/\1/p' "${0%/*}/../../README.md")
[ -n "$remove" ] || fail "README.md does not say how to uninstall"
(cd "$world" && mkdir -p build && ln -sfn "$build" build/release && eval "$remove")
left=$(find "$world/real" ! -type d)
[ -z "$left" ] || fail "left after the removal: $left"
cmake --install "$build" --prefix "$world/real" >/dev/null

# Where root's word is not enough, the mode fails or, into DESTDIR, says what the package must do.
refused() {
    output=$(cmake --install "$build" --prefix "$world/refused" 2>&1) && fail "installed without privilege: $output"
    assert_output "was installed without privilege and cannot work"
    assert_file "$world/refused/libexec/vmnet-helper" 0:0 755
    install_into "$world/refused.stage" "$build"
    assert_output "the package must make it so"
    assert_file "$world/refused.stage/usr/libexec/vmnet-helper" 0:0 755
}
case $mode in
group)
    configure "$build" -DVMNET_INSTALL_GROUP=nosuchgroup
    refused
    configure "$build" -DVMNET_INSTALL_GROUP=vmgroup
    ;;
fscaps)
    mkdir "$world/refused" "$world/refused.stage"
    mount -t ramfs ramfs "$world/refused" # takes no capability
    mount -t ramfs ramfs "$world/refused.stage"
    refused
    ;;
esac
echo "ok: $mode"
