# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Completion of vmnetctl(1) for bash.
#
# An interface can be called $(reboot). compgen -W expands its words, so names never go through it. Each word that goes
# onto the command line is quoted here, since bash quotes only the names of files.

# _vmnetctl_offer WORD...: complete with those that begin with what was typed, $current of the caller, in its quotes
_vmnetctl_offer() {
    local word quoted
    for word; do
        case $current in
        \'*)
            quoted=${word//\'/\'\\\'\'}
            [[ $quoted == "${current#\'}"* ]] || continue
            ;;
        \"*)
            quoted=$(printf '%s' "$word" | sed 's/[\\"$`]/\\&/g; s/!/"\\!"/g')
            [[ $quoted == "${current#\"}"* ]] || continue
            ;;
        *)
            printf -v quoted %q "$word"
            [[ $quoted == "$current"* || $word == "$current"* ]] || continue
            ;;
        esac
        COMPREPLY+=("$quoted")
    done
}

_vmnetctl_offer_bridges() {
    local directory names=()
    for directory in /sys/class/net/*/bridge; do
        [[ -d $directory ]] || continue
        directory=${directory%/bridge}
        names+=("${directory##*/}")
    done
    _vmnetctl_offer "${names[@]}"
}

_vmnetctl_offer_rules_files() {
    local file files=()
    for file in /etc/vmnet/rules.d/*.rules /etc/vmnet/switch.conf /etc/qemu/bridge.conf; do
        [[ -e $file ]] && files+=("$file")
    done
    _vmnetctl_offer "${files[@]}"
}

_vmnetctl_offer_users() {
    local users
    mapfile -t users < <(compgen -u)
    _vmnetctl_offer "${users[@]}"
}

# _vmnetctl_offer_command: complete the command that run runs, after --, and its arguments as without vmnetctl; fail
# before it
_vmnetctl_offer_command() {
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            if declare -F _command_offset >/dev/null; then
                _command_offset $((i + 1))
            elif ((i + 1 == COMP_CWORD)); then
                mapfile -t COMPREPLY < <(compgen -c -- "$current")
            else
                compopt -o default
            fi
            return 0
        fi
    done
    return 1
}

# _vmnetctl_offer_value OPTION: complete its value; fail if it has none
_vmnetctl_offer_value() {
    case $1 in
    --bridge) _vmnetctl_offer_bridges ;;
    --as) _vmnetctl_offer files qemu switch ;;
    --from) _vmnetctl_offer qemu lxc-usernet ;;
    --root) compopt -o dirnames ;;
    --mac | --name | --queues | --uid) ;;
    --helper | --with) compopt -o default ;;
    -u | --user) _vmnetctl_offer_users ;;
    *) return 1 ;;
    esac
}

_vmnetctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _vmnetctl_offer check explain list rules who status edit convert doctor run --help --version
        return
    fi
    # In --root=/x, bash sees three words.
    if [[ $current == = && $previous == --* ]]; then
        current=
    elif [[ $previous == = && ${COMP_WORDS[COMP_CWORD - 2]} == --* ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case ${COMP_WORDS[1]} in
    check) options='--root --with --as --all --json --help --version' ;;
    explain) options='--bridge --user --uid --all --json --help --version' ;;
    list) options='--user --uid --json --help --version' ;;
    rules | status) options='--json --help --version' ;;
    who) options='--all --json --help --version' ;;
    edit) options='--help --version' ;;
    convert) options='--from --drop-limits --help --version' ;;
    doctor) options='--user --json --help --version' ;;
    run)
        options='--bridge --mac --name --queues --helper --verbose --help --version --'
        _vmnetctl_offer_command && return
        ;;
    *) return ;;
    esac
    _vmnetctl_offer_value "$previous" && return
    case ${COMP_WORDS[1]},$current in
    *,-* | list,* | rules,* | status,* | run,*)
        # shellcheck disable=SC2086 # words of this file
        _vmnetctl_offer $options
        ;;
    edit,*) _vmnetctl_offer_rules_files ;;
    explain,* | who,* | doctor,*) _vmnetctl_offer_bridges ;;
    *) compopt -o default ;;
    esac
}

complete -F _vmnetctl vmnetctl
