#!/bin/sh
# SPDX-License-Identifier: MIT
#
# completions.sh VMNETCTL DIRECTORY, as root in lab.sh's world: the three shells can read their completions, which know
# each option that --help knows, and no other. They complete, and the name of a bridge is never run, but quoted.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
directory=$2

bash -n "$directory/vmnetctl.bash" || fail bash
zsh -n "$directory/_vmnetctl" || fail zsh
fish -n "$directory/vmnetctl.fish" || fail fish

options=$(for command in '' check explain list rules who status edit convert doctor run; do
    # shellcheck disable=SC2086 # no word or one
    "$ctl" $command --help
done | grep -o -e '--[a-z][a-z-]*' | sort -u)
[ "$(echo "$options" | wc -l)" -ge 8 ] || fail "only these options: $options"
for option in $options; do
    grep -q -e "$option\b" "$directory/vmnetctl.bash" || fail "bash does not know $option"
    grep -q -e "$option\b" "$directory/_vmnetctl" || fail "zsh does not know $option"
    grep -q -e "-l ${option#--}\b" "$directory/vmnetctl.fish" || fail "fish does not know $option"
done
known=$(grep -o -h -e '--[a-z][a-z-]*' "$directory/vmnetctl.bash" "$directory/_vmnetctl" | sort -u)
for option in $known; do
    echo "$options" | grep -q -x -e "$option" || fail "there is no option $option"
done

mkdir path
: >path/vmnetctl-run-this
chmod 755 path/vmnetctl-run-this
PATH=$PATH:$work/path

# completes WANTED WORD...: the words that complete the last one; files or directories: what bash itself completes with
completes() {
    wanted=$1
    shift
    # shellcheck disable=SC2016 # expanded by bash
    found=$(bash -c '. "$1"; shift; compopt() { COMPREPLY+=("$2"); }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));
        _vmnetctl; echo "${COMPREPLY[*]}"' bash "$directory/vmnetctl.bash" vmnetctl "$@")
    [ "$found" = "$wanted" ] || fail "bash completes '$*' with '$found' instead of '$wanted'"
}
completes 'check convert' c
completes '--bridge' explain --b
completes 'status' s
completes '--json --help --version' status ''
completes '--user --uid --json --help --version' list ''
completes 'qemu lxc-usernet' convert --from ''
completes 'lxc-usernet' convert --from l
completes 'root' list --user roo
completes 'root' list --user = roo
completes 'br0 virbr0' explain --bridge = ''
completes 'br0' explain --bridge b
completes 'br0 virbr0' explain ''
completes 'root' list -u roo
completes '' list --uid 1
completes '' edit /etc/vmnet/rules.d/
: >/etc/vmnet/rules.d/1.rules
completes '/etc/vmnet/rules.d/1.rules' edit /etc/
completes 'br0' who b
completes '' explain --bridge nobridgeiscalledth
completes 'dirnames' check --root /e
completes 'default' check /e
completes 'default' check --with /e
completes 'files' check --as f
completes '--user' doctor --u
completes '' frobnicate --x
completes '--bridge' run --b
completes 'br0' run --bridge b
completes '' run --bridge br0 --mac 5
completes 'default' run --helper /u
completes '--verbose --version' run --bridge br0 --ver
completes 'vmnetctl-run-this' run --bridge br0 -- vmnetctl-run-t
completes 'default' run --bridge br0 -- cat /e

# The command that run runs is completed as without vmnetctl, and so are its arguments.
: >/etc/vmnetctl-run-file
for shell in bash zsh; do
    for line in '-- vmnetctl-run-t' '-- cat "a b" /etc/vmnetctl-run-f' '--verb'; do
        rm -f arguments
        /usr/bin/python3 "$here/complete.py" "$shell" "$directory" "vmnetctl run --bridge br0 $line$(printf '\t')" >shown
        case "$line $(tr '\0' ' ' <arguments)" in
        *' run --bridge br0 -- vmnetctl-run-this ' | *' run --bridge br0 -- cat a b /etc/vmnetctl-run-file ' | \
            *' run --bridge br0 --verbose ') ;;
        *) fail "$shell completes $line to '$(tr '\0' ' ' <arguments)'" ;;
        esac
    done
done
# shellcheck disable=SC2016 # expanded by fish
fish --no-config -c 'source $argv[1]
    for line in "-- vmnetctl-run-t" "-- cat \"a b\" /etc/vmnetctl-run-f" "--verb"
        complete -C "vmnetctl run --bridge br0 $line" | string replace -r "\t.*" ""
    end' "$directory/vmnetctl.fish" >shown
[ "$(tr '\n' ' ' <shown)" = 'vmnetctl-run-this /etc/vmnetctl-run-file --verbose ' ] || fail "fish completes to $(cat shown)"

# names_complete NAME BEGINNING: each shell completes the beginning of this name, in each kind of quotes, to a word that
# it reads as this name again. The name would create the file "pwn" if it were run.
names_complete() {
    ip link add name "$1" type bridge
    printf '%s\0' explain --bridge "$1" >wanted
    for shell in bash zsh; do
        for quote in '' "'" '"'; do
            rm -f arguments
            /usr/bin/python3 "$here/complete.py" "$shell" "$directory" \
                "vmnetctl explain --bridge $quote$2$(printf '\t')" >shown
            cmp -s arguments wanted || fail "$shell completes $quote$2 to '$(tr '\0' ' ' <arguments)', not '$1'"
        done
    done
    # shellcheck disable=SC2016 # expanded by fish
    fish --no-config -c 'source $argv[1]
        eval set words (complete --escape -C "vmnetctl explain --bridge $argv[2]" | string replace -r "\t.*" "")
        string join0 -- explain --bridge $words >arguments' "$directory/vmnetctl.fish" "$2"
    # fish itself leaves a ~ unquoted at the beginning of any completion.
    [ "$1" = '~root' ] || cmp -s arguments wanted || fail "fish completes $2 to '$(tr '\0' ' ' <arguments)', not '$1'"
    [ ! -e pwn ] || fail "a shell ran the name $1"
    ip link delete "$1"
}
ip link delete br0
ip link delete virbr0
# shellcheck disable=SC2016 # not expanded by anyone
for name in 'x$(id>pwn)' 'x`id>pwn`' 'x;id>pwn' "x'q\"d!x" 'x*?[a]{b,c}' 'x\b=@^#|&y'; do
    names_complete "$name" x
done
# shellcheck disable=SC2016 # not expanded by anyone
for name in '$(id>pwn)' '~root' '#x' '*'; do
    names_complete "$name" ''
done
