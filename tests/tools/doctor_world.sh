# shellcheck shell=sh
# shellcheck disable=SC2154 # $ctl and $output are of world.sh
# SPDX-License-Identifier: MIT
#
# For the doctor_*.sh to read with ".", after world.sh: a system on which all is well, for vmuser on virbr0 and br0.
rules 10-doctor.rules 'allow user vmuser bridge virbr0' 'allow user vmuser bridge br0'

# doctor STATUS [ARGUMENT...]: what it says to vmuser
doctor() {
    wanted=$1
    shift
    run "$wanted" as vmuser "$ctl" doctor "$@"
}

# result LEVEL NAME TEXT [CURE]: there is a result with this text, and with this cure on the next line
result() {
    printf '%s\n' "$output" | level=$1 name=$2 text=$3 cure=${4-} awk '
        BEGIN { start = sprintf("%-4s %s: ", ENVIRON["level"], ENVIRON["name"]) }
        is_next && index($0, "cure: ") && index($0, ENVIRON["cure"]) { found = 1 }
        { is_next = index($0, start) == 1 && index($0, ENVIRON["text"]) }
        is_next && ENVIRON["cure"] == "" { found = 1 }
        END { exit !found }' || fail "no such result: $1 $2: $3${4+, cure: }${4-}"
}

# no_result LEVEL NAME
no_result() {
    ! printf '%s\n' "$output" | grep -q "^$1 *$2: " || fail "it has: $1 $2"
}

doctor 0
