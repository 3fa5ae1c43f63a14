/* SPDX-License-Identifier: MIT */
/* What the user database says of a caller, but the credentials do not: a group that a user was added to after login. */
#ifndef VMNETACL_SESSION_H
#define VMNETACL_SESSION_H

#include "ruleset.h"
#include "vmnetacl.h"

#define SESSION_GROUPS_MAX 16

/*
 * The index of the first of these rules whose group, by name or number, the user database has the caller in; count when
 * there is none, or it cannot be known. count: at most SESSION_GROUPS_MAX.
 */
size_t session_find_group(const struct vmnetacl_caller *caller, const struct rule *rules, size_t count);

#endif
