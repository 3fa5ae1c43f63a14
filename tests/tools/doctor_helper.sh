#!/bin/sh
# SPDX-License-Identifier: MIT
#
# doctor_helper.sh VMNETCTL, as root in lab.sh's world: a helper that cannot work, or is not started.
set -eu
# shellcheck source-path=SCRIPTDIR source=world.sh
. "${0%/*}/world.sh"
# shellcheck source-path=SCRIPTDIR source=doctor_world.sh
. "${0%/*}/doctor_world.sh"

result ok helper "$helper is setuid root, mode 4755"
no_result fail '.*'

# Not there, or no file.
rm "$helper"
doctor 1
result fail helper "there is no $helper" "'cmake --install'"
mkdir "$helper"
doctor 1
result fail helper "$helper is not a regular file" 'as root, install vmnet-helper again'
rmdir "$helper"
chmod 700 "${helper%/*}"
doctor 1
result fail helper "cannot examine $helper: Permission denied" "namei -l $helper"
chmod 755 "${helper%/*}"

# Without privilege, or with that of the wrong user: a change of the mode is no cure for a file that another could
# write.
install_helper
chmod 755 "$helper"
doctor 1
result fail helper "$helper is not setuid root and has no file capability" "as root: chmod u+s $helper"
# The cure does not open it to others.
chmod 750 "$helper"
chgrp vmgroup "$helper"
doctor 1
result fail helper "$helper is not setuid root and has no file capability" "as root: chmod u+s $helper"
says_not 'chmod 4755'
chown 4242 "$helper"
chmod 4755 "$helper"
doctor 1
result fail helper "$helper belongs to uid 4242, not to root" 'install vmnet-helper again'
says_not 'chmod 4755'
install_helper
chmod 4757 "$helper"
doctor 1
result fail helper "users other than root may write to $helper, whose mode is 4757" 'install vmnet-helper again'

# A file capability is as good, where the user may open /dev/net/tun.
install_helper
chmod 755 "$helper"
setcap cap_net_admin=ep "$helper"
doctor 0
result ok helper "$helper has the file capability cap_net_admin=ep"
for capability in cap_net_raw=ep cap_net_admin=p; do
    setcap "$capability" "$helper"
    doctor 1
    result fail helper 'has no file capability cap_net_admin=ep'
done
setcap -r "$helper"

# For a group only.
install_helper
chgrp vmgroup "$helper"
chmod 4750 "$helper"
doctor 0
result ok helper "$helper is setuid root, mode 4750"
run 1 as vmother "$ctl" doctor
result fail helper \
    "vmother (uid 4243) may not start $helper, whose mode 4750 permits only root and the group 'vmgroup'" \
    "ask the administrator to add the user to the group 'vmgroup'"
run 1 without_groups vmuser "$ctl" doctor
result fail helper "vmuser (uid 4242) may not start $helper" 'log out and in again: the user database has vmuser'
run 0 "$ctl" doctor --user vmuser
run 1 as vmuser "$ctl" doctor --user vmother
result fail helper 'vmother (uid 4243) may not start'
install_helper
chmod 4700 "$helper"
doctor 1
result fail helper "the user may not start $helper, whose mode is 4700" "chmod 4755 $helper"
# No user is to become a member of root's group.
chmod 4750 "$helper"
doctor 1
result fail helper "the user may not start $helper, whose mode is 4750" "chmod 4755 $helper"
says_not "the group 'root'"
install_helper

# On a file system that takes the privilege away.
mount --bind "${helper%/*}" "${helper%/*}"
for option in nosuid noexec; do
    mount -o "remount,bind,$option" "${helper%/*}"
    doctor 1
    result fail helper "the file system of $helper is mounted with $option" "findmnt --target $helper"
done
umount "${helper%/*}"
doctor 0
result ok helper "$helper is setuid root"

# Which one QEMU starts.
cover /usr/lib/qemu
[ "${helper%/*}" = /usr/libexec ] || cover /usr/libexec
stock=/usr/lib/qemu/qemu-bridge-helper
doctor 0 br0
result note helper-path 'QEMU must be told to start vmnet-helper' "-nic bridge,br=br0,helper=$helper"
doctor 0
result note helper-path 'QEMU must be told' "-nic bridge,br=BRIDGE,helper=$helper"
install -m 755 /bin/true "$stock"
doctor 0
result note helper-path "without helper=, QEMU starts $stock" "helper=$helper"
says_not 'another helper with privilege'
ln -sf "$helper" "$stock"
doctor 0
result ok helper-path "$stock starts vmnet-helper, so QEMU needs no helper="
rm "$stock"
# A copy, and a script that starts it; none is a script that only speaks of it, or starts another.
cp "$helper" "$stock"
doctor 0
result ok helper-path "$stock starts vmnet-helper"
for line in "exec $helper \"\$@\"" "exec '$helper' \"\$@\"" "exec $helper"; do
    printf '#!/bin/sh\n# of the package\n%s\n' "$line" >"$stock"
    doctor 0
    result ok helper-path "$stock starts vmnet-helper"
done
for line in "# exec $helper" "exec ${helper}d \"\$@\"" "exec /opt$helper \"\$@\""; do
    printf '#!/bin/sh\n%s\n' "$line" >"$stock"
    doctor 0
    result note helper-path "without helper=, QEMU starts $stock" "helper=$helper"
done
printf 'exec %s\n' "$helper" >"$stock"
doctor 0
result note helper-path "without helper=, QEMU starts $stock" "helper=$helper"
rm "$stock"

# Which one libvirt starts.
settings=/run/lab/home/.config/libvirt/qemu.conf
rm -rf /etc/libvirt
export HOME=/run/lab/home
unset XDG_CONFIG_HOME
doctor 0
says_not 'helper-path: libvirt'
mkdir -p /etc/libvirt "${settings%/*}"
chmod -R a+rX /run/lab/home/.config
doctor 0
result note helper-path 'libvirt in session mode does not start vmnet-helper' \
    "in $settings: bridge_helper = \"$helper\""
echo "bridge_helper = \"$helper\"" >/etc/libvirt/qemu.conf
doctor 0
result note helper-path "/etc/libvirt/qemu.conf has a bridge_helper, but libvirt in session mode reads $settings" \
    "in $settings: bridge_helper = \"$helper\""
mkfifo "$settings" # nobody will ever write to it
doctor 0
result note helper-path '/etc/libvirt/qemu.conf has a bridge_helper'
rm "$settings"
echo "bridge_helper = '/usr/lib/gone'" >"$settings"
doctor 1
result fail helper-path "$settings names the bridge_helper '/usr/lib/gone', which is not there" \
    "in $settings: bridge_helper = \"$helper\""
printf '# bridge_helper = "/gone"\n\tbridge_helper="/bin/true"\n' >"$settings"
doctor 0
result note helper-path "libvirt of this user starts another helper, '/bin/true', by $settings" "\"$helper\""
printf 'bridge_helper = "%s" # ours\n' "$helper" >"$settings"
doctor 0
result ok helper-path "libvirt of this user starts vmnet-helper, by $settings"
run 0 setpriv --reuid vmuser --regid vmuser --init-groups env HOME=/nowhere XDG_CONFIG_HOME=/run/lab/home/.config \
    "$ctl" doctor
result ok helper-path 'libvirt of this user starts vmnet-helper'
HOME=/root run 0 "$ctl" doctor --user vmuser
result ok helper-path 'libvirt of this user starts vmnet-helper'
