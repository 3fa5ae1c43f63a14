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

# left_nothing: neither a copy nor a lock
left_nothing() {
    [ "$(find /etc/vmnet /etc/qemu -name '.*' | wc -l)" = 0 ] || fail "left: $(find /etc/vmnet /etc/qemu -name '.*')"
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
[ "$(cat arguments)" = "$directory/.50-local.rules.edit" ] || fail 'not the copy'

# Owner and mode are kept, also by an editor that replaces the file; the arguments of the editor are its own.
chmod 640 "$file"
chown 0:4250 "$file"
change 'echo "deny all bridge br0" >new; mv new "$1"'
VISUAL="	$work/editor  -f \$(id>pwn) " edit 0
[ "$(stat -c '%a %u %g' "$file")" = '640 0 4250' ] || fail 'mode or owner is lost'
[ "$(cat arguments)" = "-f \$(id>pwn) $directory/.50-local.rules.edit" ] || fail 'not its arguments'
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
# What a killed edit has left does no harm.
: >"$directory/.50-local.rules.edit"
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
run 71 as vmuser "$ctl" edit
says 'edit rules as root'
