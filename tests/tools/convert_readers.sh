#!/bin/sh
# SPDX-License-Identifier: MIT
#
# convert_readers.sh VMNETCTL, as root in lab.sh's world: the rules of a bridge.conf, and of what it includes, are for
# those who may read the file.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"

conf=/etc/qemu/bridge.conf

# file PATH OWNER MODE LINE...
file() {
    path=$1 owner=$2 mode=$3
    shift 3
    printf '%s\n' "$@" >"$path"
    chown "$owner" "$path"
    chmod "$mode" "$path"
}

# makes STATUS LINE...: exactly these rules
makes() {
    wanted=$1
    shift
    run "$wanted" "$ctl" convert $conf
    made=$(printf '%s\n' "$output" | grep -v '^\(#.*\)\?$' || :)
    [ "$made" = "$(printf '%s\n' "$@")" ] || fail "not these rules: $*"
}

# with_acl PATH: an access control list in which user 4242 may read it
with_acl() {
    /usr/bin/python3 -c 'import os, struct, sys
none = 0xffffffff
entries = (1, 6, none), (2, 4, 4242), (4, 4, none), (16, 4, none), (32, 0, none)
value = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
os.setxattr(sys.argv[1], "system.posix_acl_access", value)' "$1"
}

file $conf root:root 644 'allow br0' 'deny br1'
makes 0 'allow all bridge br0' 'deny all bridge br1'
says_not NOTE

# What a group or an owner may read is for them.
file $conf root:vmgroup 640 'allow br0' 'deny br1' 'allow all'
makes 0 'allow uid 0 bridge br0' 'allow group vmgroup bridge br0' 'deny uid 0 bridge br1' \
    'deny group vmgroup bridge br1' 'allow uid 0 bridge all' 'allow group vmgroup bridge all'
says "# NOTE: only uid 0 and group vmgroup may read this file ($conf is root:vmgroup 0640), so its rules are for them."
file $conf root:root 600 'allow br0'
makes 0 'allow uid 0 bridge br0'
says "# NOTE: only uid 0 may read this file ($conf is root:root 0600), so its rules are for nobody else."
file $conf vmuser:vmgroup 600 'allow br0' 'deny br1'
makes 0 'allow user vmuser bridge br0' 'deny user vmuser bridge br1'
file $conf vmuser:4299 440 'allow br0'
makes 0 'allow user vmuser bridge br0' 'allow gid 4299 bridge br0'
file $conf 4298:vmgroup 640 'allow br0'
makes 0 'allow uid 4298 bridge br0' 'allow group vmgroup bridge br0'

# Names that a rule cannot have, or that are another's: the number.
printf 'a,b:x:4260:\ntwice:x:4261:\ntwice:x:4262:\nv\302\233x:x:4263:\n' >>/etc/group
for gid in 4260 4262 4263; do
    file $conf vmuser:$gid 640 'allow br0'
    makes 0 'allow user vmuser bridge br0' "allow gid $gid bridge br0"
done

# What no rule can say is a note; a deny denies more.
file $conf root:vmgroup 604 'allow br0' 'deny br1'
makes 1 'deny all bridge br1'
says '# NOTE: who may read this file cannot be expressed in a rule'
says '# NOTE on line 1: no rule can be for exactly the users who may read the file: #     allow br0'
says '# NOTE on line 2: no rule can be for exactly the users who may read the file; the next rule denies it to more:'
for mode in 044 064 204 004; do
    file $conf root:vmgroup $mode 'allow br0' 'deny br1'
    makes 1 'deny all bridge br1'
done
file $conf vmuser:vmgroup 040 'allow br0' 'deny br1' # the owner may be a member
makes 1 'deny group vmgroup bridge br1'
file $conf root:vmgroup 0 'allow br0' 'deny br1'
makes 1 'deny all bridge br1'
says 'NOTE: nobody may read this file'
file $conf root:vmgroup 640 'allow br0' 'deny br1'
with_acl $conf
makes 1 'deny all bridge br1'
says "$conf is root:vmgroup 0640 with an access control list"
rm $conf

# The directories on the way count, also those on the way through a link.
file $conf root:root 644 'allow br0' 'deny br1'
chgrp vmgroup /etc/qemu
chmod 750 /etc/qemu
makes 0 'allow uid 0 bridge br0' 'allow group vmgroup bridge br0' 'deny uid 0 bridge br1' 'deny group vmgroup bridge br1'
says '(/etc/qemu is root:vmgroup 0750)'
chmod 640 $conf # by its group root
makes 1 'deny uid 0 bridge br1' 'deny group root bridge br1'
chgrp vmgroup $conf
makes 0 'allow uid 0 bridge br0' 'allow group vmgroup bridge br0' 'deny uid 0 bridge br1' 'deny group vmgroup bridge br1'
chown vmother:vmother /etc/qemu
chmod 700 /etc/qemu
chmod 600 $conf # nobody
makes 1 'deny all bridge br1'
says "(/etc/qemu is vmother:vmother 0700, $conf is root:vmgroup 0600)"
chmod 644 $conf
chown root:root /etc/qemu
chmod 751 /etc/qemu
makes 0 'allow all bridge br0' 'deny all bridge br1'
chmod 711 /etc/qemu
with_acl /etc/qemu
makes 1 'deny all bridge br1'
reset
mkdir -m 700 /etc/vmnet/private
file /etc/vmnet/private/real root:root 644 'allow br0'
ln -s ../vmnet/private/../private/real $conf
makes 0 'allow uid 0 bridge br0'
says '(/etc/vmnet/private is root:root 0700)'
ln -s /etc/vmnet/private/real real
run 0 "$ctl" convert real
says 'allow uid 0 bridge br0'
mkdir -m 700 here
printf 'allow br0\n' >here/copy
run 0 "$ctl" convert here/../here//./copy
says 'allow uid 0 bridge br0'
run 0 sh -c "cd here && '$ctl' convert copy"
says 'allow uid 0 bridge br0'

# Who may read a pipe is not known, or what is reached through /proc.
file $conf root:vmgroup 640 'allow br0' 'deny br1'
run 1 sh -c "cat $conf | '$ctl' convert /proc/self/fd/0"
says 'deny all bridge br1'
says '(the mode of /proc/self/fd/0 does not tell)'
says_not 'allow all'
run 1 sh -c "'$ctl' convert /proc/self/fd/0 <$conf"
says 'deny all bridge br1'

# Includes are converted where they are, for those who may read both files.
reset
file $conf root:root 644 '# begin' 'include /etc/qemu/user.conf' ' include  /etc/qemu/all.conf ' 'allow br9' \
    'include /etc/qemu/missing.conf'
file /etc/qemu/user.conf root:vmgroup 640 'deny br1' 'include /etc/qemu/all.conf'
file /etc/qemu/all.conf root:root 644 'allow br0'
makes 1 'deny uid 0 bridge br1' 'deny group vmgroup bridge br1' 'allow uid 0 bridge br0' \
    'allow group vmgroup bridge br0' 'allow all bridge br0' 'allow all bridge br9'
without_version() {
    output=$(printf '%s\n' "$output" | sed 's/vmnetctl [0-9][^ ]*/vmnetctl VERSION/')
}
without_version
is_golden convert-includes
file $conf root:vmgroup 640 'include /etc/qemu/user.conf' 'allow br9'
makes 0 'deny uid 0 bridge br1' 'deny group vmgroup bridge br1' 'allow uid 0 bridge br0' \
    'allow group vmgroup bridge br0' 'allow uid 0 bridge br9' 'allow group vmgroup bridge br9'
chgrp vmuser /etc/qemu/user.conf # those in both groups
makes 1 'deny uid 0 bridge br1' 'deny group vmuser bridge br1' 'allow uid 0 bridge br9' 'allow group vmgroup bridge br9'
says 'NOTE on line 1: no rule can be for exactly the users'

# An include that vmnetctl may not read may have a deny.
file $conf root:root 644 'include /etc/qemu/user.conf' 'allow br9'
run 1 as vmother "$ctl" convert $conf
says 'NOTE on line 1: you may not read the included file, so it was not converted, and it may have a deny; convert as root'
says 'allow all bridge br9'
run 66 as vmother "$ctl" convert /etc/qemu/user.conf

# Errors in what is included, and of it: nothing is converted.
refuses() {
    run 2 "$ctl" convert $conf
    says "$1"
    says 'nothing was converted'
    says_not 'allow all'
}
file /etc/qemu/user.conf root:root 644 'denny br0'
refuses '/etc/qemu/user.conf:1:1: '
file /etc/qemu/user.conf root:root 644 'allow br1' "include $conf"
refuses '/etc/qemu/user.conf:2: the included file'
ln -s bridge.conf /etc/qemu/link.conf
file $conf root:root 644 'allow br1' "include /etc/qemu/link.conf"
refuses "$conf:2: the included file '/etc/qemu/link.conf' is this file, or includes it"
file $conf root:root 644 'allow br1' 'include /etc/qemu'
refuses "$conf:2: the included file '/etc/qemu' is not a regular file"
mkfifo /etc/qemu/fifo
file $conf root:root 644 'allow br1' 'include /etc/qemu/fifo'
refuses 'not a regular file'
file $conf root:root 644 'allow br1' 'include alice.conf'
refuses "$conf:2:9: "
file $conf root:root 644 'allow br1' 'include /etc/qemu/1.conf'
for i in 1 2 3 4 5 6 7 8 9; do
    file /etc/qemu/$i.conf root:root 644 "allow br$i" "include /etc/qemu/$((i + 1)).conf"
done
refuses '/etc/qemu/8.conf:2: includes are nested more than 8 levels deep'
file /etc/qemu/8.conf root:root 644 'allow br8'
run 0 "$ctl" convert $conf
says 'allow all bridge br8'
yes 'include /etc/qemu/8.conf' | head -n 1024 >$conf
run 0 "$ctl" convert $conf
echo 'include /etc/qemu/8.conf' >>$conf
refuses "$conf:1025: more than 1024 files are included"
# A few lines must not give millions of rules.
yes 'allow br0' | head -c 8388608 >/etc/qemu/big.conf
yes 'include /etc/qemu/big.conf' | head -n 3 >$conf
refuses "$conf:3: the included files have more than 16777216 bytes together"
rm /etc/qemu/big.conf

# The verdicts afterwards: never a new allow, never a deny less; and the same, when convert says that all is done.
cat >verdicts.sh <<'SCRIPT'
for bridge in a b c; do
    answer=$("$ctl" explain --bridge "$bridge" 2>&1) || :
    echo "$1-$bridge=${answer%%:*}"
done
SCRIPT
verdicts() {
    for user in vmuser vmother root; do
        ctl=$ctl as "$user" sh verdicts.sh "$user" || return 1
    done
}

round=0
while [ $round -lt 16 ]; do
    reset
    awk -v seed=$round 'BEGIN {
        srand(seed)
        split("640 644 600 604 440 644 640", modes)
        split("vmgroup vmother root", groups)
        names = "abc"
        for (f = 1; f <= 2; f++) {
            path = "/etc/qemu/" (f == 1 ? "bridge" : "include") ".conf"
            if (f == 1) print "include /etc/qemu/include.conf" >path
            for (i = 0; i < 3; i++)
                print (rand() < 0.3 ? "deny " : "allow ") substr(names, 1 + int(rand() * 3), 1) >path
            close(path)
            print "chgrp " groups[1 + int(rand() * 3)] " " path "; chmod " modes[1 + int(rand() * 7)] " " path
        }
    }' >modes
    sh ./modes
    verdicts >old || fail 'no verdicts'
    status=0
    "$ctl" convert $conf >/etc/vmnet/rules.d/1.rules || status=$?
    rm $conf
    verdicts >new || fail 'no verdicts'
    output=$(cat /etc/vmnet/rules.d/1.rules)
    paste -d ' ' old new >both
    grep ' .*=allow$' both | grep -v '=allow ' && fail "more is allowed in round $round"
    grep '=deny ' both | grep -v ' .*=deny$' && fail "a deny is lost in round $round"
    if [ $status = 0 ]; then
        grep '=allow ' both | grep -v ' .*=allow$' && fail "less is allowed in round $round"
    fi
    grep -q '=allow .*=allow' both && seen_allow=1
    grep -q '=deny .*=deny' both && seen_deny=1
    round=$((round + 1))
done
[ "${seen_allow-}${seen_deny-}" = 11 ] || fail 'the rounds have no allow, or no deny'
