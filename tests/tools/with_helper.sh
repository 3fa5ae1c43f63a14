#!/bin/sh
# SPDX-License-Identifier: MIT
#
# with_helper.sh COMMAND..., as root in lab.sh's world: run it where vmnet-helper is installed; see helper_world.sh.
set -eu
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# shellcheck source-path=SCRIPTDIR source=helper_world.sh
. "${0%/*}/helper_world.sh"
exec "$@"
