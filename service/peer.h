/* SPDX-License-Identifier: MIT */
/* What the credentials of a connection do not say: in which namespaces the caller is. */
#pragma once

#include <stdbool.h>

struct caller;
struct ucred;

enum {
    PEER_EXIT_REFUSED = 1 /* the exit status of an instance that has refused the caller for his namespaces */
};

/* Tell the caller that he is refused for that reason. */
void peer_tell_refused(void);

/*
 * Is the process that has connected in our own user namespace? Then its uid is a user's, or one that subordinate_is()
 * knows. Also false when that cannot be found out. Waits for nothing.
 *
 * It must not: change the effective ids, since a process that has the same could change the priority of this one.
 */
bool peer_is_local(const struct ucred *peer);

/*
 * Phase 3, second half: find out in which network namespace the caller is; and return if he is in our user namespace,
 * or in one that belongs to his uid, as does each one above it; else refuse him, and exit.
 *
 * True when it ends: caller->is_elsewhere is right. The caller could not signal this process meanwhile.
 * It must not: return where the kernel does not tell.
 */
void peer_require_user_namespace(struct caller *caller, int connection_fd);
