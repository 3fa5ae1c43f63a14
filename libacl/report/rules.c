/* SPDX-License-Identifier: MIT */
/* Every rule of a policy, one after the other. */
#include "rule_text.h"

#include <stdlib.h>

struct vmnetacl_rules {
    const struct vmnetacl_policy *policy;
    size_t source; /* index */
    struct rule_cursor at;
    struct rule_text text;
    struct vmnetacl_rule shown;
};

enum vmnetacl_status vmnetacl_rules_open(const struct vmnetacl_policy *policy, struct vmnetacl_rules **rules)
{
    if (rules == NULL)
        return VMNETACL_INVALID;
    *rules = NULL;
    if (policy == NULL)
        return VMNETACL_INVALID;
    *rules = calloc(1, sizeof **rules);
    if (*rules == NULL)
        return VMNETACL_TRYAGAIN;
    (*rules)->policy = policy;
    return VMNETACL_OK;
}

const struct vmnetacl_rule *vmnetacl_rules_next(struct vmnetacl_rules *rules)
{
    while (rules != NULL && rules->source < rules->policy->sources_count) {
        const struct loaded_source *source = &rules->policy->sources[rules->source];
        rules->at.ruleset = &source->ruleset;
        if (rule_cursor_next(&rules->at)) {
            rule_show(source, rules->at.file, &rules->at.rule, &rules->text, &rules->shown);
            return &rules->shown;
        }
        rules->at = (struct rule_cursor){.ruleset = NULL};
        rules->source++;
    }
    return NULL;
}

void vmnetacl_rules_close(struct vmnetacl_rules *rules)
{
    free(rules);
}
