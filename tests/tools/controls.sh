#!/bin/sh
# SPDX-License-Identifier: MIT
#
# controls.sh VMNETCTL, as root in lab.sh's world: control characters in names, paths, comments and arguments do not
# come out of any command, whether to a terminal, a pipe or stderr.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

# is_clean FILE [text]: only printable ASCII, tabs and newlines; with text also UTF-8, but without control characters
is_clean() {
    /usr/bin/python3 -c 'import sys, unicodedata
found = open(sys.argv[1], "rb").read()
if sys.argv[2:] == []:
    found.decode("ascii")
for character in found.decode("utf-8"):
    assert character in "\n\t" or unicodedata.category(character) != "Cc", ascii(character)
    assert unicodedata.bidirectional(character) not in "LRE RLE LRO RLO PDF LRI RLI FSI PDI".split(), ascii(character)
    assert unicodedata.category(character) not in ("Zl", "Zp"), ascii(character)' "$@" 2>error || {
        cat -v "$1" error >&2
        fail "control characters come out"
    }
}

# is_safe COMMAND...: with stdout and stderr in files, and on a terminal.
is_safe() {
    "$ctl" "$@" >out 2>err || :
    [ -s out ] || [ -s err ] || fail "no output of $*"
    case $1 in convert) is_clean out text ;; *) is_clean out ;; esac
    is_clean err
    for argument in "$ctl" "$@"; do
        printf '%s\0' "$argument"
    done >arguments
    NO_COLOR=1 script -q -e -c 'xargs -0 -a arguments env --' typed >terminal </dev/null || :
    tr -d '\r' <terminal >out
    grep -q '^\(xargs\|env\):' out && fail "$* does not run on a terminal"
    [ -s out ] || fail "no output of $* on a terminal"
    is_clean out
}

# A few of each kind: C0, DEL, C1 as a byte and in UTF-8, bytes that are no UTF-8, what changes the order of text.
order=$(printf '\342\200\216\342\200\217\330\234')
all=$(printf 'x\033[7m\007\177\233\302\233\302\205\303\200\200\377\355\240\200\340\200\210\342\200\256\342\201\246\342\200\250')${order}y
short=$(printf 'b\302\233\342\200\256r')

is_safe "$all"
is_safe check "--$all"
is_safe list "$all"
is_safe check "$all"
is_safe check --root "$all"
is_safe explain --bridge "$all"
is_safe explain --bridge "$short"
is_safe explain --bridge br0 --user "$all"
is_safe list --user "$all"
is_safe convert "$all"
is_safe convert --from "$all" file

# In the names of files, users, groups and bridges, and in rules.
printf '%s:x:4270:4270::/:/bin/sh\n' "$short" >>/etc/passwd
printf '%s:x:4271:%s\n' "$short" "$short" >>/etc/group
ip link add "$short" type bridge
rules "$short.rules" "# $all" "allow user $short bridge $short" "allow group $all bridge b" "deny user x bridge $short*"
rules "$short" "$all"
bridge_conf "# $all" "allow $short" "include /etc/qemu/$all"
for command in check list explain; do
    case $command in explain) set -- --bridge "$short" --all ;; *) set -- ;; esac
    is_safe $command "$@"
    is_safe $command "$@" --json
    case $command in check) continue ;; esac
    is_safe $command "$@" --user "$short"
    is_safe $command "$@" --user "$short" --json
done
is_safe explain --bridge other --user "$short"
for line in "$all" "allow $all" "allow user $all" "allow user a bridge $all" "allow all bridge b $all" "include $all"; do
    rules 1.rules "$line"
    bridge_conf "$line"
    is_safe check
    is_safe list
    is_safe explain --bridge br0
    is_safe check /etc/vmnet/rules.d/1.rules /etc/qemu/bridge.conf
    is_safe convert /etc/qemu/bridge.conf
    is_safe convert --from lxc-usernet /etc/qemu/bridge.conf
done
switch "acl: $all"
is_safe check
is_safe list
rm /etc/vmnet/switch.conf

# A comment keeps text in any language, in a file.
mkdir "$short"
order_shown='\xe2\x80\x8e\xe2\x80\x8f\xd8\x9cy'
printf '# %s\n# caf\303\251 \350\252\236 \360\237\230\200\nallow br0\nallow %s\ndeny %s\n' "$all" "$short" "$short" >"$short/conf"
is_safe convert "$short/conf"
"$ctl" convert "$short/conf" >out || [ $? = 1 ] || fail 'it does not convert'
output=$(cat out)
says "$(printf '# caf\303\251 \350\252\236 \360\237\230\200')"
says "$(printf '# x\\x1b[7m\\x07\\x7f\\x9b\\xc2\\x9b\\xc2\\x85\303\200\\x80\\xff\\xed\\xa0\\x80\\xe0\\x80\\x88\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\xa8')$order_shown"
# A name that would be escaped is in no rule: with escapes it would be another name.
says 'NOTE on line 4: the name of the bridge has bytes that cannot be printed:'
says 'NOTE on line 5: the name of the bridge has bytes that cannot be printed; the next rule denies more:'
says 'deny all bridge b*'
says_not "allow all bridge b\\x"
printf 'v\303\251 veth br0 1\n%s veth br0 1\n@x veth %s 1\n' "$short" "$short" >usernet
is_safe convert usernet
run 1 "$ctl" convert usernet
says "$(printf 'allow user v\303\251 bridge br0')"
says 'NOTE on line 2: its user, group or bridge has bytes that cannot be printed:'
says 'NOTE on line 3: its user, group or bridge has bytes that cannot be printed:'

# A newline in the name of a file begins no rule, wherever the name is shown.
name=$(printf 'a\nallow all bridge other')
printf 'allow br0\n' >"$name"
chmod 600 "$name"
run 0 "$ctl" convert "$name"
says 'a\x0aallow all bridge other is root:root 0600'
case $output in *'
allow all'*) fail 'a name begins a rule' ;; esac
