#!/bin/sh
# SPDX-License-Identifier: MIT
#
# completions.sh TOOLS_DIRECTORY VMNETCTL: the three shells can read their completions, which know each option that
# --help knows, and no other; bash's do complete.
set -eu

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

directory=$1/completions ctl=$2
bash -n "$directory/vmnetctl.bash" || fail bash
zsh -n "$directory/_vmnetctl" || fail zsh
fish -n "$directory/vmnetctl.fish" || fail fish

options=$(for command in '' check explain list convert; do
    # shellcheck disable=SC2086 # no word or one
    "$ctl" $command --help
done | grep -o -e '--[a-z][a-z]*' | sort -u)
[ "$(echo "$options" | wc -l)" -ge 8 ] || fail "only these options: $options"
for option in $options; do
    grep -q -e "$option\b" "$directory/vmnetctl.bash" || fail "bash does not know $option"
    grep -q -e "$option\b" "$directory/_vmnetctl" || fail "zsh does not know $option"
    grep -q -e "-l ${option#--}\b" "$directory/vmnetctl.fish" || fail "fish does not know $option"
done
known=$(grep -o -h -e '--[a-z][a-z]*' "$directory/vmnetctl.bash" "$directory/_vmnetctl" | sort -u)
for option in $known; do
    echo "$options" | grep -q -x -e "$option" || fail "there is no option $option"
done

# completes WANTED WORD...: the words that complete the last one
completes() {
    wanted=$1
    shift
    # shellcheck disable=SC2016 # expanded by bash
    found=$(bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vmnetctl; echo "${COMPREPLY[*]}"' \
        bash "$directory/vmnetctl.bash" vmnetctl "$@")
    [ "$found" = "$wanted" ] || fail "bash completes '$*' with '$found' instead of '$wanted'"
}
completes 'check convert' c
completes '--bridge' explain --b
completes '--user --json --help' list ''
completes 'qemu lxc-usernet' convert --from ''
completes 'lxc-usernet' convert --from l
completes 'root' list --user roo
completes '' explain --bridge nobridgeiscalledth
completes '' frobnicate --x
