# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Sourced by the tests of conf/selinux: Debian's policy with our module, made of packages that are downloaded and
# unpacked (unpack.sh), in a store of its own. The caller defines fail(), which takes a message and does not return.

selinux_here=$(cd "$(dirname "$0")" && pwd)

# selinux_run COMMAND...: a program of the tree, with its libraries and modules of Python
selinux_run() {
    LD_LIBRARY_PATH=$selinux_tree/usr/lib/x86_64-linux-gnu:$selinux_tree/lib/x86_64-linux-gnu \
        PYTHONPATH=$selinux_tree/usr/lib/python3/dist-packages "$@"
}

# selinux_unpack DIRECTORY: sets $selinux_tree, $selinux_root, below which the store is, and $selinux_policy, which
# selinux_link makes there.
selinux_unpack() {
    selinux_suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    sh "$selinux_here/unpack.sh" "$1" "$selinux_suite" selinux-policy-default selinux-policy-dev checkpolicy \
        policycoreutils semodule-utils libsemanage2 libsepol2 selinux-utils setools python3-setools python3-networkx \
        python3-pkg-resources m4 gawk libsigsegv2 || fail 'no packages'
    selinux_directory=$(cd "$1" && pwd)
    selinux_tree=$selinux_directory/$selinux_suite
    selinux_root=$selinux_directory/root
    # shellcheck disable=SC2034 # for the caller
    selinux_policy=$selinux_root/etc/selinux/default/policy/policy.33
}

# selinux_compile SOURCES: as "make -f /usr/share/selinux/devel/Makefile" does; a warning is an error.
selinux_compile() {
    selinux_devel=$selinux_tree/usr/share/selinux/devel/include
    rm -rf "$selinux_directory/module"
    cp -R "$1" "$selinux_directory/module"
    (cd "$selinux_directory/module" && selinux_run make -f "$selinux_devel/Makefile" NAME=default TYPE=mcs \
        HEADERDIR="$selinux_devel" SHAREDIR="$selinux_tree/usr/share/selinux" SEMODULE=false \
        CHECKMODULE="$selinux_tree/usr/bin/checkmodule" SEMOD_PKG="$selinux_tree/usr/bin/semodule_package" \
        AWK="$selinux_tree/usr/bin/gawk" M4="$selinux_tree/usr/bin/m4" vmnet_helper.pp) \
        >"$selinux_directory/log" 2>&1 || fail "the module: $(cat "$selinux_directory/log")"
    ! grep -i 'warning' "$selinux_directory/log" || fail 'the module compiles with warnings'
}

# selinux_semodule OPTION...: nothing outside of $selinux_root is read or changed, and no kernel is told.
selinux_semodule() {
    selinux_run "$selinux_tree/usr/sbin/semodule" --path "$selinux_root" --noreload --store default "$@" \
        >"$selinux_directory/log" 2>&1 || fail "semodule: $(cat "$selinux_directory/log")"
}

# Debian's modules, which are linked once.
selinux_make_store() {
    rm -rf "$selinux_root"
    mkdir -p "$selinux_root/etc/selinux" "$selinux_root/var/lib/selinux/default"
    cp -R "$selinux_tree/etc/selinux/default" "$selinux_root/etc/selinux/default"
    cat >"$selinux_root/etc/selinux/semanage.conf" <<CONF
module-store = direct
expand-check = 0
compiler-directory = $selinux_tree/usr/libexec/selinux/hll
[sefcontext_compile]
path = $selinux_tree/usr/sbin/sefcontext_compile
args = \$@
[end]
[setfiles]
path = /bin/true
args = \$@
[end]
CONF
    set --
    for selinux_module in "$selinux_tree"/usr/share/selinux/default/*.pp.bz2; do
        set -- "$@" -i "$selinux_module"
    done
    selinux_semodule "$@"
    : >"$selinux_root/complete"
}

selinux_link() {
    [ -e "$selinux_root/complete" ] || selinux_make_store
    selinux_semodule -i "$selinux_directory/module/vmnet_helper.pp"
}
