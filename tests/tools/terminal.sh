#!/bin/sh
# SPDX-License-Identifier: MIT
#
# terminal.sh VMNETCTL, as root in lab.sh's world: colours and tables are for terminals, and never with NO_COLOR.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

escape=$(printf '\033')

# on_terminal STATUS COMMAND...: as run, with a terminal for stdout
on_terminal() {
    wanted=$1
    shift
    run "$wanted" script -q -e -c "$*" /dev/null
}

coloured() {
    case $output in *"${escape}["*) ;; *) fail 'no colours' ;; esac
}

plain() {
    case $output in *"$escape"*) fail 'colours' ;; esac
}

rules 1.rules 'allow user vmuser bridge br0' 'allow user nobodyhere bridge br0'
printf 'include /etc/qemu/x\033[7m.conf\nallow br0\n' >/etc/qemu/bridge.conf
for command in "check" "explain --bridge br0" "list"; do
    case $command in check) status=1 ;; *) status=0 ;; esac
    # shellcheck disable=SC2086 # words
    run "$status" "$ctl" $command
    plain
    on_terminal "$status" "$ctl" "$command"
    coloured
    on_terminal "$status" NO_COLOR= "$ctl" "$command"
    coloured
    on_terminal "$status" NO_COLOR=1 "$ctl" "$command"
    plain
    on_terminal "$status" TERM=dumb "$ctl" "$command"
    plain
    on_terminal "$status" TERM= "$ctl" "$command"
    plain
done

on_terminal 0 NO_COLOR=1 "$ctl" list
says 'BRIDGE           STATE      OPTIONS           RULE'
says 'br0              up         -                 /etc/qemu/bridge.conf:2'
rules 2.rules 'allow uid 0 bridge virbr0 limit 3'
on_terminal 0 NO_COLOR=1 "$ctl" list
says 'virbr0           up         limit 3, 0 of 3 used  /etc/vmnet/rules.d/2.rules:1'
reset
on_terminal 0 "$ctl" list
says 'root (uid 0) may not use any bridge'
rules 1.rules 'allow'
on_terminal 2 "$ctl" list
says 'the rules give no answer'
says_not 'may not use any bridge'

# A summary of what was checked, for terminals only.
rules 1.rules 'allow user vmuser bridge br0' 'allow uid 7 bridge br0'
bridge_conf 'allow virbr0'
on_terminal 0 "$ctl" check
says '2 files, 3 rules, no errors'
run 0 "$ctl" check
[ "$output" = '' ] || fail 'a summary'
bridge_conf 'allow virbr0' 'allow virbr0'
on_terminal 1 NO_COLOR=1 "$ctl" check
says '2 files, 4 rules, 1 warning'
rules 1.rules 'allow user vmuser bridge br0' 'allow uid 7 bridge br0' 'allow uid 7 bridge gone'
on_terminal 1 NO_COLOR=1 "$ctl" check
says '2 files, 5 rules, 1 warning, 1 note'
printf 'x\ny\n' >>/etc/qemu/bridge.conf
on_terminal 2 NO_COLOR=1 "$ctl" check
says '2 errors'
printf 'allow virbr0\n' >one.conf
on_terminal 0 NO_COLOR=1 "$ctl" check one.conf
says '1 file, 1 rule, no errors'

# Marks for what is well and what is not, where the terminal can show them.
on_terminal 1 NO_COLOR=1 LC_ALL=C.UTF-8 "$ctl" doctor gone
says "$(printf '\342\234\223 no-new-privs: ')"
says "$(printf '\342\234\227 bridges: there is no interface')"
says '! helper-path: '
on_terminal 1 NO_COLOR=1 "$ctl" doctor gone
says 'ok   no-new-privs: '
says 'fail bridges: '
says 'note helper-path: '
run 1 env LC_ALL=C.UTF-8 "$ctl" doctor gone
says 'fail bridges: '
plain
on_terminal 1 "$ctl" doctor gone
coloured

# A comment that is kept can mean nothing to the terminal.
printf '# caf\303\251 \033[7m\n' >file
on_terminal 0 "$ctl" convert file
says '# caf\xc3\xa9 \x1b[7m'
run 0 "$ctl" convert file
says "$(printf '# caf\303\251 ')\\x1b[7m"
