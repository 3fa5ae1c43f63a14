#!/bin/sh
# SPDX-License-Identifier: MIT
#
# hardening.sh BUILD_FOLDER COMPILER: is the helper of this release build hardened, and does it load nothing but libc?
set -eu

build=$1 compiler=$2
helper=$build/helper/vmnet-helper
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

header=$(readelf -hW "$helper")
dynamic=$(readelf -dW "$helper")
segments=$(readelf -lW "$helper")
imports=$(readelf --dyn-syms -W "$helper" | awk '$7 == "UND" && $8 != "" { sub("@.*", "", $8); print $8 }')

has PIE "$header" 'Type: +DYN'
has PIE "$dynamic" 'FLAGS_1.* PIE'
has RELRO "$segments" 'GNU_RELRO'
has "full RELRO" "$dynamic" 'BIND_NOW|FLAGS_1.* NOW'
has "stack not executable" "$segments" 'GNU_STACK .* RW +0x'
lacks "a segment is writable and executable" "$segments" ' RWE '
lacks "a library path is built in" "$dynamic" 'RPATH|RUNPATH'
lacks "text relocations" "$dynamic" 'TEXTREL'
has "stack protector" "$imports" '^__stack_chk_fail$'
has "fortified calls" "$imports" '^__vsnprintf_chk$'
has "fortified calls" "$imports" '^__(mem|str)[a-z]+_chk$'

# libcap is linked statically wherever there is a libcap.a.
libraries=$(printf '%s\n' "$dynamic" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
allowed='libc\.so\.[0-9.]+|ld-linux[a-z0-9_.-]*\.so\.[0-9]+'
case $("$compiler" -print-file-name=libcap.a) in
/*) ;;
*) allowed="$allowed|libcap\.so\.[0-9]+" ;;
esac
has libraries "$libraries" '^libc\.so'
for library in $libraries; do
    printf '%s\n' "$library" | grep -E -q -x "$allowed" || complain "$library is loaded"
done

# What loads foreign code into the process, at once or when the C library sees fit.
name_service='^f?(get|set|end)(pw|gr|sp|sg)(ent|nam|uid|gid)(_r)?$|^(get|set|end)(host|serv|proto|net|rpc)(ent|by)'
name_service="$name_service|^initgroups\$|^getgrouplist\$|^get(addr|name)info\$|^innetgr\$"
lacks "the name service is used" "$imports" "$name_service"
lacks "code is loaded at run time" "$imports" \
    '^dl[a-z]+$|^__libc_dlopen|^iconv|^nl_langinfo|^setlocale$|^(bind)?textdomain$'
lacks "syslog(3) is used, which opens files" "$imports" '^v?syslog$|^openlog$'
lacks "a shell is started" "$imports" '^(system|popen|wordexp|posix_spawnp?)$'

# Control-flow protection of the whole program takes the C library's start-up code too, and libcap; not all
# distributions build those so. Of ours, each object has it.
if printf '%s\n' "$header" | grep -q 'Machine: .*X86-64'; then
    objects=$(find "$build/helper" "$build/libacl" -name '*.o' ! -path '*filter_generate*')
    [ "$(printf '%s\n' "$objects" | wc -l)" -ge 15 ] || complain "only these objects were found: $objects"
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
