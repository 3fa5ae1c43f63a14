#!/bin/sh
# SPDX-License-Identifier: MIT
#
# helper_cure.sh VMNETCTL VMNETCTL_OF_WRAPPER VMNETCTL_OF_NONE, as root in lab.sh's world: what doctor says to do about
# the file of the helper. chmod is not advised where it is impossible, undone by the next upgrade, or not the way.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"
cp "$2" "$work/vmnetctl-wrapper"
cp "$3" "$work/vmnetctl-none"
cover /var/lib/dpkg
without="$helper is not setuid root and has no file capability"

# cured CURE: the check of the helper fails, and this is what to do; no other command changes the mode
cured() {
    result fail helper '' "$1"
    [ "$(printf '%s\n' "$output" | grep -c -e chmod -e statoverride -e setcap)" = "${2-1}" ] || fail 'another command'
}

# As dpkg has it: what is set by hand is lost, and so might be the group to which an administrator gave it.
mkdir /var/lib/dpkg/info
printf '%s\n' /. /usr "$helper" "${helper}d" >/var/lib/dpkg/info/vmnet-helper.list
chmod 755 "$helper"
doctor 1
cured "as root: dpkg-statoverride --update --add root root 4755 $helper; or as root: systemctl"
chgrp vmgroup "$helper"
chmod 750 "$helper"
doctor 1
cured "as root: dpkg-statoverride --update --add root vmgroup 4750 $helper"
# An override is what root wants: it is done again, or, if it is without privilege, the service is the way.
echo "root vmgroup 4750 $helper" >/var/lib/dpkg/statoverride
doctor 1
cured "as root: dpkg-statoverride --remove $helper && dpkg-statoverride --update --add root vmgroup 4750 $helper"
echo "root #4250 4750 $helper" >/var/lib/dpkg/statoverride
doctor 1
cured "as root, set the owner and the mode that 'dpkg-statoverride --list $helper' shows"
for override in 'root root 755' 'root root 0755' 'root vmgroup 2755'; do
    echo "$override $helper" >/var/lib/dpkg/statoverride
    doctor 1
    cured 'cure: as root: systemctl enable --now vmnet-helper.socket' 0
done
chgrp 4999 "$helper"
chmod 755 "$helper"
rm /var/lib/dpkg/statoverride
doctor 1
cured "as root: dpkg-statoverride --update --add root '#4999' 4755 $helper"
echo "root root 0755 $helper" >/var/lib/dpkg/statoverride
install_helper
chmod 4700 "$helper"
doctor 1
cured "&& dpkg-statoverride --update --add root root 4755 $helper"
# A capability goes first: dpkg-statoverride sets the owner, which removes it.
install_helper
chmod 755 "$helper"
setcap cap_net_admin=ep "$helper"
chmod 600 /dev/net/tun
doctor 1
result fail tun 'the user may not open /dev/net/tun' "as root: setcap -r $helper && dpkg-statoverride --remove $helper \
&& dpkg-statoverride --update --add root root 4755 $helper; then the helper opens it as root"
# Another package's list does not count.
mv /var/lib/dpkg/info/vmnet-helper.list /var/lib/dpkg/info/other.list
rm /var/lib/dpkg/statoverride
doctor 1
result fail tun 'the user may not open /dev/net/tun' \
    "as root: setcap -r $helper && chmod u+s $helper; then the helper opens it as root"
chmod 666 /dev/net/tun

# Where the file system does not take it, or would ignore it.
install_helper
chmod 755 "$helper"
mountpoint -q "${helper%/*}" || mount --bind "${helper%/*}" "${helper%/*}" # the prefix can be another
mount -o remount,bind,ro "${helper%/*}"
doctor 1
cured 'its file system is read-only: install vmnet-helper with its privilege in the image' 0
mount -o remount,bind,rw,nosuid "${helper%/*}"
doctor 1
cured "install vmnet-helper on another file system; 'findmnt --target $helper' shows this one" 0
mount -o remount,bind,rw,suid "${helper%/*}"

# In a store, whose files are nobody's to change: the path is a link into it.
root=/run/lab/root
for directory in usr etc dev proc sys run/lab; do
    mkdir -p "$root/$directory"
    [ "$directory" = run/lab ] || mount --rbind "/$directory" "$root/$directory"
done
mkdir "$root/run/lab/tools"
mount --bind "$work" "$root/run/lab/tools"
for name in bin lib lib64; do
    [ ! -L "/$name" ] || ln -s "usr/$name" "$root/$name"
done
for store in nix gnu; do
    mkdir -p "$root/$store/store/0-vmnet-helper"
    cp "$helper" "$root/$store/store/0-vmnet-helper/"
    mv "$helper" "$helper.away"
    ln -s "/$store/store/0-vmnet-helper/vmnet-helper" "$helper"
    run 1 chroot "$root" setpriv --reuid vmuser --regid vmuser --init-groups -- "$ctl" doctor
    cured 'have the configuration of the system make a wrapper for it (NixOS: security.wrappers; Guix:' 0
    mv "$helper.away" "$helper"
done

# A wrapper, which has another path than the helper: it is what the configuration makes, and what is looked at.
ctl=$work/vmnetctl-wrapper
wrapper=/run/wrappers/bin/vmnet-helper
cure="have the configuration of the system make the wrapper $wrapper (NixOS: security.wrappers; Guix: "
mkdir -p "${wrapper%/*}"
doctor 1
result fail helper "there is no $wrapper" "$cure"
says "-nic bridge,br=BRIDGE,helper=$wrapper"
says_not "$helper "
cp /bin/true "$wrapper"
doctor 1
result fail helper "$wrapper is not setuid root" "$cure"
cured "$cure" 0
chmod 4700 "$wrapper"
doctor 1
cured "$cure" 0
chmod 4511 "$wrapper"
doctor 0
result ok helper "$wrapper is setuid root, mode 4511"
run 0 "$ctl" check
says_not helper
cover /usr/lib/qemu
for path in "$wrapper" "$helper"; do
    printf '#!/bin/sh\nexec %s "$@"\n' "$path" >/usr/lib/qemu/qemu-bridge-helper
    doctor 0
    result ok helper-path '/usr/lib/qemu/qemu-bridge-helper starts vmnet-helper'
done
umount /usr/lib/qemu
chown vmother "$wrapper"
chmod 4511 "$wrapper"
doctor 1
result fail helper "$wrapper belongs to uid 4243" "$cure"

# Installed without privilege: the service is the way.
ctl=$work/vmnetctl-none
doctor 1
result fail helper "$without" 'as root: systemctl enable --now vmnet-helper.socket'
cured 'cure: as root: systemctl enable' 0
rm "${helper}d"
doctor 1
cured 'as root, install vmnet-helperd, which may be in a package of its own, and then: systemctl enable --now' 0
chmod 700 "$helper"
doctor 1
result fail helper "the user may not start $helper" "as root: chmod 0755 $helper"
