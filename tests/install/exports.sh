#!/bin/sh
# SPDX-License-Identifier: MIT
#
# exports.sh SOURCE_DIRECTORY BUILD_DIRECTORY: what libvmnetacl exports is what its header declares and its pages
# describe; and check_api.pl, which compares them, sees it when it is not.
set -eu

source=$1
library=$2/libacl/libvmnetacl.so
archive=$2/libacl/installed/libvmnetacl.a
checker=$source/tests/install/check_api.pl

perl "$checker" "$source" "$library" "$archive"

world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
trap 'exit 1' HUP INT TERM

# expect COMPLAINT FILE SED_SCRIPT: when the file is edited so
expect() {
    rm -rf "$world/tree"
    mkdir "$world/tree"
    cp -R "$source/libacl" "$world/tree"
    sed "$3" "$source/libacl/$2" >"$world/tree/libacl/$2"
    ! cmp -s "$source/libacl/$2" "$world/tree/libacl/$2" || { echo "FAILED: '$3' changes nothing in $2" >&2; exit 1; }
    found=$(perl "$checker" "$world/tree" "$library" "$archive" 2>&1) && found="agrees $found"
    case $found in
    *"$1"*) ;;
    *) echo "FAILED: wanted '$1', got: $found" >&2; exit 1 ;;
    esac
}

expect agrees vmnetacl.h 's/^#endif$/#endif \/* void vmnetacl_other(void); *\//'
expect 'libvmnetacl.so has no vmnetacl_other' vmnetacl.h 's/^void vmnetacl_free/void vmnetacl_other(void);&/'
expect 'libvmnetacl.a has vmnetacl_free, which' vmnetacl.h '/^void vmnetacl_free/d'
expect 'NAME of all pages has no vmnetacl_free' vmnetacl_load.3 '/^.Nm vmnetacl_free/d'
expect 'vmnetacl_lint.3: the prototype is' vmnetacl_lint.3 's/unsigned timeout_ms/int timeout_ms/'
expect 'vmnetacl_free(struct vmnetacl_policy *policy), and in' vmnetacl.h 's/^void vmnetacl_free(/&const /'
expect 'shows another struct vmnetacl_caller' vmnetacl.h 's/size_t groups_count;/unsigned groups_count;/'
expect 'struct vmnetacl_file is shown in no page' vmnetacl_load.3 's/^struct vmnetacl_file {/struct x {/'
expect 'VMNETACL_LINE_MAX is in no page' vmnetacl.3 's/VMNETACL_LINE_MAX/VMNETACL_LINE_SIZE/'
expect 'the pages have VMNETACL_LINE_SIZE' vmnetacl.3 's/VMNETACL_LINE_MAX/VMNETACL_LINE_SIZE/'
echo "ok: exports, header and pages"
