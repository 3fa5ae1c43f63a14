#!/bin/sh
# SPDX-License-Identifier: MIT
#
# convert.sh VMNETCTL, as root in lab.sh's world: a converted file says what the old one did, and is a valid one.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# The version in the output changes with each release.
without_version() {
    output=$(printf '%s\n' "$output" | sed 's/\(vmnetctl\|vmnet-helper\) [0-9][^ ]*/\1 VERSION/')
}

# Each kind of line of a bridge.conf.
{
    printf '# kept: caf\303\251\r\n\n  # indented\nallow virbr0 \t\n\tallow\tbr0\ndeny br-x\n'
    printf 'include /etc/qemu/alice.conf\ndeny a*b\ndeny *\nallow br*\n#no newline'
} >bridge.conf
run 1 "$ctl" convert bridge.conf
without_version
is_golden convert-qemu
printf '%s\n' "$output" >converted.rules
run 1 "$ctl" check converted.rules # since 'deny *' became 'deny all'
says_not error

# Each kind of line of an lxc-usernet.
{
    printf '# users\n\nvmuser veth lxcbr0 2\n@vmgroup\tveth lxcbr0 10\nvmother veth br0 0\nvmother veth br0 -1\n'
    printf 'vmother macvlan br0 1\nvmother veth none 1\n vmother veth br0 1\nvmother veth br0 +3junk\n'
    printf 'vmother veth br0 x\nvmother veth br0\nvmother veth all 1\nvmother veth br* 1\nvmuser veth lxcbr0 4\n'
    printf 'vmuser veth toolongnameforabridge 1\nv\033x veth br0 1\nx\0y veth br0 1\n'
    printf 'vmother veth br1 2147483648\r\nvmother veth br1 1024\r\nvmother veth br1 1023\r\n@ veth br0 1\n'
} >usernet
run 1 "$ctl" convert usernet
without_version
is_golden convert-lxc
printf '%s\n' "$output" >converted.rules
run 1 "$ctl" check converted.rules
says '[rule-shadowed]'
says_not error

# What is wrong is not converted: it may be a deny.
printf 'allow virbr0\ndenny br0\n' >wrong.conf
run 2 "$ctl" convert wrong.conf
says 'wrong.conf:2:1: '
says_not 'allow all'

# The format is told from the content, unless it is given.
printf '# nothing\n' >empty
run 0 "$ctl" convert empty
printf 'deny br0\n' >short
run 0 "$ctl" convert short
says 'deny all bridge br0'
run 1 "$ctl" convert --from lxc-usernet short
says 'NOTE on line 1'
printf 'allow veth br0 2\n' >user_called_allow
run 0 "$ctl" convert user_called_allow
says 'allow user allow bridge br0 limit 2'
run 2 "$ctl" convert --from qemu user_called_allow
run 64 "$ctl" convert --from other short
run 64 "$ctl" convert
run 64 "$ctl" convert short empty
run 66 "$ctl" convert /dev/null
says "'/dev/null' is not a regular file; to convert what it gives, write that to a file"
run 66 "$ctl" convert nowhere

# Long comments are broken, and stay within the limit.
printf '# %03000d\nvmuser veth br0 1\n%0900d veth br0 1\n' 1 2 >long
run 1 "$ctl" convert long
printf '%s\n' "$output" >converted.rules
run 0 "$ctl" check converted.rules
says_not error

# The verdicts are the same before, from the source qemu, and afterwards, from files. One line for each: they are asked
# for some hundred times, so no process is started but vmnetctl.
cat >verdicts.sh <<'SCRIPT'
for bridge in a b c ab br1 all 'a*'; do
    answer=$("$ctl" explain --bridge "$bridge" 2>&1) || :
    case $answer in allow:* | deny:* | notfound:*) ;; *) echo "$answer" >&2; exit 1 ;; esac
    echo "$1 $bridge ${answer%%:*}"
done
SCRIPT
verdicts() {
    for user in vmuser vmother; do
        ctl=$ctl as "$user" sh verdicts.sh "$user" || return 1
    done
}

round=0
while [ $round -lt 12 ]; do
    reset
    awk -v seed=$round 'BEGIN {
        srand(seed)
        split("a b c ab br1 all", names)
        for (i = int(rand() * 6); i >= 0; i--)
            print (rand() < 0.25 ? "deny " : "allow ") names[1 + int(rand() * 6)]
        if (rand() < 0.3) print "deny a*"
    }' >/etc/qemu/bridge.conf
    old=$(verdicts) || fail "no verdicts"
    "$ctl" convert /etc/qemu/bridge.conf >/etc/vmnet/rules.d/1.rules || [ $? = 1 ] || fail 'it does not convert'
    if grep -q '\*' /etc/qemu/bridge.conf; then # a deny that grows on the way: no new verdict is more permissive
        rm /etc/qemu/bridge.conf
        verdicts >new || fail "no verdicts"
        printf '%s\n' "$old" | paste -d ' ' - new | grep ' \(deny\|notfound\) .* allow$' && fail "more is allowed"
    else
        rm /etc/qemu/bridge.conf
        [ "$(verdicts)" = "$old" ] || fail "other verdicts in round $round"
    fi
    round=$((round + 1))
done
