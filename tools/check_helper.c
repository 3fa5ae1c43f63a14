/* SPDX-License-Identifier: MIT */
#include "check_helper.h"

#include "helper.h"
#include "memory.h"
#include "rule.h"

struct view {
    struct findings *findings;
    const char *root;
};

/* message: becomes the findings'. */
static void warn(const struct view *view, const struct vmnetacl_rule *rule, const char *code, char *message)
{
    findings_add_warning(view->findings, rule->place.source, code, &rule->place, view->root, message);
}

/* A deny for a gid is looked up, too: the user database says who is in the group. */
static bool needs_lookup(const struct vmnetacl_rule *rule)
{
    return rule->account != NULL || (rule->is_deny && rule->subject == VMNETACL_SUBJECT_GID);
}

static void look_at_rule(const struct view *view, const struct vmnetacl_rule *rule)
{
    if (!helper_looks_up_names && needs_lookup(rule))
        warn(view, rule, "name-unusable",
             memory_copy(
                 "the vmnet-helper of this build cannot look up names, and refuses requests that depend on this "
                 "rule; write uid instead of user, and in an allow, gid instead of group"));
}

void check_helper(struct findings *findings, const struct vmnetacl_origin *origin, const char *root)
{
    struct view view = {.findings = findings, .root = root};
    struct vmnetacl_policy *policy;
    struct vmnetacl_file file;
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;
    enum vmnetacl_status status =
        origin == NULL ? vmnetacl_load(&policy, NULL) : vmnetacl_load_from(origin, &policy, NULL);

    if (status != VMNETACL_OK)
        return;
    rules = rules_open(policy);
    while ((rule = vmnetacl_rules_next(rules)) != NULL) {
        look_at_rule(&view, rule);
        findings->rules_read_count++;
    }
    for (size_t i = 0; vmnetacl_file_at(policy, i, &file); i++)
        findings->files_read_count += file.found;
    vmnetacl_rules_close(rules);
    vmnetacl_free(policy);
}
