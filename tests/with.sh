#!/bin/sh
# SPDX-License-Identifier: MIT
#
# with.sh PROGRAM|PATH... -- COMMAND [ARGUMENT...]: run COMMAND, a test, where these programs and files are; else it is
# skipped.
set -eu

# shellcheck source-path=SCRIPTDIR source=skip.sh
. "${0%/*}/skip.sh"
while [ "$1" != -- ]; do
    need "$1"
    shift
done
shift
exec "$@"
