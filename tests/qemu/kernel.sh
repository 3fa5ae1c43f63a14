# shellcheck shell=sh
# SPDX-License-Identifier: MIT
#
# Read with "." after root.sh, by the scripts that take a kernel and its modules from Debian's packages.
# shellcheck disable=SC2154 # root.sh sets work

# kernel_needs PACKAGE PATTERN: the packages that PACKAGE depends on whose names begin with PATTERN
kernel_needs() {
    apt_in apt-cache depends "$1" 2>/dev/null | sed -n "s/^ *Depends: \\($2[0-9][^ ]*\\)\$/\\1/p"
}

# kernel_download METAPACKAGE [PACKAGE...]: for root_fetch(). Each kernel has a package name of its own; the metapackage
# knows it. From Linux 7 on, kernel and modules are packages of their own, and linux-image-VERSION depends on them.
kernel_download() {
    kernel_image=$(kernel_needs "$1" linux-image- | head -n 1)
    [ -n "$kernel_image" ] || { echo "apt finds no $1"; return 1; }
    shift
    # shellcheck disable=SC2046 # a list
    apt_in apt_get -qq download "$kernel_image" $(kernel_needs "$kernel_image" 'linux-\(base\|binary\|modules\)-') "$@"
}

# What root_fetch() has unpacked: $release is the kernel's release, $modules the directory of its modules.
kernel_open() {
    modules=$(echo "$work"/root/lib/modules/*)
    release=${modules##*/}
    find "$modules/" -name '*.ko.xz' -exec xz -d {} +
    /bin/busybox depmod -b "$work/root" "$release"
}

# kernel_add_module DIRECTORY NAME: copy a module after those that it needs; init.sh loads them in the order of the
# list. modules.dep names the deepest need last.
kernel_add_module() {
    needs=$(sed -n "s|^\([^:]*/$2\.ko\):\(.*\)|\1\2|p" "$modules/modules.dep" | tr ' ' '\n' | sed '1!G;h;$!d')
    [ -n "$needs" ] || grep -q "/$2\.ko$" "$modules/modules.builtin" || die "this kernel has no module $2"
    for need in $needs; do
        name=${need##*/}
        grep -qsx "$name" "$1/list" && continue
        cp "$modules/$need" "$1/$name"
        echo "$name" >>"$1/list"
    done
}
