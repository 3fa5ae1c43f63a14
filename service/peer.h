/* SPDX-License-Identifier: MIT */
/* What the credentials of a connection do not tell of the caller: in which namespaces he is. */
#pragma once

#include <stdbool.h>

struct caller;
struct ucred;

enum {
    PEER_EXIT_REFUSED = 1 /* the status that the process ends with when it refuses the caller for his namespaces */
};

/* Tell the caller that he is refused for that reason. */
void peer_tell_refused(void);

/*
 * Is there a process with this uid, which has connected, in our own user namespace? Then its uid is a user's, or one
 * that subordinate_is() knows. False as well when it is not known. Waits for nothing.
 *
 * It must not: change the effective ids. Who has the same could change at what priority this process runs.
 */
bool peer_is_local(const struct ucred *peer);

/*
 * Phase 3, second half: find out in which network namespace the caller is; and return if he is in our user namespace,
 * or in one that belongs to his uid.
 *
 * True when it ends: caller->is_elsewhere is right. The caller could not signal this process meanwhile.
 * It must not: take it for granted where the kernel does not tell.
 */
void peer_require_user_namespace(struct caller *caller, int connection_fd);
