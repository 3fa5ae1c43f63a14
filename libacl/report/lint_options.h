/* SPDX-License-Identifier: MIT */
/* What vmnetacl_lint() says of the options of rules. Memory is all that it touches. */
#ifndef VMNETACL_LINT_OPTIONS_H
#define VMNETACL_LINT_OPTIONS_H

#include "redundancy.h"

/* The rules of a policy. */
struct lint_rules {
    const struct ruled *sorted; /* all, as redundancy_sort() has them */
    size_t count;
    const struct ruled **allows; /* those that can take effect, in the order of the policy */
    size_t allows_count;
};

/* Fill in the warning about an allow that never takes effect, since another one before it gives all that it gives. */
void lint_options_redundant(const struct ruled *allow, const struct ruled *other, struct vmnetacl_error *error);

/* Call warn for each warning about an allow, at most once for a code and an allow. False when out of memory. */
bool lint_options(const struct lint_rules *rules,
                  void (*warn)(const struct ruled *allow, const struct vmnetacl_error *error, void *data), void *data);

#endif
