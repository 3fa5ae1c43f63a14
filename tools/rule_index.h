/* SPDX-License-Identifier: MIT */
/* The rules at some places. A decision of the library has only the place of the rule. */
#pragma once

#include "vmnetacl.h"

/* All zero to begin with. */
struct rule_index {
    void *tree; /* of tsearch(3) */
};

/* Ask for the rule at this place, which must be one of the policy that rule_index_fill() is given. */
void rule_index_add(struct rule_index *index, const struct vmnetacl_place *place);

/* Find all of them in one pass over the rules. */
void rule_index_fill(struct rule_index *index, const struct vmnetacl_policy *policy);

/* The rule at a place; NULL when there is none. It lives as long as the index and the policy. */
const struct vmnetacl_rule *rule_index_at(const struct rule_index *index, const struct vmnetacl_place *place);

void rule_index_free(struct rule_index *index);
