#!/bin/sh
# SPDX-License-Identifier: MIT
#
# options.sh VMNETCTL VERSION, as root in lab.sh's world: the command line, and what is said of a wrong one.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

run 0 "$ctl" --version
[ "${output%% (*}" = "vmnetctl $2" ] || fail 'not the version of the project'
says '(libvmnetacl '
run 0 "$ctl" -V
run 0 "$ctl" --help
for command in check explain list rules who status edit convert doctor run; do
    says "$command"
done
for command in check explain list rules who status edit convert doctor run; do
    run 0 "$ctl" "$command" --help
    says "Usage: vmnetctl $command"
    run 0 "$ctl" "$command" -h
    for version in --version -V; do
        run 0 "$ctl" "$command" "$version"
        [ "${output%% (*}" = "vmnetctl $2" ] || fail "not the version of the project after $command"
    done
    run 64 "$ctl" "$command" --bogus
    says "unknown option '--bogus' of '$command'; see 'vmnetctl $command --help'"
done
run 64 "$ctl"
run 64 "$ctl" destroy
says "unknown command 'destroy'"
says_not 'did you mean'
run 64 "$ctl" explian
says "unknown command 'explian'; see 'vmnetctl --help'; did you mean 'explain'?"
run 64 "$ctl" Check
says "did you mean 'check'?"
run 64 "$ctl" list --jsno
says "unknown option '--jsno' of 'list'; see 'vmnetctl list --help'; did you mean '--json'?"
run 64 "$ctl" list --usr=root
says "unknown option '--usr=root' of 'list'; see 'vmnetctl list --help'; did you mean '--user'?"
run 64 "$ctl" rules --usr # it has none
says_not 'did you mean'
run 64 "$ctl" list -x
says_not 'did you mean'
run 64 "$ctl" list "--$(printf %02000d 0)"
says 'unknown option'
says_not 'did you mean'
run 64 "$ctl" list file
run 64 "$ctl" explain --bridge br0 file
run 64 "$ctl" explain br0 file
# A variable that is empty.
for command in 'check' 'explain' 'who' 'convert'; do
    run 64 "$ctl" "$command" ''
    says "an argument of '$command' is empty"
done

for wrong in '' -1 +1 1x ' 1' 4294967295 4294967296 99999999999999999999; do
    run 64 "$ctl" list --uid "$wrong"
    says "'$wrong' is not a user id"
done
run 0 "$ctl" list --uid 4294967294
run 64 "$ctl" list --uid 1 -u root
run 64 "$ctl" check -u root
says "unknown option '--user' of 'check'"
run 64 "$ctl" explain --bridge
says "missing value of '--bridge'"
run 64 "$ctl" check --user vmuser
says "unknown option '--user' of 'check'"
run 64 "$ctl" convert --json file
run 64 "$ctl" list --root /
run 64 "$ctl" list --all
run 64 "$ctl" rules file
run 64 "$ctl" who
run 64 "$ctl" who a/b
run 64 "$ctl" who br0 br1
run 64 "$ctl" "$(printf 'a\033b')"
says 'a\x1bb'
run 71 sh -c "'$ctl' --help >/dev/full"
run 71 sh -c "'$ctl' list --help >/dev/full"
