/* SPDX-License-Identifier: MIT */
/* Who asks: the one place that knows. Nothing after it asks the kernel again. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#define CALLER_NAME_SIZE  33
#define CALLER_GROUPS_MAX 65536 /* the kernel's NGROUPS_MAX; that of musl's <limits.h> is smaller */

struct caller {
    uid_t uid;
    gid_t gid;
    size_t groups_count;
    gid_t groups[CALLER_GROUPS_MAX]; /* supplementary groups */
    char name[CALLER_NAME_SIZE];     /* for messages alone; "?" when /etc/passwd does not know the uid */
};

/*
 * Phase 3: capture the caller: the process's real ids and its supplementary groups.
 *
 * True when it ends: caller is filled in, but for the name, which is "?".
 * It must not: change anything, or call the name service.
 */
void caller_capture(struct caller *caller);

/* Find the caller's login name in /etc/passwd. The name service is not asked: it would load foreign code. */
void caller_find_name(struct caller *caller);
