#!/bin/sh
# SPDX-License-Identifier: MIT
#
# hardening.sh BUILD_DIRECTORY COMPILER: are the helper, the service and the shared library of this release build
# hardened, and do they load nothing but libc?
set -eu

build=$1 compiler=$2
helper=$build/helper/vmnet-helper
service=$build/service/vmnet-helperd
library=$build/libacl/libvmnetacl.so
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# has WHAT TEXT PATTERN, lacks WHAT TEXT PATTERN: extended regular expressions
has() {
    printf '%s\n' "$2" | grep -E -q -e "$3" || complain "$1: there is nothing like '$3'"
}
lacks() {
    ! printf '%s\n' "$2" | grep -E -e "$3" || complain "$1"
}

# What is loaded, at once or when the C library sees fit. libcap is linked statically wherever there is a libcap.a.
allowed='libc\.so\.[0-9.]+|ld-linux[a-z0-9_.-]*\.so\.[0-9]+'
case $("$compiler" -print-file-name=libcap.a) in
/*) ;;
*) allowed="$allowed|libcap\.so\.[0-9]+" ;;
esac
# The name service, and what loads its modules.
name_service='^dl[a-z]+$|^f?(get|set|end)(pw|gr|sp|sg)(ent|nam|uid|gid)(_r)?$|^(get|set|end)(host|serv|proto|net|rpc)(ent|by)'
name_service="$name_service|^initgroups\$|^getgrouplist\$|^get(addr|name)info\$|^innetgr\$|^__nss_"

# check FILE: reads it into header and dynamic, too
check() {
    header=$(readelf -hW "$1")
    dynamic=$(readelf -dW "$1")
    segments=$(readelf -lW "$1")
    imports=$(readelf --dyn-syms -W "$1" | awk '$7 == "UND" && $8 != "" { sub("@.*", "", $8); print $8 }')
    has "$1: position-independent" "$header" 'Type: +DYN'
    has "$1: RELRO" "$segments" 'GNU_RELRO'
    has "$1: full RELRO" "$dynamic" 'BIND_NOW|FLAGS_1.* NOW'
    has "$1: stack not executable" "$segments" 'GNU_STACK .* RW +0x'
    lacks "$1: a segment is writable and executable" "$segments" ' RWE '
    lacks "$1: a library path is built in" "$dynamic" 'RPATH|RUNPATH'
    lacks "$1: text relocations" "$dynamic" 'TEXTREL'
    has "$1: stack protector" "$imports" '^__stack_chk_fail$'
    has "$1: fortified calls" "$imports" '^__(mem|str)[a-z]+_chk$'
    libraries=$(printf '%s\n' "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    has "$1: libraries" "$libraries" '^libc\.so'
    for needed in $libraries; do
        printf '%s\n' "$needed" | grep -E -q -x "$allowed" || complain "$1: $needed is loaded"
    done
    lacks "$1: code is loaded at run time" "$imports" \
        '^__libc_dlopen|^iconv|^nl_langinfo|^setlocale$|^(bind)?textdomain$'
    lacks "$1: syslog(3) is used, which opens files" "$imports" '^v?syslog$|^openlog$'
    lacks "$1: a shell is started" "$imports" '^(system|popen|wordexp|posix_spawnp)$'
}

check "$library"
# No output, no environment but to clear it in the worker, no end of the program's, no program of another name. The
# worker opens /etc/group as fgetgrent_r(3) wants it.
lacks "the library meddles with its program" "$imports" \
    '^(__)?(v?f?printf|v?dprintf|f?puts|fwrite|perror|psignal|(secure_)?getenv|setenv|putenv|exit|abort|f?exec[a-z]*)(_chk)?$'
check "$service"
has PIE "$dynamic" 'FLAGS_1.* PIE'
check "$helper"
lacks "a program is started" "$imports" '^posix_spawn$'
has PIE "$dynamic" 'FLAGS_1.* PIE'
has "fortified calls" "$imports" '^__vsnprintf_chk$'

objects=$(find "$build/helper" "$build/service" "$build/libacl" -name '*.o' ! -path '*filter_generate*')
[ "$(printf '%s\n' "$objects" | wc -l)" -ge 35 ] || complain "only these objects were found: $objects"
# The name service's modules are foreign code, and only the worker may ask it: user.c must not be in the helper. One
# object is all of the others.
asking='/(database|query)\.c\.o$'
! grep -q '(user\.c\.o)' "$helper.map" || complain "the helper holds a function that asks the name service itself"
grep -q '(query\.c\.o)\|(lookup_none\.c\.o)' "$helper.map" || complain "no objects are seen in $helper.map"
for object in $objects; do
    case $object in */database.c.o | */query.c.o | */user.c.o | */libacl/vmnetacl.o) continue ;; esac
    lacks "$object uses the name service" "$(nm -u "$object" | awk '{ print $2 }')" "$name_service|^f(open(64)?|get(pw|gr)ent)(_r)?\$"
done
# And it calls the C library's public functions only: it chooses no services, and loads no module itself.
# shellcheck disable=SC2046 # a list
used=$(nm -u $(printf '%s\n' "$objects" | grep -E "$asking") | awk '{ print $2 }' | grep -E "$name_service|^fget" |
    LC_ALL=C sort -u | tr '\n' ' ')
[ "$used" = "fgetgrent fgetpwent getgrgid_r getgrnam_r getgrouplist getpwnam_r getpwuid_r " ] ||
    complain "of the name service, the worker uses $used"
# Neither does any other object: no function of a module, and no loader.
# shellcheck disable=SC2086 # a list
lacks "a module of the name service is called" "$(nm -u $objects | awk '{ print $2 }')" '^_nss_|^__nss_|^dl(open|m?open|sym|vsym)$'

# Control-flow protection of the whole program takes the C library's start-up code too, and libcap; not all
# distributions build those so. Of ours, each object has it.
if printf '%s\n' "$header" | grep -q 'Machine: .*X86-64'; then
    for object in $objects; do
        has "control-flow protection of $object" "$(readelf -nW "$object")" 'x86 feature: IBT, SHSTK'
    done
    foreign="$("$compiler" -print-file-name=Scrt1.o) $("$compiler" -print-file-name=libcap.a)"
    is_protected=true
    for object in $foreign; do
        found=$(readelf -nW "$object" 2>&1)
        # In an archive each member is shown after its name.
        [ "$(printf '%s\n' "$found" | grep -c 'IBT, SHSTK')" -ge \
            "$(printf '%s\n' "$found" | grep -c '^File:' | sed 's/^0$/1/')" ] || is_protected=false
    done
    if $is_protected; then
        has "control-flow protection of the whole" "$(readelf -nW "$helper")" 'x86 feature:.*IBT, SHSTK'
    else
        echo "of $foreign, not all is built with control-flow protection, so the whole cannot be marked so"
    fi
fi

[ "$failures" = 0 ] || exit 1
echo "ok: hardening"
