#!/bin/sh
# SPDX-License-Identifier: MIT
#
# build.sh SOURCE_DIRECTORY BUILD_DIRECTORY GENERATOR COMPILER [OPTION...]: a release build of what is installed.
set -eu

source=$1 build=$2 generator=$3 compiler=$4
shift 4
# The flags are the project's own, whatever the environment adds to others.
unset CFLAGS CPPFLAGS LDFLAGS DESTDIR
cmake -S "$source" -B "$build" -G "$generator" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_TESTING=OFF "$@"
cmake --build "$build"
