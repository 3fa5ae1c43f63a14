# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# For the tests in this folder to read with ".": install a release build, and look at what is there afterwards.

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# configure BUILD_FOLDER OPTION...
configure() {
    build=$1
    shift
    cmake "$@" "$build" >/dev/null
}

# install_into FOLDER BUILD_FOLDER [OPTION...]: the output is in $output
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

# assert_files STAGE: exactly these files, and nothing but the programs is more than a plain file of its owner's
assert_files() {
    doc=/usr/share/doc/vmnet-helper
    wanted="/usr/bin/vmnetctl
/usr/libexec/vmnet-helper
/usr/share/bash-completion/completions/vmnetctl
$doc/LICENSE
$doc/README.md
$doc/SECURITY.md
$doc/examples/bridge.conf
$doc/vmnetctl.schema.json
/usr/share/fish/vendor_completions.d/vmnetctl.fish
/usr/share/man/man1/vmnetctl.1
/usr/share/man/man5/vmnet-bridge.conf.5
/usr/share/man/man8/vmnet-helper.8
/usr/share/zsh/site-functions/_vmnetctl"
    found=$(cd "$1" && find . ! -type d | sed 's/^\.//' | LC_ALL=C sort)
    [ "$found" = "$wanted" ] || fail "installed are: $found"
    found=$(find "$1" -type f ! -name vmnet-helper ! -path "$1/usr/bin/*" ! -perm 644)
    [ "$found" = "" ] || fail "not of mode 644: $found"
    found=$(find "$1/usr/bin" -type f ! -perm 755)
    [ "$found" = "" ] || fail "not of mode 755: $found"
    found=$(find "$1" -type d ! -path "$1" ! -perm 755)
    [ "$found" = "" ] || fail "not of mode 755: $found"
}
