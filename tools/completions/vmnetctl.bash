# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Completion of vmnetctl(1) for bash.

_vmnetctl_bridges() {
    local directory
    for directory in /sys/class/net/*/bridge; do
        [[ -d $directory ]] || continue
        directory=${directory%/bridge}
        printf '%s\n' "${directory##*/}"
    done
}

_vmnetctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options words=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        words='check explain list convert --help --version'
    else
        case ${COMP_WORDS[1]} in
        check) options='--root --json --help' ;;
        explain) options='--bridge --user --all --json --help' ;;
        list) options='--user --json --help' ;;
        convert) options='--from --help' ;;
        *) return ;;
        esac
        case $previous in
        --bridge) words=$(_vmnetctl_bridges) ;;
        --from) words='qemu lxc-usernet' ;;
        --user)
            mapfile -t COMPREPLY < <(compgen -u -- "$current")
            return
            ;;
        --root)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return
            ;;
        *)
            case ${COMP_WORDS[1]},$current in
            check,-* | convert,-* | explain,* | list,*) words=$options ;;
            *)
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return
                ;;
            esac
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o filenames -F _vmnetctl vmnetctl
