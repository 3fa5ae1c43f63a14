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

/* Compare the bridges of rules; or action, subject and bridge. Zero: the same; else the order has no meaning. */
int redundancy_compare_bridges(const struct rule *a, const struct rule *b);
int redundancy_compare_meaning(const struct rule *a, const struct rule *b);

/* Change the bridges of a rule to the next wider ones: from ab to ab*, a* and all. False when it was all. */
bool redundancy_widen_bridge(struct rule *rule);

/*
 * Only rules that count for every user for whom the allow counts are found: not every user may read every file.
 */

/* A deny that takes back all that an allow gives; NULL when there is none. */
const struct ruled *redundancy_find_deny(const struct ruled *sorted, size_t count, const struct ruled *allow);

/* An allow before another that gives all that it gives; NULL when there is none. */
const struct ruled *redundancy_find_allow(const struct ruled *sorted, size_t count, const struct ruled *allow);

/* Does the allow give anything on these bridges, which are those of the allow or some of them? */
bool redundancy_has_effect(const struct ruled *sorted, size_t count, const struct ruled *allow,
                           const struct rule *bridge);

#endif
