#!/bin/sh
# SPDX-License-Identifier: MIT
#
# edit.sh VMNETCTL, as root in lab.sh's world: a file of rules is edited by a script, checked, and installed or not.
# shellcheck disable=SC2016 # the scripts of change are not expanded here
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
directory=/etc/vmnet/rules.d
file=$directory/50-local.rules
unset SUDO_EDITOR VISUAL

# The editor: it runs the script "change", whose argument is the copy.
cat >editor <<'SCRIPT'
#!/bin/sh
cd "${0%/*}"
echo "$@" >arguments
exec sh -eu ./change "$(eval "echo \${$#}")"
SCRIPT
chmod 755 editor
export EDITOR="$work/editor"

change() {
    printf '%s\n' "$@" >change
}

# left: copies, locks and the like; left_nothing: none
left() {
    find /etc/vmnet /etc/qemu -name '.*'
    find /run -maxdepth 1 -name 'vmnetctl-edit.*'
}
left_nothing() {
    [ -z "$(left)" ] || fail "left: $(left)"
}

# had_copy [ARGUMENTS]: those of the editor, and the copy at their end
had_copy() {
    case $(cat arguments) in
    "${1-}"/run/vmnetctl-edit.??????/50-local.rules) ;;
    *) fail "the arguments of the editor: $(cat arguments)" ;;
    esac
}

# has TEXT: the file has these bytes
has() {
    [ "$(cat "$file")" = "$1" ] || fail "the file has '$(cat "$file")'"
}

# edit STATUS ARGUMENT...; edit_with STATUS KEYS: at a terminal, with these answers
edit() {
    wanted=$1
    shift
    run "$wanted" "$ctl" edit "$@" </dev/null
    left_nothing
}

edit_with() {
    run "$1" script -q -e -c "$ctl edit" /dev/null <"$2"
    left_nothing
}

# A new file.
change 'echo allow user vmuser bridge br0 >"$1"'
edit 0
says "$file: installed"
has 'allow user vmuser bridge br0'
[ "$(stat -c '%a %u %g' "$file")" = '644 0 0' ] || fail 'not the mode of a new file'
had_copy

# Owner and mode are kept, also by an editor that replaces the file; the arguments of the editor are its own.
chmod 640 "$file"
chown 0:4250 "$file"
change 'echo "deny all bridge br0" >new; mv new "$1"; echo backup >"$1~"'
VISUAL="	$work/editor  -f \$(id>pwn) " edit 0
[ "$(stat -c '%a %u %g' "$file")" = '640 0 4250' ] || fail 'mode or owner is lost'
had_copy '-f $(id>pwn) '
[ ! -e pwn ] || fail 'a shell read the editor'
has 'deny all bridge br0'
chmod 644 "$file"
chown 0:0 "$file"

# What is unchanged is not installed.
before=$(stat -c '%i %Y' "$file")
change :
edit 0
says "$file: unchanged"
[ "$(stat -c '%i %Y' "$file")" = "$before" ] || fail 'it is installed all the same'

# Errors are not saved; warnings are, where nobody can be asked.
change 'echo "alow" >"$1"'
edit 2
says "$file:1:1: error: "
says "$file: not saved"
has 'deny all bridge br0'
change 'echo "allow user nobodyhere bridge brnone" >"$1"'
edit 0
says "$file:1:1: warning: "
says "$file:1:1: note: 'brnone' does not exist"
has 'allow user nobodyhere bridge brnone'

# An error in another file is shown, but is not this one's.
rules 60.rules 'alow'
change 'echo "deny all bridge br0" >"$1"'
edit 0
says "$directory/60.rules:1:1: error: "
has 'deny all bridge br0'
rm "$directory/60.rules"

# What is wrong only for its owner or its mode is said, also when the edit is of another file.
install -m 666 /dev/null /run/lab/included.conf
change 'echo "include /run/lab/included.conf" >"$1"'
edit 0 /etc/qemu/bridge.conf
says '/etc/qemu/bridge.conf: installed'
says 'some rules cannot be read: /run/lab/included.conf: '
says "until this is fixed, vmnet-helper refuses requests; 'vmnetctl check' says more"
rm /etc/qemu/bridge.conf
change 'echo "deny all bridge br0" >"$1"'
edit 0
says_not 'until this is fixed'

# At a terminal: edit again, then install in spite of a warning; or exit.
cat >change <<'SCRIPT'
if grep -q alow "$1"; then echo 'allow all bridge brnone' >"$1"; else echo alow >"$1"; fi
SCRIPT
printf 'i\ne\ni\n' >keys
edit_with 0 keys
says 'What now? (e)dit again, e(x)it without saving'
says 'What now? (e)dit again, (i)nstall, e(x)it without saving'
has 'allow all bridge brnone'
printf 'x\n' >keys
edit_with 2 keys
says 'not saved'
printf 'e\nx\n' >keys
change 'echo "allow all bridge brnone2" >"$1"'
edit_with 1 keys
has 'allow all bridge brnone'

# An editor that fails, or that there is none.
change 'echo "deny all bridge br0" >"$1"; exit 3'
edit 71
says 'the editor failed; the rules are as they were'
EDITOR=$work/nowhere edit 71
says "cannot run the editor '$work/nowhere'"
has 'allow all bridge brnone'
change 'rm "$1"'
edit 66
has 'allow all bridge brnone'
# A signal ends the editor, too.
change 'echo $$ >editor.pid; echo begun >begun; exec sleep 600'
mkfifo begun
"$ctl" edit >out 2>&1 </dev/null &
edit_pid=$!
read -r _ <begun
run 75 "$ctl" edit
says 'is being edited by another vmnetctl edit'
kill "$edit_pid"
! wait "$edit_pid" || fail 'it goes on'
left_nothing
while kill -0 "$(cat editor.pid)" 2>/dev/null; do sleep 0.1; done
# The kernel ends it at its limit of the size of files.
run 153 sh -c 'ulimit -f 0; "$1" edit </dev/null; exit' sh "$ctl"
left_nothing
# What a killed edit has left does no harm.
: >"$directory/.50-local.rules.new"
: >"$directory/.50-local.rules.lock"
change 'echo "deny all bridge br0" >"$1"'
edit 0
has 'deny all bridge br0'

# Which files.
change 'echo "acl: qemu files" >"$1"'
edit 0 /etc/vmnet/switch.conf
change 'echo "allow br0" >"$1"'
(cd /etc/qemu && edit 0 bridge.conf)
[ "$(cat /etc/qemu/bridge.conf)" = 'allow br0' ] || fail 'bridge.conf is not installed'
for wrong in /etc/passwd "$directory/x" "$directory/.x.rules" "$work/x.rules" /etc/vmnet/other.conf; do
    edit 64 "$wrong"
    says 'is no place of rules'
done
edit 66 /nowhere/x.rules
ln -s 50-local.rules "$directory/70-link.rules"
change 'echo "deny all bridge virbr0" >"$1"'
edit 0 "$directory/70-link.rules"
has 'deny all bridge virbr0'
[ -h "$directory/70-link.rules" ] || fail 'the link is gone'
for target in "$work/x.rules" /etc/passwd nothing; do
    ln -sfn "$target" "$directory/70-link.rules"
    edit 64 "$directory/70-link.rules"
    says 'is a symbolic link to another directory, or to no file of rules'
done
rm "$directory/70-link.rules"
mkfifo "$directory/70.rules"
edit 66 "$directory/70.rules"
says 'is not a regular file'
rm "$directory/70.rules"

# attributes [SET]: give the file an access control list and a label, or show them
attributes() {
    /usr/bin/python3 -c 'import os, struct, sys
names = {"system.posix_acl_access": struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in (
    (1, 6, 0xffffffff), (2, 4, 4242), (4, 0, 0xffffffff), (16, 4, 0xffffffff), (32, 0, 0xffffffff))),
    "security.selinux": b"a:b:c:s0"}
for name in names if sys.argv[2:] else ():
    os.setxattr(sys.argv[1], name, names[name])
print({name: os.getxattr(sys.argv[1], name) for name in os.listxattr(sys.argv[1]) if name in names})' "$file" "$@"
}
wanted_attributes=$(attributes set)
change 'echo "allow all bridge br0" >"$1"'
edit 0
has 'allow all bridge br0'
[ "$(attributes)" = "$wanted_attributes" ] || fail "instead of $wanted_attributes: $(attributes)"
rm "$file"

# Who may write to the directory cannot exchange the copy; and cannot edit, since a file of theirs would not be obeyed.
chgrp vmgroup /etc/qemu /etc/qemu/bridge.conf
chmod 770 /etc/qemu
chmod 660 /etc/qemu/bridge.conf
change 'if setpriv --reuid vmuser --regid vmuser --init-groups ln -sf /etc/passwd "$1"; then echo done >exchanged; fi
    echo "allow virbr0" >"$1"'
edit 0 /etc/qemu/bridge.conf
says 'installed'
[ ! -e exchanged ] || fail 'the copy can be exchanged'
rm -f arguments
run 71 as vmuser "$ctl" edit /etc/qemu/bridge.conf
says 'edit rules as root'
[ ! -e arguments ] || fail 'the editor was run'
run 71 as vmuser "$ctl" edit
says 'edit rules as root'

# kept TEXT: a text that cannot be installed is kept
kept() {
    copy=$(printf '%s' "$output" | sed -n "s/.*your text is in '\(.*\)'.*/\1/p")
    [ "$(cat "$copy")" = "$1" ] || fail "the text is lost: '$copy'"
    rm -r "${copy%/*}"
    left_nothing
}
change 'echo "deny all bridge br0" >"$1"; echo "allow all bridge br0" >/etc/vmnet/rules.d/50-local.rules'
run 75 "$ctl" edit </dev/null
says 'was changed by another program meanwhile'
has 'allow all bridge br0'
kept 'deny all bridge br0'
change 'echo "deny all bridge br0" >"$1"; mount -t tmpfs -o ro tmpfs /etc/vmnet/rules.d'
run 75 "$ctl" edit </dev/null
umount "$directory"
rm "$directory/.50-local.rules.lock"
kept 'deny all bridge br0'
mount -t tmpfs -o size=4k tmpfs "$directory"
change 'head -c 6000 /dev/zero | tr "\0" "#" | fold -w 100 >"$1"'
run 71 "$ctl" edit </dev/null
says 'No space left on device'
kept "$(head -c 6000 /dev/zero | tr '\0' '#' | fold -w 100)"
umount "$directory"
