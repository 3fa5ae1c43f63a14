/* SPDX-License-Identifier: MIT */
#include "policy.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

enum vmnetacl_status policy_check_origin(const struct vmnetacl_origin *origin, struct vmnetacl_error *error)
{
    const char *const paths[] = {origin->root, origin->switch_path, origin->files_path, origin->qemu_path};

    for (size_t i = 0; i < sizeof origin->reserved / sizeof origin->reserved[0]; i++)
        if (origin->reserved[i] != NULL)
            return error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "what is reserved in the origin is set");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (paths[i] == NULL)
            continue;
        if (paths[i][0] != '/')
            return error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "a path must be absolute");
        if (getauxval(AT_SECURE) != 0)
            return error_set(error, VMNETACL_CODE_SECURE, NULL, 0, 0,
                             "a privileged program takes its rules only from the system's place");
    }
    return VMNETACL_OK;
}

static void unload(struct loaded_source *source)
{
    ruleset_free(&source->ruleset);
    free(source->path);
}

/* An error in a source is no error of the load: what it means is the switch's to say. */
static enum vmnetacl_status load_source(struct loaded_source *source, struct loading *loading)
{
    const char *path = source_path(source->entry.source, loading->origin);
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE}; /* an include that is skipped fills it in, too */
    struct vmnetacl_error *error = loading->error;
    enum vmnetacl_status status = VMNETACL_OK;

    source->path = strndup(path, strlen(path));
    if (source->path == NULL)
        return loading_fail_memory(loading, NULL);
    loading->source = source->entry.source->name;
    loading->ruleset = &source->ruleset;
    loading->error = &found;
    loading->other = &source->other;
    source->status = source->entry.source->load(loading, source->path);
    if (source->status != VMNETACL_OK && source->status != VMNETACL_NOTFOUND) {
        source->error = found;
        ruleset_free(&source->ruleset);
        if (loading->report != NULL)
            status = loading_go_on(loading, source->status);
    }
    loading->error = error;
    if (status != VMNETACL_OK)
        *error = found;
    return status;
}

enum vmnetacl_status policy_load_sources(struct vmnetacl_policy *policy, const struct switch_table *table,
                                         struct loading *loading)
{
    enum vmnetacl_status status = VMNETACL_OK;

    for (size_t i = 0; i < table->count && status == VMNETACL_OK; i++) {
        struct loaded_source *source = &policy->sources[policy->sources_count++];
        source->entry = table->entries[i];
        status = load_source(source, loading);
    }
    return status;
}

/* Two policies at one address differ in the time of their load: the first was freed before the second was begun. */
static uint64_t make_generation(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for wrong arguments */
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Do other callers read other rules? */
static bool is_private(const struct vmnetacl_policy *policy)
{
    bool found = policy->other.code != VMNETACL_CODE_NONE;

    for (size_t i = 0; i < policy->sources_count; i++)
        found = found || policy->sources[i].other.code != VMNETACL_CODE_NONE;
    return found;
}

static enum vmnetacl_status load(const struct vmnetacl_origin *origin, struct vmnetacl_policy **policy,
                                 struct vmnetacl_error *error)
{
    struct vmnetacl_policy *loaded = NULL;
    struct loading loading = {.origin = origin, .error = error};
    struct switch_table table;
    enum vmnetacl_status status = policy_check_origin(origin, error);

    if (status != VMNETACL_OK)
        return status;
    loaded = calloc(1, sizeof *loaded);
    if (loaded == NULL)
        return loading_fail_memory(&loading, NULL);
    loaded->generation = make_generation();
    loading.other = &loaded->other;
    status = switch_load(&loading, &table);
    loaded->requires_log = table.requires_log;
    loaded->permits_any_network = table.permits_any_network;
    if (status == VMNETACL_OK)
        status = policy_load_sources(loaded, &table, &loading);
    if (status == VMNETACL_OK && is_private(loaded))
        status = credentials_capture(&loaded->reader, error);
    if (status == VMNETACL_OK)
        *policy = loaded;
    else
        vmnetacl_free(loaded);
    return status;
}

enum vmnetacl_status vmnetacl_load_from(const struct vmnetacl_origin *origin, struct vmnetacl_policy **policy,
                                        struct vmnetacl_error *error)
{
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;

    if (policy != NULL)
        *policy = NULL;
    if (policy == NULL || origin == NULL)
        status = error_set(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "no place for the policy, or no origin");
    else
        status = load(origin, policy, &found);
    if (status != VMNETACL_OK && error != NULL)
        *error = found;
    return status;
}

enum vmnetacl_status vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    static const struct vmnetacl_origin system_origin = {.root = NULL};

    return vmnetacl_load_from(&system_origin, policy, error);
}

void vmnetacl_free(struct vmnetacl_policy *policy)
{
    if (policy == NULL)
        return;
    for (size_t i = 0; i < policy->sources_count; i++)
        unload(&policy->sources[i]);
    credentials_free(&policy->reader);
    free(policy);
}

bool vmnetacl_requires_log(const struct vmnetacl_policy *policy)
{
    return policy != NULL && policy->requires_log;
}

bool vmnetacl_permits_any_network(const struct vmnetacl_policy *policy)
{
    return policy != NULL && policy->permits_any_network;
}

/* The index-th file of a source that has been read; or what is in the place of a file that it has not. */
static bool source_file_at(const struct loaded_source *source, size_t index, struct vmnetacl_file *file)
{
    *file = (struct vmnetacl_file){.source = source->entry.source->name};
    if (source->status == VMNETACL_NOTFOUND) {
        file->path = source->path;
        file->code = VMNETACL_CODE_FILE_MISSING;
        return index == 0;
    }
    if (index >= source->ruleset.files_count)
        return false;
    file->path = source->ruleset.files[index].path;
    file->code = source->ruleset.files[index].skipped;
    file->found = file->code == VMNETACL_CODE_NONE;
    return true;
}

bool vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file)
{
    for (size_t i = 0; policy != NULL && i < policy->sources_count; i++)
        for (size_t j = 0; source_file_at(&policy->sources[i], j, file); j++)
            if (index-- == 0)
                return true;
    return false;
}

bool vmnetacl_source_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_source *source)
{
    const struct loaded_source *loaded;
    bool is_error;

    if (policy == NULL || index >= policy->sources_count)
        return false;
    loaded = &policy->sources[index];
    is_error = loaded->status != VMNETACL_OK && loaded->status != VMNETACL_NOTFOUND;
    *source = (struct vmnetacl_source){.name = loaded->entry.source->name,
                                       .path = loaded->path,
                                       .status = loaded->status,
                                       .error = is_error ? &loaded->error : NULL};
    return true;
}
