/* SPDX-License-Identifier: MIT */
/* Decide, look up the names that the verdict depends on, and decide again. */
#include "error.h"
#include "question.h"

/* Most rules name no user and no group, and then one look at them is enough. names: to be freed by the caller. */
static void decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller, const char *bridge,
                   unsigned timeout_ms, struct vmnetacl_names **names, struct vmnetacl_decision *decision,
                   struct vmnetacl_error *error)
{
    enum vmnetacl_status status = vmnetacl_decide(policy, caller, NULL, bridge, decision);

    if (status == VMNETACL_UNAVAIL && decision->error->code == VMNETACL_CODE_NAMES_MISSING) {
        status = vmnetacl_resolve(policy, caller, bridge, timeout_ms, names, error);
        if (status != VMNETACL_OK) {
            *decision = (struct vmnetacl_decision){.verdict = status, .error = error};
            return;
        }
        status = vmnetacl_decide(policy, caller, *names, bridge, decision);
    }
    if (status == VMNETACL_INVALID)
        (void)error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0,
                        "an argument is missing, or no bridge can have this name"); /* INVALID, too */
    else if (status == VMNETACL_UNAVAIL || status == VMNETACL_TRYAGAIN)
        *error = *decision->error; /* which may be part of names */
}

enum vmnetacl_status vmnetacl_authorize(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                        const char *bridge, unsigned timeout_ms, struct vmnetacl_decision *decision,
                                        struct vmnetacl_error *error)
{
    struct vmnetacl_names *names = NULL;
    struct vmnetacl_decision made;
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};

    decide(policy, caller, bridge, timeout_ms, &names, &made, &found);
    vmnetacl_names_free(names);
    if (found.code != VMNETACL_CODE_NONE) {
        made.error = error;
        if (error != NULL)
            *error = found;
    }
    if (decision != NULL)
        *decision = made;
    return made.verdict;
}
