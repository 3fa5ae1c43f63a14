/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct loaded_source {
    struct policy_entry entry;
    struct source_rules *rules; /* NULL: there is nothing at the path */
};

struct vmnetacl_policy {
    struct loaded_source sources[POLICY_ENTRIES_MAX];
    size_t sources_count;
};

/* In the order in which they are asked. */
static const struct policy_entry system_entries[] = {
    {.source = &source_qemu, .path = VMNET_QEMU_CONF},
};

static enum vmnetacl_status load_sources(const struct policy_entry *entries, size_t entries_count, uid_t owner,
                                         struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    struct vmnetacl_policy *loaded = NULL;

    if (policy == NULL || entries_count > POLICY_ENTRIES_MAX) {
        error_start(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0);
        error_add(error, "no place for the policy, or too many sources");
        return VMNETACL_INVALID;
    }
    loaded = calloc(1, sizeof *loaded);
    if (loaded == NULL) {
        error_system(error, ENOMEM, NULL, "get memory for the policy");
        return error_status(error);
    }
    for (size_t i = 0; i < entries_count; i++) {
        struct loaded_source *source = &loaded->sources[loaded->sources_count++];
        enum vmnetacl_status status;
        source->entry = entries[i];
        status = entries[i].source->load(entries[i].path, owner, &source->rules, error);
        if (status != VMNETACL_OK && status != VMNETACL_NOTFOUND) {
            vmnetacl_free(loaded);
            return status;
        }
    }
    *policy = loaded;
    return VMNETACL_OK;
}

enum vmnetacl_status policy_load(const struct policy_entry *entries, size_t entries_count, uid_t owner,
                                 struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE}; /* an include that is passed over fills it in, too */
    enum vmnetacl_status status;

    if (policy != NULL)
        *policy = NULL;
    status = load_sources(entries, entries_count, owner, policy, &found);
    if (status != VMNETACL_OK && error != NULL)
        *error = found;
    return status;
}

enum vmnetacl_status vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    return policy_load(system_entries, sizeof system_entries / sizeof system_entries[0], 0, policy, error);
}

/* An ALLOW does not end the search: a deny in a later source counts as much as one in an earlier. */
static enum vmnetacl_status policy_ask(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                       const char *bridge, struct vmnetacl_decision *decision)
{
    enum vmnetacl_status verdict = VMNETACL_NOTFOUND;

    for (size_t i = 0; i < policy->sources_count; i++) {
        const struct loaded_source *source = &policy->sources[i];
        struct vmnetacl_decision answer = {.verdict = VMNETACL_NOTFOUND};
        enum vmnetacl_status status = VMNETACL_NOTFOUND;
        if (source->rules != NULL)
            status = source->entry.source->decide(source->rules, caller, bridge, strlen(bridge), &answer);
        if (status != VMNETACL_ALLOW && status != VMNETACL_NOTFOUND) { /* DENY, or what no source should answer */
            *decision = (struct vmnetacl_decision){.rule = answer.rule};
            return status;
        }
        if (status == VMNETACL_ALLOW && verdict == VMNETACL_NOTFOUND) {
            *decision = answer;
            verdict = VMNETACL_ALLOW;
        }
    }
    return verdict;
}

enum vmnetacl_status vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const char *bridge, struct vmnetacl_decision *decision)
{
    struct vmnetacl_decision made = {.verdict = VMNETACL_INVALID};

    if (policy != NULL && caller != NULL && bridge != NULL && vmnetacl_name_valid(bridge, strlen(bridge)))
        made.verdict = policy_ask(policy, caller, bridge, &made);
    if (decision != NULL)
        *decision = made;
    return made.verdict;
}

static const char *source_path_at(const struct loaded_source *source, size_t index)
{
    if (source->rules == NULL)
        return index == 0 ? source->entry.path : NULL;
    return source->entry.source->path_at(source->rules, index);
}

bool vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file)
{
    for (size_t i = 0; policy != NULL && i < policy->sources_count; i++) {
        const struct loaded_source *source = &policy->sources[i];
        const char *path;
        for (size_t j = 0; (path = source_path_at(source, j)) != NULL; j++) {
            if (index-- > 0)
                continue;
            *file = (struct vmnetacl_file){.source = source->entry.source->name,
                                           .path = path,
                                           .found = source->rules != NULL};
            return true;
        }
    }
    return false;
}

void vmnetacl_free(struct vmnetacl_policy *policy)
{
    if (policy == NULL)
        return;
    for (size_t i = 0; i < policy->sources_count; i++)
        if (policy->sources[i].rules != NULL)
            policy->sources[i].entry.source->free(policy->sources[i].rules);
    free(policy);
}
