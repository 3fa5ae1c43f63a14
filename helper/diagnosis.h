/* SPDX-License-Identifier: MIT */
/* Why a process has no privilege: it says so, and ends nothing. Reads files and /proc; changes nothing. */
#pragma once

#include <stdbool.h>

/*
 * This process has executed program, or would, and does not have CAP_NET_ADMIN: which of the many reasons it is, and
 * what to do. Never NULL; lives for ever.
 */
const char *diagnosis_find(const char *program);

/* Is this process in a user namespace other than the initial one? And what diagnosis_find() says of that. */
bool diagnosis_in_user_namespace(void);
extern const char diagnosis_user_namespace[];
