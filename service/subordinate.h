/* SPDX-License-Identifier: MIT */
/* Subordinate ids: uids of which one user has thousands. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Does /etc/subuid, subuid(5), give this uid to some user as a subordinate id? With a set-user-ID file of such a uid,
 * that user can run a process which looks like one of another user. A range of only one id does not count. True if that
 * cannot be found out.
 */
bool subordinate_is(uid_t uid);
