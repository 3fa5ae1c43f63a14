#!/bin/sh
# SPDX-License-Identifier: MIT
#
# AppArmor on this kernel, in the machine that apparmor.sh boots: in their profiles, the helper, the client and the
# service do the same as without a profile, and are denied what the profiles do not permit.
set -eu

export PATH=/iproute2:/usr/sbin:/usr/bin:/sbin:/bin # busybox's ip knows no options of a bridge
security=/sys/kernel/security

# shellcheck source-path=SCRIPTDIR source=security_cases.sh
. /security_cases.sh

# confined LABEL COMMAND...: as a program that this profile confines
cat >/confined <<'SCRIPT'
#!/bin/sh
echo "exec $1" >/proc/self/attr/exec || exit 125
shift
exec "$@"
SCRIPT
chmod 755 /confined

label_of() {
    cat "/proc/$1/attr/current"
}

# denials: what was denied since the last call; audit: all of it, since the rate is not limited
denials() {
    dmesg | grep 'apparmor="DENIED"' || true
    dmesg -c >/dev/null
}

load() {
    for profile in "$@"; do
        apparmor_parser -K -O no-expr-simplify -r "/etc/apparmor.d/$profile" || fail "cannot load $profile"
    done
}

# The client waits for a service that is stopped: time to look at it.
check_labels() {
    label=$(label_of "$service")
    [ "$label" = 'vmnet-helperd (enforce)' ] || fail "the service has the label '$label'"
    kill -STOP "$service"
    # shellcheck disable=SC2016 # for the guest's shell
    /fdguest vmuser "$helper" --br=br0 -- true &
    guest=$!
    await client pidof vmnet-helper >/run/client
    label=$(label_of "$(cat /run/client)")
    [ "$label" = 'vmnet-helper (enforce)' ] || fail "the client has the label '$label'"
    kill -CONT "$service"
    wait $guest || fail "the client that waited ends with status $?"
    aa-status >/run/status
    for name in vmnet-helper vmnet-helperd; do
        sed -n '/profiles are in enforce mode/,/profiles are in complain mode/p' /run/status | grep -qx "   $name" ||
            fail "aa-status: $(cat /run/status)"
    done
    expect_none 'the labels'
    echo 'ok: both are confined'
}

# After an upgrade, the loop executes its own file, which was deleted.
check_upgrade() {
    cp $helperd $helperd.new
    mv $helperd.new $helperd
    ask vmuser br0 >/run/answer
    grep -q '^vmuser br0 : 0: tap tap[0-9]*$' /run/answer || fail "after an upgrade: $(cat /run/answer)"
    expect_none 'an upgrade'
    echo 'ok: the service goes on after an upgrade'
}

# An include outside of the directories that the profile permits must not be skipped: its denies would be lost.
check_include() {
    rules /srv/qemu/rooms.conf 'deny virbr0'
    rules /etc/qemu/bridge.conf 'allow virbr0' 'include /srv/qemu/rooms.conf'
    ask vmuser virbr0 >/run/answer
    denials >/run/denials
    grep -q 'profile="vmnet-helper.*name="/srv/qemu/rooms.conf"' /run/denials || fail "no denial: $(cat /run/denials)"
    grep -q '^vmuser virbr0 : 78: .*: /srv/qemu/rooms.conf: a security module, not its mode' /run/answer ||
        fail "an include that the profile hides: $(cat /run/answer)"
    mkdir -p /etc/apparmor.d/abstractions/vmnet-helper.d
    echo '/srv/qemu/rooms.conf r,' >/etc/apparmor.d/abstractions/vmnet-helper.d/rooms
    load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
    ask vmuser virbr0 >/run/answer
    grep -q '77: vmnet-helper: access denied by acl file: /srv/qemu/rooms.conf:1 denies' /run/answer ||
        fail "an include that the administrator permits: $(cat /run/answer)"
    expect_none 'an include that the administrator permits'
    rm /etc/apparmor.d/abstractions/vmnet-helper.d/rooms
    load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
    echo "ok: $1: no deny is hidden"
}

# A user may be able to start the helper in a profile that hides an include.
check_chosen_profile() {
    rules /etc/qemu/bridge.conf 'allow virbr0' 'include /srv/qemu/rooms.conf'
    cat >/etc/apparmor.d/hiding <<'PROFILE'
abi <abi/3.0>,
profile hiding {
  file,
  capability,
  network,
  unix,
  ptrace,
  signal,
  deny /srv/qemu/rooms.conf r,
}
PROFILE
    load hiding
    within='/confined hiding'
    ask vmuser virbr0 >/run/answer
    grep -q '^vmuser virbr0 : 78: .*rooms.conf: a security module, not its mode' /run/answer ||
        fail "in a profile that hides an include: $(cat /run/answer)"
    within=
    denials >/run/denials
    echo 'ok: no profile that the caller chooses hides a deny'
}

# A shell that runs as root, in the place of the program, does what an attacker could do who has taken it over.
# attempt WHAT LINE: it must fail in the profile, with a denial, and work without.
attempt() {
    if "$program" -p -c "$2" >/run/answer 2>&1; then fail "$program: can $1: $(cat /run/answer)"; fi
    [ -n "$(denials)" ] || fail "$program: $1: no denial: $(cat /run/answer)"
    /stand-in -p -c "$2" >/run/answer 2>&1 || fail "without a profile, cannot $1: $(cat /run/answer)"
    dmesg -c >/dev/null
}

check_confinement() {
    program=$1
    sleep 1000 &
    victim=$!
    mv "$program" "$program.good"
    cp /stand-in "$program"
    attempt 'read /etc/shadow' 'read -r line </etc/shadow'
    attempt 'read rules elsewhere' 'read -r line </srv/qemu/rooms.conf'
    attempt 'read the environment of init' 'exec 3</proc/1/environ'
    attempt 'write rules' 'echo "allow all" >>/etc/qemu/bridge.conf'
    attempt 'write passwd' ': >>/etc/passwd'
    attempt 'write to /tmp' 'echo x >/tmp/x'
    attempt 'execute a shell' '/bin/sh -c true'
    attempt 'execute busybox' '/bin/busybox true'
    attempt 'execute the other program' "$2 --version"
    attempt 'signal another process' "kill -CONT $victim"
    attempt 'raise a limit' 'ulimit -H -l 12345678'
    mv "$program.good" "$program"
    kill $victim
    echo "ok: $program: denied what it never does"
}

check_libvirt() {
    mkdir -p /etc/apparmor.d/local
    : >/etc/apparmor.d/local/usr.sbin.libvirtd
    load usr.sbin.libvirtd
    within='/confined libvirtd'
    ask vmuser virbr0 >/run/answer
    grep -q '^vmuser virbr0 : 127: ' /run/answer || fail "libvirtd without the local line: $(cat /run/answer)"
    denials >/run/denials
    grep -q 'profile="libvirtd".*name="/usr/libexec/vmnet-helper"' /run/denials || fail "no denial: $(cat /run/denials)"
    cp /etc/apparmor.d/local/example /etc/apparmor.d/local/usr.sbin.libvirtd
    load usr.sbin.libvirtd
    run_round /run/libvirt
    same 'from the profile of libvirtd' /run/libvirt
    end_service
    within=
}

echo 0 >/proc/sys/kernel/printk_ratelimit
mount -t securityfs securityfs $security
[ "$(cat /sys/module/apparmor/parameters/enabled)" = Y ] || fail 'AppArmor is not enabled'
make_world

run_round /run/plain
end_service
echo "ok: without a profile, $(wc -l </run/plain) lines"
expect_none 'without a profile'

load usr.libexec.vmnet-helper usr.libexec.vmnet-helperd
run_round /run/confined
same 'in their profiles' /run/confined
check_labels
check_upgrade
check_include 'client and service'
end_service
chmod 4755 $helper
check_include 'setuid'
check_chosen_profile
make_rules
check_libvirt
check_confinement $helper $helperd
check_confinement $helperd $helper
