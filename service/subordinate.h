/* SPDX-License-Identifier: MIT */
/* Uids of which one user has thousands. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Does /etc/subuid, subuid(5), give this uid to another user? With a file that is set-user-ID to such a uid, its user
 * can run a process that looks like any other user's. True as well when that cannot be found out.
 */
bool subordinate_is(uid_t uid);
