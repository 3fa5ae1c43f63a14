#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test_deb_default.sh DEBS QEMU, run by lab.sh: the package vmnet-helper-default in the directory DEBS, with and without
# qemu-system-common, whose package QEMU is, and in each state in which administrators leave qemu-bridge-helper.
set -eu

debs=$1 qemu_deb=$2
# shellcheck source-path=SCRIPTDIR source=deb_world.sh
. "$(dirname "$0")/deb_world.sh"
stock=/usr/lib/qemu/qemu-bridge-helper
distrib=$stock.distrib
ask_helper=$stock

install_qemu() {
    do_dpkg --force-depends --install "$qemu_deb"
}

remove_qemu() {
    do_dpkg --force-depends --remove qemu-system-common
}

is_script() {
    [ "$(head -c 2 $stock)" = '#!' ] || fail "$stock is no script"
}

assert_stock() {
    is "$stock" "$(mode $stock)" "regular file $1"
    [ ! -e $distrib ] || fail "there is a $distrib"
    ! dpkg-divert --list | grep -q "$stock" || fail 'there is a diversion'
    [ "$(head -c 2 $stock)" != '#!' ] || fail "$stock is a script"
}

# said TEXT / said_nothing: by the last dpkg
said() {
    grep -q -x -F "$1" /run/lab/dpkg.log || fail "this was not said: $1"
}

said_nothing() {
    ! grep -q '^vmnet-helper' /run/lab/dpkg.log || fail 'something was said'
}

case_with_qemu() {
    do_dpkg --install "$(deb vmnet-helper-default)"
    said_nothing
    is_script
    is "$distrib" "$(mode $distrib)" 'regular file 755 root:root'
    assert_asked vmuser virbr0 'tap[0-9]*'
    assert_asked vmuser br0 '*access denied by acl file: no rule lets*'
}

# The script must pass on the descriptors that shells like to use for themselves.
case_descriptors() {
    for fd in 9 10 255; do
        found=$(setpriv --reuid vmuser --regid vmuser --clear-groups /usr/bin/python3 -S -c '
import fcntl, os, socket, subprocess, sys
ours, theirs = [socket.socket(fileno=fcntl.fcntl(end.detach(), fcntl.F_DUPFD_CLOEXEC, 300)) for end in socket.socketpair()]
fd = int(sys.argv[2])
os.dup2(theirs.fileno(), fd, inheritable=True)
theirs.close()
status = subprocess.call([sys.argv[1], "--use-vnet", "--fd=%d" % fd, "--br=virbr0"], close_fds=False)
print(status, len(ours.recvmsg(1, socket.CMSG_SPACE(4))[1]))' $stock "$fd")
        is "status and descriptors by descriptor $fd" "$found" '0 1'
    done
}

case_chmod() {
    chmod 4755 $stock
    assert_asked vmuser virbr0 'tap[0-9]*'
    assert_asked vmuser br0 '*access denied by acl file: no rule lets*'
    is "$helper" "$(mode $helper)" 'regular file 4755 root:root'
}

case_upgraded() {
    for version in 1:2-1 0:1-1; do
        do_dpkg --force-downgrade --install "$(deb vmnet-helper $version)" "$(deb vmnet-helper-default $version)"
        is_script
        is "$stock" "$(mode $stock)" 'regular file 755 root:root'
    done
    do_dpkg --install "$(deb vmnet-helper)" "$(deb vmnet-helper-default)"
    install_qemu
    is_script
    said_nothing
}

case_without_qemu() {
    remove_qemu
    is_script
    [ ! -e $distrib ] || fail "there is a $distrib"
    assert_asked vmuser virbr0 'tap[0-9]*'
    install_qemu
    is_script
    is "$distrib" "$(mode $distrib)" 'regular file 755 root:root'
    remove_qemu
    do_dpkg --remove vmnet-helper-default
    [ ! -e $stock ] || fail "there is a $stock"
    do_dpkg --install "$(deb vmnet-helper-default)"
    install_qemu
    is_script
    do_dpkg --purge vmnet-helper-default
    assert_stock '755 root:root'
}

# dpkg applies an override to both files, and to QEMU's file again at each upgrade of QEMU.
case_override() {
    dpkg-statoverride --update --add root vmgroup 4750 $stock
    do_dpkg --install "$(deb vmnet-helper-default)"
    is "$stock" "$(mode $stock)" 'regular file 4750 root:vmgroup'
    is "$distrib" "$(mode $distrib)" 'regular file 4750 root:vmgroup'
    override="dpkg-statoverride --force-statoverride-add --update --add root vmgroup 0750 $stock"
    said "    $override"
    said "    chmod u-s $distrib"
    assert_asked vmuser virbr0 'tap[0-9]*'
    assert_asked vmother virbr0 '*Permission denied*'
    chmod u-s $distrib
    install_qemu
    is "$distrib" "$(mode $distrib)" 'regular file 4750 root:vmgroup'
    said "    chmod u-s $distrib"
    $override 2>/dev/null
    chmod u-s $distrib
    install_qemu
    said_nothing
    is "$stock" "$(mode $stock)" 'regular file 750 root:vmgroup'
    is "$distrib" "$(mode $distrib)" 'regular file 750 root:vmgroup'
    do_dpkg --remove vmnet-helper-default
    assert_stock '750 root:vmgroup'
    dpkg-statoverride --remove $stock
    install_qemu
}

case_setuid_by_hand() {
    chmod 4755 $stock
    do_dpkg --install "$(deb vmnet-helper-default)"
    said "    chmod u-s $distrib"
    ! grep -q -e --force-statoverride-add /run/lab/dpkg.log || fail 'an override is named'
    chmod u-s $distrib
    setcap cap_net_admin=ep $distrib
    do_dpkg --install "$(deb vmnet-helper-default)"
    said "    setcap -r $distrib"
    setcap -r $distrib
    do_dpkg --install "$(deb vmnet-helper-default)"
    said_nothing
    do_dpkg --purge vmnet-helper-default
    assert_stock '755 root:root'
}

# If only a group could run the old helper, the first installation says that every user can run ours.
case_group() {
    do_dpkg --force-depends --purge vmnet-helper
    dpkg-statoverride --update --add root vmgroup 4750 $stock
    do_dpkg --install "$(deb vmnet-helper)"
    said "    dpkg-statoverride --update --add root vmgroup 4750 $helper"
    do_dpkg --install "$(deb vmnet-helper 1:2-1)"
    said_nothing
}

# If the administrator has diverted QEMU's program, or a file is in the way, the package is not installed, and nothing
# changes.
case_in_the_way() {
    dpkg-divert --local --rename --divert $stock.mine --add $stock >/dev/null
    refused
    [ ! -e $stock ] || fail "there is a $stock"
    dpkg-divert --local --rename --remove $stock >/dev/null
    install -m 4755 /bin/true $distrib
    refused
    rm $distrib
    assert_stock '755 root:root'
}

refused() {
    ! dpkg --install "$(deb vmnet-helper-default)" >/run/lab/dpkg.log 2>&1 || fail 'it was installed'
    is state "$(dpkg-query -W -f '${db:Status-Status}' vmnet-helper-default)" not-installed
}

# The archive ends too early, or dpkg is killed once the diversion has been added or removed.
case_interrupted() {
    broken=/run/lab/broken
    dpkg-deb -R "$(deb vmnet-helper-default)" $broken
    head -c 1000000 /dev/zero >$broken/usr/lib/qemu/padding
    dpkg-deb -Znone --build $broken $broken.deb >/dev/null
    truncate -s 500000 $broken.deb
    ! dpkg --install $broken.deb >/run/lab/dpkg.log 2>&1 || fail 'a part of the package was installed'
    assert_stock '755 root:root'
    # shellcheck disable=SC2016 # dpkg's
    for script in preinst postrm; do
        echo 'kill -9 $PPID' >>$broken/DEBIAN/$script
    done
    dpkg-deb --build $broken $broken.deb >/dev/null
    ! dpkg --install $broken.deb >/run/lab/dpkg.log 2>&1 || fail 'dpkg was not killed in preinst'
    do_dpkg --install "$(deb vmnet-helper-default)"
    is_script
    is "$distrib" "$(mode $distrib)" 'regular file 755 root:root'
    cp $broken/DEBIAN/postrm /var/lib/dpkg/info/vmnet-helper-default.postrm
    ! dpkg --remove vmnet-helper-default >/run/lab/dpkg.log 2>&1 || fail 'dpkg was not killed in postrm'
    assert_stock '755 root:root'
    sed -i '$d' /var/lib/dpkg/info/vmnet-helper-default.postrm
    do_dpkg --purge vmnet-helper-default
    assert_stock '755 root:root'
}

install_qemu
do_dpkg --install "$(deb vmnet-helper)" "$(deb vmnetctl)"
echo 'allow uid 4242 bridge virbr0' >/etc/vmnet/rules.d/50-local.rules
for case in with_qemu descriptors chmod upgraded without_qemu override setuid_by_hand in_the_way interrupted group; do
    "case_$case"
done
