/* SPDX-License-Identifier: MIT */
/* Who asks: the one place that knows. Nothing after it asks the kernel again. */
#pragma once

#include "vmnetacl.h"

#define CALLER_NAME_SIZE 33

struct caller {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary, ascending, until the process ends; NULL when there are none */
    size_t groups_count;
    struct vmnetacl_caller *memory; /* of the groups; the helper keeps it */
    bool is_peer;                   /* another process, so that its groups are not those of this one */
    bool is_elsewhere;              /* in another network namespace than this process */
    char name[CALLER_NAME_SIZE];    /* only for messages; "?" when it is not in /etc/passwd */
};

/*
 * Phase 3: capture the caller: this process's real ids and its supplementary groups, or the peer of a connected unix
 * stream socket with the effective ids and the groups that it had when it connected.
 *
 * True when it ends: caller is filled in, but for the name, which is "?".
 * It must not: change anything, or call the name service.
 */
void caller_capture_self(struct caller *caller);
void caller_capture_peer(struct caller *caller, int socket_fd);

/* Find the caller's login name in /etc/passwd. The name service is not asked: it would load foreign code. */
void caller_find_name(struct caller *caller);
