#!/bin/sh
# SPDX-License-Identifier: MIT
#
# memory.sh VMNETCTL PEAK, as root in lab.sh's world: explain shows any number of rules in little memory. What it takes
# for 100,000 rules is compared with what it takes for 1,000; a limit of time would depend on the machine.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
peak=$2

# rules_of COUNT RULE: so many of this rule, in files of 20,000, since a file has at most 1 MiB
rules_of() {
    reset
    yes "$2" | head -n "$1" | split -l 20000 -d --additional-suffix=.rules - /etc/vmnet/rules.d/
}

# kib_of STATUS OPTION...: the most memory that explain has in use; what it prints is in the file answer
kib_of() {
    wanted=$1
    shift
    found=0
    "$peak" kib "$ctl" explain --bridge br0 "$@" >answer || found=$?
    [ "$found" = "$wanted" ] || fail "exit status $found instead of $wanted: $*"
    cat kib
}

# grows_little BYTES RULE STATUS OPTION...: each rule more takes at most so many bytes more
grows_little() {
    bytes=$1 rule=$2
    shift 2
    rules_of 1000 "$rule"
    few=$(kib_of "$@")
    rules_of 100000 "$rule"
    many=$(kib_of "$@")
    grep -q '/04\.rules' answer || fail "the rules of the last file are not in the answer: $*"
    echo "$rule $*: $few KiB for 1,000 rules, $many KiB for 100,000"
    [ $((many - few)) -le $((99000 * bytes / 1024)) ] || fail "more than $bytes bytes for each rule"
    [ "$many" -le $((51000000 / 1024)) ] || fail 'more than 51 MB for 100,000 rules'
}

# Rules of others, for another bridge: only --all shows them.
grows_little 64 'allow uid 4242 bridge br1' 1 --all
grows_little 64 'allow uid 4242 bridge br1' 1 --all --json
/usr/bin/python3 -c 'import json; answer = json.load(open("answer")); assert len(answer["sources"][0]["rules"]) == 100000' ||
    fail 'not every rule is in the answer'
# Denies that match: there is an advice about each of them, too.
grows_little 384 'deny all bridge br0' 1 --all
grows_little 384 'deny all bridge br0' 1 --json
# A user can match.
grows_little 64 'allow uid 0 bridge br0' 0 --json
