/* SPDX-License-Identifier: MIT */
/* Which rules make others useless. Memory is all that it touches. */
#ifndef VMNETACL_REDUNDANCY_H
#define VMNETACL_REDUNDANCY_H

#include "policy.h"

/* A rule of a policy, and its place. */
struct ruled {
    struct rule rule;
    const struct loaded_source *source;
    const struct rule_file *file;
    size_t order; /* of the rule in the policy */
};

/*
 * Every rule of the policy, sorted so that those about the same subject and the same bridge are together, in their
 * order. NULL when out of memory, or when there is none; to be freed with free(3).
 */
struct ruled *redundancy_sort(const struct vmnetacl_policy *policy, size_t *count);

/* A deny that takes back all that an allow gives; NULL when there is none. */
const struct ruled *redundancy_find_deny(const struct ruled *sorted, size_t count, const struct ruled *allow);

/* An allow before another that gives all that it gives; NULL when there is none. */
const struct ruled *redundancy_find_allow(const struct ruled *sorted, size_t count, const struct ruled *allow);

#endif
