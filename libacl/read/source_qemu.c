/* SPDX-License-Identifier: MIT */
/*
 * The source "qemu": the bridge.conf of qemu-bridge-helper and the files that it includes.
 *
 * A file that is valid means what it means to that helper. Whatever that helper skips (the rest of a file after
 * an error, an include that it has no descriptor left for) is an error here, since it may hold a deny.
 */
#include "source.h"

#include "error.h"
#include "qemu_parse.h"

#include <stdlib.h>
#include <string.h>

/* rule: memory for it, so that all of it need not be cleared for each. */
static enum vmnetacl_status add_rule(struct loading *loading, struct rule_file *file,
                                     const struct qemu_statement *statement, struct rule *rule)
{
    rule_clear(rule, (struct position){.line = statement->line, .column = statement->column});
    rule->is_deny = statement->kind == QEMU_DENY;
    rule->name = statement->argument;
    rule->name_len = statement->argument_len;
    return ruleset_add_rule(file, rule) ? VMNETACL_OK : loading_fail_memory(loading, file->path);
}

/*
 * Is this file being read further up? Its descriptor is open then, so nothing else can have its inode. A file that has
 * been read to its end is read again when it is included again: its inode may be another file's by now.
 */
static bool is_open(const struct ruleset *ruleset, const struct stat *stat)
{
    for (size_t i = 0; i < ruleset->files_count; i++) {
        const struct rule_file *file = &ruleset->files[i];
        if (file->is_open && file->device == stat->st_dev && file->inode == stat->st_ino)
            return true;
    }
    return false;
}

/* The place of an include. */
struct include {
    size_t from; /* index of the file */
    struct position at;
    unsigned depth; /* how many includes led to what it names */
};

static enum vmnetacl_status load_file(struct loading *loading, const char *path, const struct include *include);

/* A file that only some users may read, or that need not exist, is how rules for one user are written. */
static bool is_skipped(const struct vmnetacl_error *error)
{
    return error->code == VMNETACL_CODE_FILE_MISSING || error->code == VMNETACL_CODE_FILE_DANGLING ||
           error->code == VMNETACL_CODE_FILE_DENIED;
}

static enum vmnetacl_status load_include(struct loading *loading, const char *from, const struct include *include,
                                         const char *path)
{
    struct vmnetacl_error *error = loading->error;
    enum vmnetacl_status status;

    if (include->depth > VMNETACL_INCLUDE_DEPTH_MAX)
        return error_set(error, VMNETACL_CODE_INCLUDE_DEEP, from, include->at.line, include->at.column,
                         "includes are nested more than eight levels deep; include the file in one further up");
    status = load_file(loading, path, include);
    if (status == VMNETACL_OK)
        return VMNETACL_OK;
    if (error->code == VMNETACL_CODE_INCLUDE_LOOP && error->line == 0)
        error_move(error, from, include->at.line, include->at.column);
    if (!is_skipped(error))
        return status;
    return ruleset_add_skipped(loading->ruleset, path, error->code, include->from, include->at)
               ? VMNETACL_OK
               : loading_fail_memory(loading, from);
}

static enum vmnetacl_status load_included(struct loading *loading, size_t index, const struct lines *lines,
                                          const struct qemu_statement *statement, unsigned depth)
{
    const struct include include = {.from = index,
                                    .at = {.line = statement->line, .column = statement->column},
                                    .depth = depth + 1};
    enum vmnetacl_status status;
    char *path = strndup(statement->argument, statement->argument_len);

    if (path == NULL)
        return loading_fail_memory(loading, lines->file);
    status = load_include(loading, lines->file, &include, path);
    free(path);
    return status;
}

/* A file that is being read. An include may move the array of files, so none is held on to across it. */
struct reading {
    size_t index;
    unsigned depth;
};

static enum vmnetacl_status load_lines(struct loading *loading, struct lines *lines, void *data)
{
    const struct reading *reading = data;
    struct qemu_statement statement = {.kind = QEMU_NOTHING};
    struct rule rule;
    enum vmnetacl_status status = VMNETACL_OK;

    while (status == VMNETACL_OK && !lines_at_end(lines)) {
        status = qemu_parse_line(lines, &statement, loading->error);
        if (status == VMNETACL_OK && statement.kind == QEMU_INCLUDE)
            status = load_included(loading, reading->index, lines, &statement, reading->depth);
        else if (status == VMNETACL_OK && statement.kind != QEMU_NOTHING)
            status = add_rule(loading, &loading->ruleset->files[reading->index], &statement, &rule);
        if (status != VMNETACL_OK)
            status = loading_go_on(loading, status);
    }
    return status;
}

/* Note the file that was opened. On success path belongs to the ruleset. */
static enum vmnetacl_status begin_file(struct loading *loading, char *path, const struct file *file,
                                       const struct include *include, size_t *index)
{
    struct rule_file *begun;

    if (is_open(loading->ruleset, &file->stat))
        return error_set(loading->error, VMNETACL_CODE_INCLUDE_LOOP, path, 0, 0,
                         "this file includes itself, here or further up; remove one of the includes");
    if (!ruleset_add_file(loading->ruleset, path, &file->stat, index))
        return loading_fail_memory(loading, path);
    begun = &loading->ruleset->files[*index];
    begun->is_open = true;
    begun->everybody_may_read = file->everybody_may_read;
    begun->group_may_write = file->group_may_write;
    begun->counts_for_everybody = true;
    if (include != NULL) {
        begun->counts_for_everybody =
            file->everybody_may_read && loading->ruleset->files[include->from].counts_for_everybody;
        begun->from = include->from;
        begun->at = include->at;
    }
    return VMNETACL_OK;
}

/* include is NULL for bridge.conf. */
static enum vmnetacl_status load_file(struct loading *loading, const char *path, const struct include *include)
{
    struct trust trust = loading_trust(loading->origin);
    struct file file;
    enum vmnetacl_status status;
    size_t index = 0;
    char *copy = strndup(path, strlen(path));

    if (copy == NULL)
        return loading_fail_memory(loading, path);
    /* /etc/qemu as root:kvm 0770 is in use, and in it bridge.conf as 0660: who may replace it may as well write it. */
    trust.size_max = VMNETACL_QEMU_FILE_MAX;
    trust.group_may_write_directory = true;
    trust.group_may_write_file = include == NULL;
    status = loading_open(loading, copy, &trust, &file);
    if (status != VMNETACL_OK) {
        free(copy);
        return status;
    }
    status = begin_file(loading, copy, &file, include, &index);
    if (status == VMNETACL_OK) {
        struct reading reading = {.index = index, .depth = include != NULL ? include->depth : 0};
        copy = NULL;
        status = loading_read(loading, &file, load_lines, &reading);
        loading->ruleset->files[index].is_open = false;
    }
    file_close(&file);
    free(copy);
    return status;
}

/* In buffers, bridge.conf is the first of this source. */
static const char *qemu_path(const struct vmnetacl_origin *origin)
{
    size_t first = 0;
    const struct vmnetacl_buffer *buffer = origin_find_buffer(origin, source_qemu.name, &first);

    return buffer != NULL ? buffer->path : origin->qemu_path;
}

static enum vmnetacl_status qemu_load(struct loading *loading, const char *path)
{
    enum vmnetacl_status status = load_file(loading, path, NULL);

    /* An include that does not exist is skipped, so this is bridge.conf itself. */
    if (status != VMNETACL_OK && loading->error->code == VMNETACL_CODE_FILE_MISSING)
        return VMNETACL_NOTFOUND;
    return status;
}

const struct source source_qemu = {.name = "qemu",
                                   .system_path = VMNET_QEMU_CONF,
                                   .path = qemu_path,
                                   .load = qemu_load};
