/* SPDX-License-Identifier: MIT */
#include "check_helper.h"

#include "helper.h"
#include "memory.h"

struct view {
    struct findings *findings;
    const char *root;
};

static void warn(const struct view *view, const struct vmnetacl_rule *rule, const char *code, const char *message)
{
    findings_add_warning(view->findings, rule->place.source, code, &rule->place, view->root, memory_copy(message));
}

/* Besides those with a name: whether a deny for a gid means somebody, the user database is asked. */
static bool has_to_be_looked_up(const struct vmnetacl_rule *rule)
{
    return rule->account != NULL || (rule->is_deny && rule->subject == VMNETACL_SUBJECT_GID);
}

static void look_at_rule(const struct vmnetacl_rule *rule, void *data)
{
    const struct view *view = data;

    if (rule->grant.limit != 0)
        warn(view, rule, "option-unenforced",
             "this version of vmnet-helper cannot enforce the option 'limit', and refuses what the rule allows; "
             "without it, the rule would allow any number of taps");
    if (!helper_looks_up_names && has_to_be_looked_up(rule))
        warn(
            view, rule, "name-unusable",
            "the vmnet-helper of this build looks up no names, and refuses what depends on this rule; write uid, or gid "
            "in an allow");
}

void check_helper(struct findings *findings, const struct vmnetacl_origin *origin, const char *root)
{
    struct view view = {.findings = findings, .root = root};
    struct vmnetacl_policy *policy;
    enum vmnetacl_status status =
        origin == NULL ? vmnetacl_load(&policy, NULL) : vmnetacl_load_from(origin, &policy, NULL);

    if (status != VMNETACL_OK)
        return;
    (void)vmnetacl_rules(policy, look_at_rule, &view); /* never INVALID: the arguments are there */
    vmnetacl_free(policy);
}
