/* SPDX-License-Identifier: MIT */
/*
 * The source "files": the files in /etc/vmnet/rules.d whose names end with ".rules", in the order of their names.
 *
 * Every one of them is everybody's: one that cannot be read is an error, never skipped.
 */
#include "source.h"

#include "directory.h"
#include "error.h"
#include "rule_parse.h"

#include <stdlib.h>
#include <string.h>

static enum vmnetacl_status load_lines(struct loading *loading, struct lines *lines, void *data)
{
    struct rule_file *rule_file = data;
    enum vmnetacl_status status = VMNETACL_OK;
    struct rule rule; /* out here, or the compiler's hardening clears it for each line */

    while (status == VMNETACL_OK && !lines_at_end(lines)) {
        bool is_rule;
        status = rule_parse_line(lines, &is_rule, &rule, loading->error);
        if (status == VMNETACL_OK && is_rule && !ruleset_add_rule(rule_file, &rule))
            status = loading_fail_memory(loading, rule_file->path);
        if (status != VMNETACL_OK)
            status = loading_go_on(loading, status);
    }
    return status;
}

/* path becomes the ruleset's, or is freed. */
static enum vmnetacl_status load_file(struct loading *loading, char *path)
{
    struct file file;
    size_t index;
    const struct trust trust = loading_trust(loading->origin);
    enum vmnetacl_status status = loading_open(loading, path, &trust, &file);

    if (status != VMNETACL_OK && loading->error->code == VMNETACL_CODE_FILE_MISSING)
        status = error_set(loading->error, VMNETACL_CODE_FILE_CHANGED, path, 0, 0,
                           "the file was removed while its directory was read");
    if (status != VMNETACL_OK) {
        free(path);
        return status;
    }
    if (ruleset_add_file(loading->ruleset, path, &file.stat, &index)) {
        loading->ruleset->files[index].everybody_may_read = file.everybody_may_read;
        loading->ruleset->files[index].counts_for_everybody = true;
        status = loading_read(loading, &file, load_lines, &loading->ruleset->files[index]);
    } else {
        status = loading_fail_memory(loading, path);
        free(path);
    }
    file_close(&file);
    return status;
}

static enum vmnetacl_status load_named(struct loading *loading, const char *directory, const char *name)
{
    size_t directory_len = strlen(directory);
    size_t name_len = strlen(name);
    char *path = malloc(directory_len + 1 + name_len + 1);

    if (path == NULL)
        return loading_fail_memory(loading, directory);
    memcpy(path, directory, directory_len);
    path[directory_len] = '/';
    memcpy(path + directory_len + 1, name, name_len + 1);
    return loading_go_on(loading, load_file(loading, path));
}

static enum vmnetacl_status load_directory(struct loading *loading, const char *path)
{
    const struct trust trust = loading_trust(loading->origin);
    struct directory directory;
    enum vmnetacl_status status = directory_open(&directory, path, &trust, loading->error);

    if (!directory.everybody_may_read)
        loading_note_private(loading, path);
    if (status != VMNETACL_OK)
        return loading->error->code == VMNETACL_CODE_FILE_MISSING ? VMNETACL_NOTFOUND : status;
    for (size_t i = 0; i < directory.names.count && status == VMNETACL_OK; i++)
        status = load_named(loading, path, directory.names.list[i]);
    if (status == VMNETACL_OK)
        status = directory_check_unchanged(&directory, loading->error);
    directory_close(&directory);
    return status;
}

static enum vmnetacl_status load_buffers(struct loading *loading)
{
    enum vmnetacl_status status = VMNETACL_OK;
    const struct vmnetacl_buffer *buffer;
    size_t count = 0;

    for (size_t i = 0; (buffer = origin_find_buffer(loading->origin, source_files.name, &i)) != NULL; i++) {
        char *path = strndup(buffer->path, strlen(buffer->path));
        status = path != NULL ? loading_go_on(loading, load_file(loading, path)) : loading_fail_memory(loading, NULL);
        if (status != VMNETACL_OK)
            return status;
        count++;
    }
    return count == 0 ? VMNETACL_NOTFOUND : VMNETACL_OK;
}

static const char *files_path(const struct vmnetacl_origin *origin)
{
    return origin->files_path;
}

static enum vmnetacl_status files_load(struct loading *loading, const char *path)
{
    return loading->origin->buffers != NULL ? load_buffers(loading) : load_directory(loading, path);
}

const struct source source_files = {.name = "files",
                                    .system_path = "/etc/vmnet/rules.d",
                                    .path = files_path,
                                    .has_subjects = true,
                                    .local_file = "/50-local.rules",
                                    .load = files_load};
