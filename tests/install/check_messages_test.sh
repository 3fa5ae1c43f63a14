#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check_messages_test.sh SOURCE_DIRECTORY: does check_messages.pl see it when somebody forgets the documentation?
set -eu

source=$1
world=$(mktemp -d)
trap 'rm -rf "$world"' EXIT
trap 'exit 1' HUP INT TERM

# copy: a fresh copy of what the checker reads
copy() {
    rm -rf "$world/tree"
    mkdir "$world/tree"
    cp -R "$source/helper" "$source/service" "$source/tools" "$source/libacl" "$source/conf" "$world/tree"
}

# expect COMPLAINT: about the copy
expect() {
    found=$(perl "$source/tests/install/check_messages.pl" "$world/tree" 2>&1) && found="agrees $found"
    case $found in
    *"$1"*) ;;
    *) echo "FAILED: wanted '$1', got: $found" >&2 && exit 1 ;;
    esac
}

# expect_with COMPLAINT FILE LINE: when the file has this line more
expect_with() {
    copy
    printf '%s\n' "$3" >>"$world/tree/$2"
    expect "$1"
}

# expect_without COMPLAINT FILE PATTERN: when the file lacks the lines that match
expect_without() {
    copy
    sed "/$3/d" "$source/$2" >"$world/tree/$2"
    expect "$1"
}

expect_with agrees helper/tap.c '/* die(EX_OSERR, "in a comment"); */'
expect_with "not in DIAGNOSTICS of vmnet-helper(8): a new one of %s" \
    helper/tap.c 'die(EX_OSERR, "a new " "one of %s; try", x);'
expect_with "1 calls of die(), of which 0" helper/main.c 'die(EX_OSERR, text);'
expect_with "EX_IOERR is not in EXIT STATUS" helper/main.c 'return EX_IOERR;'
expect_with "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): open a new thing" libacl/read/file.c 'error_append(error, "open a new thing");'
expect_with "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): the %s is new" libacl/read/file.c \
    '.message = "the " word " is new; look",'
expect_without "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): the rule has the option '%s', which" \
    libacl/vmnetacl.3 'It the rule has the option'
expect_without "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): not a regular file" conf/vmnet-bridge.conf.5 'It not a regular file'
expect_without "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): unknown option '%.*s'" conf/vmnet-rules.5 'It unknown option'
expect_without "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): expected ']'" conf/vmnet-switch.conf.5 'It expected .*\]'
expect_without "not in DIAGNOSTICS of a page about the rules, or of vmnetacl(3): visit is missing" libacl/vmnetacl.3 'It visit is missing'
expect_without "nothing says: cannot wait for the helper" tools/run_taps.c 'cannot wait for the helper'
expect_without "nothing says: not a regular file" libacl/read/path.c 'not a regular file'
expect_without "nothing says: expected a number" libacl/text/token.c 'expected a number'
expect_without "nothing says: a second acl line" libacl/read/switch_conf.c 'a second acl line'
expect_without "nothing says: a path must be absolute" libacl/read/policy.c 'a path must be absolute'
expect_without "nothing says: the bridge has as many ports as it can have" helper/port.c 'the bridge has as many ports as it can have'
expect_without "EX_NOPERM is not in EXIT STATUS" helper/vmnet-helper.8 'Dv EX_NOPERM'
echo "ok: the checker sees what is missing"
