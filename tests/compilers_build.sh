#!/bin/sh
# SPDX-License-Identifier: MIT
#
# compilers_build.sh PART COMPILER: runs in the system that compilers.sh has made; the sources are /src. PART is
#
#   build    with COMPILER, all programs and tests, with -Werror
#   lto      with COMPILER, each kind of LTO: the archive and the shared library export what they should
#   modes    with COMPILER: -O3, -Os, Debug, and what distributions have in the environment with CMAKE_BUILD_TYPE=None
#   cmake    with COMPILER and the suite's CMake, by make and by ninja; its warnings are errors
set -eu

part=$1 compiler=$2

# build NAME TARGET OPTION...: TARGET is all, or some of them
build() {
    name=$1 targets=$2
    shift 2
    echo "== $compiler: $name"
    rm -rf "/build/$name"
    cmake -S /src -B "/build/$name" -G Ninja -DCMAKE_INSTALL_PREFIX=/usr -DVMNET_WERROR=ON \
        "-DCMAKE_C_COMPILER=$compiler" "$@" >"/build/$name.log" 2>&1 || fail "$name"
    # shellcheck disable=SC2086 # a list
    cmake --build "/build/$name" --parallel 2 --target $targets >"/build/$name.log" 2>&1 || fail "$name"
}

fail() {
    tail -n 60 "/build/$1.log"
    echo "FAILED: $part $compiler: $1"
    exit 1
}

exports() {
    sh /src/tests/install/exports.sh /src "/build/$1"
}

part_build() {
    build build all -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON
}

libraries='vmnetacl_static vmnetacl_shared vmnet-helper'

part_lto() {
    case $compiler in
    gcc*)
        build fat "$libraries" -DCMAKE_BUILD_TYPE=None '-DCMAKE_C_FLAGS=-O2 -g -flto=auto -ffat-lto-objects'
        exports fat
        # Only an ar with gcc's plugin knows what is in such an object.
        build slim "$libraries" -DCMAKE_BUILD_TYPE=None '-DCMAKE_C_FLAGS=-O2 -flto=auto' \
            "-DCMAKE_AR=/usr/bin/gcc-ar${compiler#gcc}" "-DCMAKE_RANLIB=/usr/bin/gcc-ranlib${compiler#gcc}"
        exports slim
        build ipo "$libraries" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
        ;;
    clang*)
        export LDFLAGS=-fuse-ld=lld
        build thin "$libraries" -DCMAKE_BUILD_TYPE=None '-DCMAKE_C_FLAGS=-O2 -flto=thin'
        exports thin
        build ipo "$libraries" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON
        ;;
    esac
    exports ipo
}

part_modes() {
    build O3 "$libraries" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O3
    build Os "$libraries" -DCMAKE_BUILD_TYPE=MinSizeRel
    build debug "$libraries" -DCMAKE_BUILD_TYPE=Debug
    build none "$libraries" -DCMAKE_BUILD_TYPE=None
    hardening='-fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security -fcf-protection'
    export CFLAGS="-g -O2 -ffile-prefix-map=/src=. $hardening" CPPFLAGS='-Wdate-time -D_FORTIFY_SOURCE=2' \
        LDFLAGS='-Wl,-z,relro -Wl,-z,now -Wl,--as-needed'
    build debian "$libraries" -DCMAKE_BUILD_TYPE=None -DCMAKE_VERBOSE_MAKEFILE=ON
    language=
    case $compiler in gcc*) language=-Wno-complain-wrong-lang ;; esac
    export CFLAGS="-O2 -g -pipe -Wall $language -Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3 $hardening \
-Wp,-D_GLIBCXX_ASSERTIONS -mtune=generic -fasynchronous-unwind-tables -fno-omit-frame-pointer" \
        LDFLAGS='-Wl,-z,relro -Wl,--as-needed -Wl,-z,pack-relative-relocs -Wl,-z,now -Wl,--build-id=sha1'
    build fedora "$libraries" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_FLAGS_RELWITHDEBINFO=-DNDEBUG
}

part_cmake() {
    cmake --version | head -n 1
    for generator in Ninja 'Unix Makefiles'; do
        build cmake all -G "$generator" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_TESTING=ON -Wdev -Werror=dev \
            -Wdeprecated -Werror=deprecated
    done
}

"part_$part"
