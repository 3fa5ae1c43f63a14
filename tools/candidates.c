/* SPDX-License-Identifier: MIT */
#include "candidates.h"

#include "bridges.h"
#include "memory.h"
#include "rule.h"

#include <stdlib.h>
#include <string.h>

struct candidates {
    char **names;
    size_t count;
};

static int compare(const void *left, const void *right)
{
    const char *const *a = left;
    const char *const *b = right;

    return strcmp(*a, *b);
}

/* The bridges that exist, and those that an allow names, in the order of strcmp(3). A name may be there twice. */
static void candidates_find(struct candidates *candidates, const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules = rules_open(policy);
    const struct vmnetacl_rule *rule;

    bridges_list(&candidates->names, &candidates->count);
    while ((rule = vmnetacl_rules_next(rules)) != NULL) {
        if (rule->is_deny || rule->is_pattern)
            continue;
        candidates->names = memory_grow(candidates->names, candidates->count, sizeof *candidates->names);
        candidates->names[candidates->count++] = memory_copy(rule->bridge);
    }
    vmnetacl_rules_close(rules);
    if (candidates->count > 0)
        qsort(candidates->names, candidates->count, sizeof *candidates->names, compare);
}

/* The caller, and what the name service has answered so far. */
struct inquiry {
    const struct vmnetacl_policy *policy;
    const struct vmnetacl_caller *caller;
    enum vmnetacl_status
        status; /* of the last lookup; after a TRYAGAIN there are no more lookups, since each can take seconds */
    struct vmnetacl_error error;
};

/* The verdict on one bridge; error says why there is none. Names are looked up only if the verdict depends on them. */
static enum vmnetacl_status decide(struct inquiry *inquiry, const char *bridge, struct vmnetacl_decision *decision,
                                   struct vmnetacl_error *error)
{
    enum vmnetacl_status status;

    if (inquiry->status != VMNETACL_TRYAGAIN) {
        status = vmnetacl_authorize(inquiry->policy, inquiry->caller, bridge, 0, decision, error);
        if (status == VMNETACL_TRYAGAIN) {
            inquiry->status = status;
            inquiry->error = *error;
        }
        return status;
    }
    status = vmnetacl_decide(inquiry->policy, inquiry->caller, NULL, bridge, decision);
    if (status == VMNETACL_UNAVAIL && decision->error->code == VMNETACL_CODE_NAMES_MISSING) {
        *error = inquiry->error;
        return inquiry->status;
    }
    if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        *error = *decision->error;
    return status;
}

enum vmnetacl_status candidates_enumerate(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                          enum vmnetacl_status status,
                                          bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision,
                                                        void *data),
                                          void *data, struct vmnetacl_error *error)
{
    struct inquiry inquiry = {.policy = policy, .caller = caller, .status = status, .error = *error};
    struct candidates candidates = {.names = NULL};
    enum vmnetacl_status first = VMNETACL_OK;

    candidates_find(&candidates, policy);
    for (size_t i = 0; i < candidates.count; i++) {
        struct vmnetacl_decision decision;
        struct vmnetacl_error reason;
        enum vmnetacl_status verdict;
        if (i > 0 && strcmp(candidates.names[i - 1], candidates.names[i]) == 0)
            continue;
        verdict = decide(&inquiry, candidates.names[i], &decision, &reason);
        if (verdict == VMNETACL_ALLOW)
            (void)visit(candidates.names[i], &decision, data); /* it never stops */
        else if (verdict != VMNETACL_DENY && verdict != VMNETACL_NOTFOUND && first == VMNETACL_OK) {
            first = verdict;
            *error = reason;
        }
    }
    bridges_free(candidates.names, candidates.count);
    return first;
}
