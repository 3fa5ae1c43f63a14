# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# For the tests in this directory to read with ".": install a release build, and look at what is there afterwards.
umask 022

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# configure BUILD_DIRECTORY OPTION...
configure() {
    build=$1
    shift
    cmake "$@" "$build" >/dev/null
}

# install_into DIRECTORY BUILD_DIRECTORY [OPTION...]: the output is in $output
install_into() {
    into=$1 build=$2
    shift 2
    output=$(DESTDIR=$into cmake --install "$build" "$@" 2>&1) || fail "cmake --install $build: $output"
}

# assert_file FILE OWNER:GROUP MODE [CAPABILITIES]
assert_file() {
    found=$(stat -c '%u:%g %a' "$1") || fail "$1 is not there"
    [ "$found" = "$2 $3" ] || fail "$1 is $found, not $2 $3"
    found=$(getcap "$1")
    [ "${found#"$1"}" = "${4:+ $4}" ] || fail "$1 has the capabilities '$found', not '${4-}'"
}

# assert_output TEXT: it was said
assert_output() {
    # CMake breaks long lines.
    case $(printf '%s' "$output" | tr -s ' \n' '  ') in
    *"$1"*) ;;
    *) fail "the install did not say '$1', but: $output" ;;
    esac
}

# Where zsh looks for what packages bring.
zsh_directory=/usr/share/zsh/site-functions
[ ! -e /etc/debian_version ] || zsh_directory=/usr/share/zsh/vendor-completions

# wanted_files LIBDIR: what there is, part by part; the library's part is in LIBDIR
wanted_files() {
    cat <<FILES
/usr/libexec/vmnet-helper
/usr/libexec/vmnet-helperd
/usr/lib/systemd/system/vmnet-helper.service
/usr/lib/systemd/system/vmnet-helper.socket
/usr/share/doc/vmnet-helper/NEWS
/usr/share/doc/vmnet-helper/README.md
/usr/share/doc/vmnet-helper/SECURITY.md
/usr/share/doc/vmnet-helper/examples/apparmor/abstractions/vmnet-helper
/usr/share/doc/vmnet-helper/examples/apparmor/local/usr.sbin.libvirtd
/usr/share/doc/vmnet-helper/examples/apparmor/usr.libexec.vmnet-helper
/usr/share/doc/vmnet-helper/examples/apparmor/usr.libexec.vmnet-helperd
/usr/share/doc/vmnet-helper/examples/bridge.conf
/usr/share/doc/vmnet-helper/examples/network/NetworkManager/50-vmnet.conf
/usr/share/doc/vmnet-helper/examples/network/NetworkManager/br0-port.nmconnection
/usr/share/doc/vmnet-helper/examples/network/NetworkManager/br0.nmconnection
/usr/share/doc/vmnet-helper/examples/network/NetworkManager/vmbr0.nmconnection
/usr/share/doc/vmnet-helper/examples/network/README.md
/usr/share/doc/vmnet-helper/examples/network/ifupdown/vmbr0
/usr/share/doc/vmnet-helper/examples/network/ifupdown/vmbr0.dnsmasq
/usr/share/doc/vmnet-helper/examples/network/libvirt/default.xml
/usr/share/doc/vmnet-helper/examples/network/networkd-uplink/10-br0-port.network
/usr/share/doc/vmnet-helper/examples/network/networkd-uplink/10-br0.netdev
/usr/share/doc/vmnet-helper/examples/network/networkd-uplink/10-br0.network
/usr/share/doc/vmnet-helper/examples/network/networkd/50-vmnet-network.conf
/usr/share/doc/vmnet-helper/examples/network/networkd/70-vmbr0.netdev
/usr/share/doc/vmnet-helper/examples/network/networkd/70-vmbr0.network
/usr/share/doc/vmnet-helper/examples/network/networkd/70-vmnet-tap.network
/usr/share/doc/vmnet-helper/examples/network/networkd/ipv6-nat.conf
/usr/share/doc/vmnet-helper/examples/network/networkd/nftables-vmnet-network.conf
/usr/share/doc/vmnet-helper/examples/network/networkd/vmbr0.nft
/usr/share/doc/vmnet-helper/examples/network/networkd/vmnet-network
/usr/share/doc/vmnet-helper/examples/network/networkd/vmnet-network.service
/usr/share/doc/vmnet-helper/examples/openrc/vmnet-helper
/usr/share/doc/vmnet-helper/examples/s6/vmnet-helper/run
/usr/share/doc/vmnet-helper/examples/sample.rules
/usr/share/doc/vmnet-helper/examples/selinux/vmnet_helper.fc
/usr/share/doc/vmnet-helper/examples/selinux/vmnet_helper.if
/usr/share/doc/vmnet-helper/examples/selinux/vmnet_helper.te
/usr/share/doc/vmnet-helper/examples/switch.conf
/usr/share/licenses/vmnet-helper/LICENSE
/usr/share/man/man5/vmnet-bridge.conf.5
/usr/share/man/man5/vmnet-rules.5
/usr/share/man/man5/vmnet-switch.conf.5
/usr/share/man/man8/vmnet-helper.8
/usr/share/man/man8/vmnet-helperd.8
FILES
    cat <<FILES
/usr/include/vmnetacl.h
/usr/include/vmnetacl_error.h
$1/cmake/vmnetacl/vmnetacl-config-version.cmake
$1/cmake/vmnetacl/vmnetacl-config.cmake
$1/cmake/vmnetacl/vmnetacl-shared-relwithdebinfo.cmake
$1/cmake/vmnetacl/vmnetacl-shared.cmake
$1/cmake/vmnetacl/vmnetacl-static-relwithdebinfo.cmake
$1/cmake/vmnetacl/vmnetacl-static.cmake
$1/libvmnetacl.a
$1/libvmnetacl.so
$1/libvmnetacl.so.1
$1/libvmnetacl.so.1.0.0
$1/pkgconfig/vmnetacl.pc
/usr/share/man/man3/vmnetacl.3
/usr/share/man/man3/vmnetacl_advise.3
/usr/share/man/man3/vmnetacl_authorize.3
/usr/share/man/man3/vmnetacl_caller_free.3
/usr/share/man/man3/vmnetacl_caller_of_peer.3
/usr/share/man/man3/vmnetacl_caller_of_user.3
/usr/share/man/man3/vmnetacl_caller_self.3
/usr/share/man/man3/vmnetacl_code_advice.3
/usr/share/man/man3/vmnetacl_code_class.3
/usr/share/man/man3/vmnetacl_code_name.3
/usr/share/man/man3/vmnetacl_decide.3
/usr/share/man/man3/vmnetacl_enumerate.3
/usr/share/man/man3/vmnetacl_error.3
/usr/share/man/man3/vmnetacl_escape.3
/usr/share/man/man3/vmnetacl_explain.3
/usr/share/man/man3/vmnetacl_file_at.3
/usr/share/man/man3/vmnetacl_free.3
/usr/share/man/man3/vmnetacl_lint.3
/usr/share/man/man3/vmnetacl_load.3
/usr/share/man/man3/vmnetacl_load_from.3
/usr/share/man/man3/vmnetacl_name_valid.3
/usr/share/man/man3/vmnetacl_names_free.3
/usr/share/man/man3/vmnetacl_option_at.3
/usr/share/man/man3/vmnetacl_permits_any_network.3
/usr/share/man/man3/vmnetacl_requires_log.3
/usr/share/man/man3/vmnetacl_resolve.3
/usr/share/man/man3/vmnetacl_rules_close.3
/usr/share/man/man3/vmnetacl_rules_next.3
/usr/share/man/man3/vmnetacl_rules_open.3
/usr/share/man/man3/vmnetacl_source_at.3
/usr/share/man/man3/vmnetacl_status_name.3
/usr/share/man/man3/vmnetacl_version.3
FILES
    cat <<FILES
/usr/bin/vmnetctl
/usr/share/bash-completion/completions/vmnetctl
/usr/share/fish/vendor_completions.d/vmnetctl.fish
/usr/share/man/man1/vmnetctl.1
/usr/share/vmnet-helper/vmnetctl.schema.json
$zsh_directory/_vmnetctl
FILES
}

# assert_files STAGE: exactly these files; plain ones of their owner's, but programs and, on some systems, libraries
assert_files() {
    libdir=$(cd "$1" && find usr -name pkgconfig | sed 's/^/\//; s/\/pkgconfig$//')
    wanted=$(wanted_files "$libdir" | LC_ALL=C sort)
    found=$(cd "$1" && find . ! -type d | sed 's/^\.//' | LC_ALL=C sort)
    [ "$found" = "$wanted" ] || fail "installed are: $found"
    found=$(find "$1" -type f ! -path "$1/usr/libexec/*" ! -path "$1/usr/bin/*" ! -name 'lib*.so.*' ! -perm 644)
    [ "$found" = "" ] || fail "not of mode 644: $found"
    found=$(find "$1" -type f \( -path "$1/usr/bin/*" -o -name 'lib*.so.*' \) ! -perm 755 ! -perm 644)
    [ "$found" = "" ] || fail "neither of mode 755 nor of 644: $found"
    found=$(find "$1" -type d ! -path "$1" ! -perm 755)
    [ "$found" = "" ] || fail "not of mode 755: $found"
}

# assert_zsh STAGE: zsh looks in the directory of its completion, and takes what is there for one
assert_zsh() {
    # shellcheck disable=SC2016 # expanded by zsh
    zsh -f -c 'print -l $fpath' | grep -q -x "$zsh_directory" || fail "zsh does not look in $zsh_directory"
    # shellcheck disable=SC2016 # the same
    found=$(DIRECTORY=$1$zsh_directory zsh -f -c \
        'fpath=($DIRECTORY $fpath); autoload -U compinit; compinit -u -D; print $_comps[vmnetctl]')
    [ "$found" = _vmnetctl ] || fail "zsh completes vmnetctl with '$found'"
}
