/* SPDX-License-Identifier: MIT
 *
 * A witness of one traced start: looks at the helper's credentials at every system call and holds them against what
 * DESIGN's phases promise. It notes the first thing that is wrong and lets the helper run on, so that nothing of a
 * failed test is left behind.
 */
#ifndef VMNET_PRIVILEGED_WITNESS_H
#define VMNET_PRIVILEGED_WITNESS_H

#include "trace.h"

#include <stdint.h>

enum {
    WITNESS_GROUP_MAX = 32,
    WITNESS_FD_MAX = 64
};

/* /proc/PID/status, and who owns /proc/PID: root as soon as the process is not dumpable. */
struct witness_status {
    uid_t uid[4]; /* real, effective, saved, file system */
    gid_t gid[4];
    gid_t groups[WITNESS_GROUP_MAX];
    size_t group_count;
    uint64_t cap_inheritable, cap_permitted, cap_effective, cap_bounding, cap_ambient;
    uint64_t signals_blocked, signals_ignored, signals_caught;
    uint64_t signals_pending; /* of the process, not of a thread */
    unsigned no_new_privs;
    unsigned seccomp; /* 2: a filter */
    uid_t proc_owner;
};

/* False when the process is gone. */
bool witness_status_read(pid_t pid, struct witness_status *status);

/* The numbers of the descriptors that pid holds, in no order; at most WITNESS_FD_MAX are told. Returns the count. */
size_t witness_fds_read(pid_t pid, int numbers[WITNESS_FD_MAX]);

struct witness {
    /* Set these before. */
    const struct lab_caller *caller;
    int socket_number;
    bool may_fork;            /* once, when the privilege is dropped and before the filter: to look up names */
    bool has_file_capability; /* a start by file capability cannot have saved ids of its own */

    /* What happened. All zero at first. */
    char fault[256]; /* "" when all was right */
    bool dropped;    /* the ids are the caller's, no_new_privs is set */
    bool tried_root; /* an attempt to become root after that, which failed */
    bool undumpable_after_drop;
    bool locked;  /* the seccomp filter is in place */
    bool plugged; /* TUNSETIFF was seen */
    bool handed_over;
    bool rules_opened;
    unsigned netlink_count;
    unsigned fork_count;
};

/* For lab_plan.visit, with a struct witness for visit_data. */
enum lab_action witness_visit(const struct lab_stop *stop, void *visit_data);

/* Is this the number of a call that changes the privilege of a process? */
bool witness_changes_privilege(long number);

#endif
