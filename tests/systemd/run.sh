#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh COMMAND [ARGUMENT...]: run COMMAND inside lab.sh, with LAB_GROUP, a control group in which it may boot a
# system with boot.sh. Removes the group after COMMAND has ended, and also the groups of earlier runs that were killed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../skip.sh
. "$here/../skip.sh"
[ "$(id -u)" = 0 ] || skip 'run.sh needs root; try sudo'
# Seen in this mount namespace only, wherever the host has it mounted, or not.
if [ "${RUN_INSIDE-}" != 1 ]; then
    unshare --mount --propagation private true || skip 'run.sh cannot make a namespace of its own'
    RUN_INSIDE=1 exec unshare --mount --propagation private -- /bin/sh "$0" "$@"
fi
unset RUN_INSIDE
mounted=/mnt
mount -t cgroup2 cgroup2 "$mounted" || skip 'run.sh cannot mount the control groups, version 2'
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
own=${own%/}

# Those of others that are running stay. The kernel lets no group go that has a process or another group in it.
remove_groups() {
    for left in "$mounted$own"/vmnet-test.*; do
        [ -d "$left" ] || continue
        [ "${left##*.}" = $$ ] || ! kill -0 "${left##*.}" 2>/dev/null || continue
        find "$left" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

remove_groups
LAB_GROUP=$own/vmnet-test.$$
mkdir "$mounted$LAB_GROUP"
export LAB_GROUP
status=0
sh "$here/../lab/lab.sh" "$@" || status=$?
# The processes of a pid namespace have ended with its process 1, and leave their groups a moment later.
tries=0
until remove_groups; [ ! -d "$mounted$LAB_GROUP" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || { echo "run.sh: cannot remove $mounted$LAB_GROUP" >&2; exit 125; }
    sleep 0.1
done
exit "$status"
