#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh VMNETCTL [ask-helper], as root in lab.sh's world: vmnetctl run, with a stand-in for vmnet-helper, which sends
# descriptors of /dev/null; with ask-helper, also with the real one, and frames over its taps.
set -eu
# The numbers of descriptors are as if nothing but stdin, stdout and stderr were open.
if [ "${RUN_CLOSED-}" != 1 ]; then
    RUN_CLOSED=1 exec /usr/bin/python3 -S -c 'import os, sys
os.closerange(3, 65536)
os.execvp(sys.argv[1], sys.argv[1:])' sh "$0" "$@"
fi
unset RUN_CLOSED
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
chmod 1777 .
cp "$here/stand_in_helper.py" "$here/run_guest.py" "$here/terminal_signal.py" .
chmod 755 ./*.py
mkdir bin
# shellcheck disable=SC2016 # for the script
printf '%s\n' '#!/bin/sh' 'echo "${0##*/}$(printf " <%s>" "$@")"' >bin/show
chmod 755 bin/show
for vmm in qemu-system-x86_64 qemu-system-aarch64 qemu-kvm kvm cloud-hypervisor crosvm lkvm other; do
    ln -s show "bin/$vmm"
done

# by ARGUMENT...: vmnetctl run, with the stand-in; what the stand-in was asked for is in the file asked
by() {
    rm -f asked
    "$ctl" run --helper "$work/stand_in_helper.py" "$@"
}

# is TEXT: this, and nothing else, is the output
is() {
    [ "$output" = "$1" ] || fail "it is not '$1'"
}

asked() {
    [ "$(cat asked)" = "$1" ] || fail "asked for '$(cat asked)', not '$1'"
}

# misused TEXT ARGUMENT...: it is a mistake in the arguments, found before anything is started
misused() {
    text=$1
    shift
    run 64 by "$@"
    says "$text"
    [ "$(printf '%s\n' "$output" | wc -l)" = 1 ] || fail 'more than one line'
    [ ! -e asked ] || fail 'the helper was started'
}

# The options for each monitor, whatever its directory; the rest is as it was.
run 0 by --bridge br0 -- bin/qemu-system-x86_64 -append '' 'a b'
is 'qemu-system-x86_64 <-append> <> <a b> <-nic> <tap,fd=4,model=virtio-net-pci>'
asked '--use-vnet --fd=4 --br=br0'
run 0 by --bridge br0 --mac 52:54:00:00:00:01 bin/qemu-system-aarch64 -m 1
is 'qemu-system-aarch64 <-m> <1> <-nic> <tap,fd=4,model=virtio-net-pci,mac=52:54:00:00:00:01>'
run 0 by --bridge br0 --mac 52:54:00:00:00:0A --bridge br1 -- bin/kvm
is 'kvm <-nic> <tap,fd=4,model=virtio-net-pci,mac=52:54:00:00:00:0A> <-nic> <tap,fd=5,model=virtio-net-pci>'
asked '--use-vnet --fd=4 --br=br0
--use-vnet --fd=5 --br=br1'
run 0 by --bridge br0 --queues 4 --mac 52:54:00:00:00:01 --bridge br1 -- bin/qemu-kvm
is "qemu-kvm <-netdev> <tap,id=vmnet1,fds=4:5:6:7>\
 <-device> <virtio-net-pci,netdev=vmnet1,mq=on,vectors=10,mac=52:54:00:00:00:01>\
 <-netdev> <tap,id=vmnet2,fds=8:9:10:11> <-device> <virtio-net-pci,netdev=vmnet2,mq=on,vectors=10>"
asked '--use-vnet --queues=4 --fd=4 --br=br0
--use-vnet --queues=4 --fd=8 --br=br1'
run 0 by --queues 2 --bridge br0 --name net.0 --bridge br1 --name b -- bin/kvm -device e1000,netdev=net.0
is 'kvm <-device> <e1000,netdev=net.0> <-netdev> <tap,id=net.0,fds=4:5> <-netdev> <tap,id=b,fds=6:7>'
run 0 by --bridge br0 --name n -- bin/kvm
is 'kvm <-netdev> <tap,id=n,fd=4>'
run 0 by --bridge br0 -- bin/cloud-hypervisor --kernel x
is 'cloud-hypervisor <--kernel> <x> <--net> <fd=4>'
run 0 by --bridge br0 --mac 52:54:00:00:00:01 --bridge br1 --queues 2 -- bin/cloud-hypervisor
is 'cloud-hypervisor <--net> <fd=[4,5],num_queues=4,mac=52:54:00:00:00:01> <fd=[6,7],num_queues=4>'
run 0 by --bridge br0 --bridge br1 --mac 52:54:00:00:00:01 -- bin/crosvm --log-level info run --cpus 2 vmlinux
is "crosvm <--log-level> <info> <run> <--net> <tap-fd=4> <--net> <tap-fd=5,mac=52:54:00:00:00:01> <--cpus> <2> <vmlinux>"
run 0 by --bridge br0 --bridge br1 --mac 52:54:00:00:00:01 -- bin/lkvm run -k vmlinux
is "lkvm <run> <--network> <mode=tap,tapif=/,fd=4> <--network>\
 <mode=tap,tapif=/,fd=5,guest_mac=52:54:00:00:00:01> <-k> <vmlinux>"
run 0 env PATH="$work/bin:$PATH" "$ctl" run --helper "$work/stand_in_helper.py" --bridge br0 -- kvm
is 'kvm <-nic> <tap,fd=4,model=virtio-net-pci>'

# Placeholders, in any command.
run 0 by --bridge br0 -- bin/other %FD% x%FD1%y%FD% %FDS% %FDLIST1% % %F %FD %FDX% %FD2 %%FD%%
is 'other <4> <x4y4> <4> <4> <%> <%F> <%FD> <%FDX%> <%FD2> <%4%>'
run 0 by --bridge br0 --bridge br1 --queues 3 -- bin/kvm -a %FDS2% 'b %FDLIST% [%FDLIST2%]'
is 'kvm <-a> <7:8:9> <b 4,5,6 [7,8,9]>'
run 0 by --bridge br0 --queues 16 -- bin/other %FDS%
is 'other <4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19>'
misused "'%FD2%' is for a card that was not asked for" --bridge br0 -- bin/other %FD% %FD2%
misused "'%FDS0%' is for a card that was not asked for" --bridge br0 -- bin/other %FDS0%
misused "'%FD18446744073709551617%' is for a card" --bridge br0 -- bin/other %FD18446744073709551617%
misused "'%FD2%' is for one descriptor, but each card has 2 queues" \
    --bridge br0 --bridge br1 --queues 2 -- bin/other %FDS% x%FD2%
misused "no placeholder for card 2, on 'br1'; write %FD2%" --bridge br0 --bridge br1 -- bin/other %FD%
misused "no placeholder for card 1, on 'br0'; write %FDS1%" --bridge br0 --bridge br1 --queues 2 -- bin/kvm %FDS2%
misused '--mac has no effect with placeholders' --bridge br0 --mac 52:54:00:00:00:01 -- bin/kvm %FD%
misused '--name has no effect with placeholders' --bridge br0 --name n -- bin/kvm %FD%

# What cannot be.
misused 'missing --bridge' -- bin/kvm
misused 'missing command' --bridge br0
misused 'missing command' --bridge br0 --
misused "an argument of 'run' is empty" --bridge br0 -- ''
misused "unknown option '--json' of 'run'" --json --bridge br0 -- bin/kvm
misused "'--mac' must stand after the --bridge" --mac 52:54:00:00:00:01 --bridge br0 -- bin/kvm
misused "'--name' must stand after the --bridge" --name n -- bin/kvm
misused "duplicate '--mac' of --bridge 'br0'" --bridge br0 --mac a --mac b -- bin/kvm
for wrong in '' 52:54:00:00:00 52:54:00:00:00:001 52:54:00:00:00:0g 53:54:00:00:00:01 00:00:00:00:00:00 \
    52-54-00-00-00-01 52:54:00:00:00:01,x 5:254:00:00:00:01; do
    misused "'$wrong' is not the MAC address of a card" --bridge br0 --mac "$wrong" -- bin/kvm
done
for wrong in '' 0 17 -1 1x 4294967297; do
    misused "'$wrong' is not a number of queues" --bridge br0 --queues "$wrong" -- bin/kvm
done
for wrong in '' 1n 'a b' a,script=x; do
    misused "'$wrong' is not an id" --bridge br0 --name "$wrong" -- bin/kvm
done
misused "--mac has no effect with --name 'n'" --bridge br0 --name n --mac 52:54:00:00:00:01 -- bin/kvm
misused "do not know which option of 'other'" --bridge br0 -- bin/other -x
misused "'crosvm' cannot be given several queues" --bridge br0 --queues 2 -- bin/crosvm run
misused "'lkvm' cannot be given several queues" --bridge br0 --queues 2 -- bin/lkvm run
misused "which 'lkvm' does not have" --bridge br0 --name n -- bin/lkvm run
misused "which 'cloud-hypervisor' does not have" --bridge br0 --bridge br1 --name n -- bin/cloud-hypervisor
misused "'crosvm' needs the subcommand 'run'" --bridge br0 -- bin/crosvm stop
misused "'lkvm' needs the subcommand 'run'" --bridge br0 -- bin/lkvm
misused "'cloud-hypervisor' takes --net only once" --bridge br0 -- bin/cloud-hypervisor --net fd=3
misused "'cloud-hypervisor' takes --net only once" --bridge br0 -- bin/cloud-hypervisor --net=fd=3
misused "do not know which option of 'a\\x1bb'" --bridge br0 -- "$(printf 'a\033b')"

# The command takes the place of vmnetctl: its exit status, signals, standard streams, and process.
for status in 0 3 255; do
    run "$status" by --bridge br0 -- sh -c "exit $status" %FD%
done
# shellcheck disable=SC2016 # for the shell inside
run 137 by --bridge br0 -- sh -c 'kill -9 $$' %FD%
[ "$(echo hello | by --bridge br0 -- sh -c 'cat; echo world >&2' %FD% 2>error)" = hello ] || fail stdout
[ "$(cat error)" = world ] || fail stderr
for signal in 1 9 15; do
    rm -f here
    # shellcheck disable=SC2016 # for the shell inside
    "$ctl" run --helper "$work/stand_in_helper.py" --bridge br0 -- sh -c 'echo $$ >here; exec sleep 600' %FD% &
    process=$!
    until [ -s here ]; do
        kill -0 "$process" || fail 'it did not start'
        sleep 0.01
    done
    [ "$(cat here)" = "$process" ] || fail 'the command is another process'
    kill "-$signal" "$process"
    found=0
    wait "$process" 2>/dev/null || found=$?
    [ "$found" = $((128 + signal)) ] || fail "exit status $found after signal $signal"
done
run 0 ./terminal_signal.py "$ctl" run --helper "$work/stand_in_helper.py" --bridge br0 -- \
    sh -c 'echo ready; exec sleep 600' %FD%
is 'signal 2'
run 0 env WAITS=1 ./terminal_signal.py "$ctl" run --helper "$work/stand_in_helper.py" --bridge br0 -- touch started %FD%
is 'signal 2'
[ ! -e started ] || fail 'it was started'

# What the command has open: what vmnetctl had, and the taps. None of them takes the place of a closed standard stream.
# open_files WORD...: the numbers of the open files of the process, with their files, but not of the pipe to us
cat >open_files <<'END'
#!/usr/bin/python3 -S
import os, sys
sys.stdout = open("open", "w")
shown = sys.stdout.fileno()
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        if fd != shown:
            print(fd, os.readlink("/proc/self/fd/%d" % fd), end=" ")
    except FileNotFoundError:
        pass # the directory
END
chmod 755 open_files
by --bridge br0 --queues 2 -- ./open_files %FDS% </dev/zero >/dev/full 2>/dev/full
[ "$(cat open)" = '0 /dev/zero 1 /dev/full 2 /dev/full 4 /dev/null 5 /dev/null ' ] || fail "open: $(cat open)"
by --bridge br0 -- ./open_files %FD% <&- >&- 2>&- # python opens what is closed
case $(cat open) in
*' /dev/null ') ;;
*) fail "open: $(cat open)" ;;
esac
rm -f number
# shellcheck disable=SC2016 # for the shell inside
by --bridge br0 -- sh -c 'echo "$1" >number' sh %FD% <&- >&- 2>&-
[ "$(cat number)" -gt 2 ] || fail 'a standard stream is a tap'
by --bridge br0 -- ./open_files %FD% 7</dev/urandom </dev/zero >/dev/full 2>/dev/full
[ "$(cat open)" = '0 /dev/zero 1 /dev/full 2 /dev/full 4 /dev/null 7 /dev/urandom ' ] || fail "open: $(cat open)"

# A parent that ignores SIGCHLD; the command ignores it, too.
run 0 /usr/bin/python3 -S -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$ctl" run --helper "$work/stand_in_helper.py" --bridge br0 -- \
    sed -n -e 's/^SigIgn:\t/0x/p' -e '# %FD%' /proc/self/status
[ $((output & 0x10000)) != 0 ] || fail 'SIGCHLD is not ignored'

# A command that cannot be run.
run 127 by --bridge br0 -- no-such-command %FD%
is "vmnetctl: cannot run 'no-such-command': No such file or directory"
run 126 by --bridge br0 -- /etc/passwd %FD%
is "vmnetctl: cannot run '/etc/passwd': Permission denied"

# A helper that cannot be started, fails, ends without a descriptor, or sends the wrong number.
run 69 "$ctl" run --helper /no/helper --bridge br0 -- touch started %FD%
is "vmnetctl: cannot start the helper '/no/helper': No such file or directory; 'vmnetctl doctor' looks for the cause"
rm "$helper"
run 69 "$ctl" run --bridge br0 -- touch started %FD%
says "vmnetctl: cannot start the helper '$helper': No such file or directory"
install_helper
for code in 1 64 77; do
    EXITS=$code run "$code" by --bridge br0 -- touch started %FD%
    is '' # the stand-in said nothing
    SENDS=0 EXITS=$code run "$code" by --bridge br0 -- touch started %FD%
done
for count in 0 2 16; do
    SENDS=$count run 76 by --bridge br0 -- touch started %FD%
    is "vmnetctl: the helper '$work/stand_in_helper.py' sent $count descriptors, not 1; is it vmnet-helper?"
done
SENDS=1 run 76 by --queues 2 --bridge br0 -- touch started %FDS%
says 'sent 1 descriptors, not 2'
SENDS=17 run 76 by --queues 16 --bridge br0 -- touch started %FDS%
says 'the helper sent more descriptors than fit'
# shellcheck disable=SC2016 # for the script
printf '%s\n' '#!/bin/sh' 'kill -9 $$' >killed
chmod 755 killed
run 69 "$ctl" run --helper "$work/killed" --bridge br0 -- touch started %FD%
is "vmnetctl: the helper '$work/killed' was killed by signal 9 (Killed); try again"
[ ! -e started ] || fail 'it was started'

# -v shows the command so that a shell reads it again.
# shellcheck disable=SC2016 # not to be expanded
run 0 by -v --bridge br0 -- bin/kvm -a 'b c' '' "it's" '=x' 'a$b' 'x=y'
says "vmnetctl: bin/kvm -a 'b c' '' 'it'\\''s' '=x' 'a\$b' x=y -nic tap,fd=4,model=virtio-net-pci "
nasty=$(printf 'a\033\t\302\240\\x'"'"'41"')
by --verbose --bridge br0 -- bin/kvm "$nasty" '' 2>shown >plain
! LC_ALL=C grep -q '[^ -~]' shown || fail 'it is not printable'
PATH=$PATH bash -c "$(sed 's/^vmnetctl: //' shown)" >again
cmp again plain || fail 'a shell reads something else'
echo '#!/bin/sh' >'bin/a=b'
chmod 755 'bin/a=b'
run 0 by -v --bridge br0 -- 'bin/a=b' %FD%
is "vmnetctl: 'bin/a=b' 4"

# The address that a rule wants the guest to have is added, unless the arguments are about the card already.
rules 1.rules 'allow uid 4242 bridge br0 mac 52:54:00:00:00:0C' 'allow uid 4242 bridge virbr0'
as_user() {
    rm -f asked
    as vmuser "$ctl" run --helper "$work/stand_in_helper.py" "$@"
}
run 0 as_user --bridge virbr0 --bridge br0 -- bin/kvm
is 'kvm <-nic> <tap,fd=4,model=virtio-net-pci> <-nic> <tap,fd=5,model=virtio-net-pci,mac=52:54:00:00:00:0c>'
run 0 as_user -v --bridge br0 -- bin/lkvm run
says "vmnetctl: the rule for 'br0' fixes the MAC address: 52:54:00:00:00:0c "
says 'lkvm <run> <--network> <mode=tap,tapif=/,fd=4,guest_mac=52:54:00:00:00:0c>'
run 0 as_user --bridge br0 --mac 52:54:00:00:00:0d -- bin/kvm
is 'kvm <-nic> <tap,fd=4,model=virtio-net-pci,mac=52:54:00:00:00:0d>'
run 0 as_user --bridge br0 --name n -- bin/kvm
is 'kvm <-netdev> <tap,id=n,fd=4>'
run 0 as_user --bridge br0 -- bin/kvm %FD%
is 'kvm <4>'
rules 2.rules 'nonsense'
run 0 as_user --bridge br0 -- bin/kvm # the helper is to say what is wrong
is 'kvm <-nic> <tap,fd=4,model=virtio-net-pci>'
rm /etc/vmnet/rules.d/2.rules
echo 'ok: vmnetctl run, with a stand-in for the helper'

[ "${2-}" = ask-helper ] || exit 0

# no_taps: wait until they are gone; the kernel removes a tap a little after its last descriptor is closed
no_taps() {
    while ls /sys/class/net/*/tun_flags >/dev/null 2>&1; do
        sleep 0.01
    done
}
ip address add 198.51.100.1/24 dev br0
rules 1.rules 'allow uid 4242 bridge virbr0' 'allow uid 4242 bridge br0'
run 0 as vmuser "$ctl" run --bridge virbr0 -- ./run_guest.py %FD% 192.168.122.1
is 'tap0 virbr0 header answered'
no_taps
run 0 as vmuser "$ctl" run --bridge virbr0 --bridge br0 -- ./run_guest.py %FD% 192.168.122.1 %FD2% 198.51.100.1
is 'tap0 virbr0 header answered
tap1 br0 header answered'
no_taps
rm open
as vmuser "$ctl" run --bridge virbr0 -- ./open_files %FD% </dev/zero >/dev/full 2>/dev/full
[ "$(cat open)" = '0 /dev/zero 1 /dev/full 2 /dev/full 4 /dev/net/tun ' ] || fail "open: $(cat open)"
no_taps

# Several queues of one tap.
# shellcheck disable=SC2016 # not of the shell
printf '%s\n' '#!/usr/bin/python3 -S' 'import fcntl, struct, sys' 'for fd in map(int, sys.argv[1].split(":")):' \
    '    request = fcntl.ioctl(fd, 0x800454D2, bytes(40)) # TUNGETIFF' \
    '    flags = struct.unpack_from("H", request, 16)[0]' \
    '    print(request[:16].rstrip(b"\0").decode(), flags & 0x0100 != 0, flags & 0x4000 != 0) # MULTI_QUEUE, VNET_HDR' \
    >queues
chmod 755 queues
run 0 as vmuser "$ctl" run --bridge virbr0 --queues 3 -- ./queues %FDS%
is 'tap0 True True
tap0 True True
tap0 True True'
no_taps
run 0 as vmuser "$ctl" run --bridge virbr0 --queues 16 --bridge br0 -- sh -c 'exit 0' %FDS% %FDS2%
no_taps
run 64 by --bridge virbr0 --queues 17 -- sh -c 'exit 0' %FDS%

# Refused: the helper's line, and its exit status. With two cards, the first tap goes again.
run 77 as vmother "$ctl" run --bridge virbr0 -- touch started %FD%
refused=$output
case $refused in
'vmnet-helper: access denied by acl file'*) ;;
*) fail 'not the line of the helper' ;;
esac
[ "$(printf '%s\n' "$refused" | wc -l)" = 1 ] || fail 'more than one line'
rules 1.rules 'allow uid 4242 bridge virbr0'
run 77 as vmuser "$ctl" run --bridge virbr0 --bridge br0 -- touch started %FD% %FD2%
says 'vmnet-helper: access denied by acl file'
run 64 as vmuser "$ctl" run --bridge a/b -- touch started %FD%
says 'vmnet-helper: '
[ ! -e started ] || fail 'it was started'
no_taps
run 127 as vmuser env PATH=/usr/bin:/bin "$ctl" run --bridge virbr0 -- no-such-command %FD%
no_taps
run 126 as vmuser "$ctl" run --bridge virbr0 -- /etc/passwd %FD%
no_taps

# A command that is killed has no tap any more.
rm -f here
# shellcheck disable=SC2016 # for the shell inside
as vmuser "$ctl" run --bridge virbr0 -- sh -c 'ls /sys/class/net/*/tun_flags; echo $$ >here; exec sleep 600' %FD% \
    >/dev/null &
until [ -s here ]; do
    sleep 0.01
done
kill -9 "$(cat here)"
no_taps

# With the address of the rule, the guest is heard.
rules 1.rules 'allow uid 4242 bridge virbr0 mac 52:54:00:00:00:09'
run 0 as vmuser "$ctl" run --bridge virbr0 -- ./run_guest.py %FD% 192.168.122.1
is 'tap0 virbr0 header answered'
echo 'ok: vmnetctl run, with vmnet-helper'
