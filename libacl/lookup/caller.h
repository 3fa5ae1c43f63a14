/* SPDX-License-Identifier: MIT */
/* The memory of a caller that the library makes: its groups follow it in one block. */
#ifndef VMNETACL_CALLER_H
#define VMNETACL_CALLER_H

#include "vmnetacl.h"

/* A caller with room for so many groups, all else zero; see vmnetacl_caller_free(). NULL: out of memory. */
struct vmnetacl_caller *caller_make(size_t groups_count);

/* Its groups, to be filled in. */
gid_t *caller_groups(struct vmnetacl_caller *caller);

#endif
