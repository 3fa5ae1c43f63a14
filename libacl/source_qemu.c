/* SPDX-License-Identifier: MIT */
/*
 * The source "qemu": the bridge.conf of qemu-bridge-helper and the files that it includes.
 *
 * A file that is valid means what it means to that helper. Whatever that helper passes over (the rest of a file behind
 * an error, an include that it has no descriptor left for) is an error here, since it may hold a deny.
 *
 * A host can have a million rules, so a rule is eight bytes that point into the text of its file.
 */
#include "source.h"

#include "error.h"
#include "qemu_parse.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct rule {
    uint32_t name; /* where the name begins in the file's text */
    uint32_t line : 27;
    uint32_t name_len : 4; /* 0: all */
    uint32_t is_deny : 1;
};

static_assert(VMNETACL_QEMU_FILE_MAX < 1U << 27, "the number of a line fits struct rule");
static_assert(VMNETACL_NAME_MAX < 1U << 4, "the length of a name fits struct rule");
static_assert(sizeof(struct rule) == 8, "a rule is small");

struct rule_file {
    char *path;
    struct file_text text;
    struct rule *rules;
    size_t rules_count;
    size_t rules_capacity;
    unsigned height; /* how many includes follow one another from here on, at the most */
    bool is_open;    /* being read: an include of it now is a loop */
};

struct source_rules {
    struct rule_file *files; /* in the order in which they were begun; the first is bridge.conf */
    size_t files_count;
    size_t files_capacity;
    struct file_trust trust;
};

static enum vmnetacl_status fail_memory(const char *path, struct vmnetacl_error *error)
{
    error_system(error, ENOMEM, path, "get memory for the rules");
    return error_status(error);
}

/* Room for one element more: the array, moved or not, or NULL. The old one stays valid on failure. */
static void *array_grow(void *array, size_t count, size_t *capacity, size_t element_size)
{
    size_t wanted = *capacity > 0 ? *capacity * 2 : 16;
    void *grown;

    if (count < *capacity)
        return array;
    grown = reallocarray(array, wanted, element_size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

static enum vmnetacl_status file_add_rule(struct rule_file *file, const struct qemu_statement *statement,
                                          struct vmnetacl_error *error)
{
    struct rule *rules = array_grow(file->rules, file->rules_count, &file->rules_capacity, sizeof *rules);

    if (rules == NULL)
        return fail_memory(file->path, error);
    file->rules = rules;
    rules[file->rules_count++] = (struct rule){
        .name = (uint32_t)(statement->argument - file->text.bytes),
        .line = statement->line & ((1U << 27) - 1),
        .name_len = statement->argument_len & VMNETACL_NAME_MAX,
        .is_deny = statement->kind == QEMU_DENY,
    };
    return VMNETACL_OK;
}

/* Take over path and text as a file that is being read. On failure they stay the caller's. */
static enum vmnetacl_status rules_add_file(struct source_rules *rules, char *path, struct file_text text, size_t *index,
                                           struct vmnetacl_error *error)
{
    struct rule_file *files = array_grow(rules->files, rules->files_count, &rules->files_capacity, sizeof *files);

    if (files == NULL)
        return fail_memory(path, error);
    rules->files = files;
    *index = rules->files_count++;
    files[*index] = (struct rule_file){.path = path, .text = text, .is_open = true};
    return VMNETACL_OK;
}

static const struct rule_file *rules_find_file(const struct source_rules *rules, const struct file_text *text)
{
    for (size_t i = 0; i < rules->files_count; i++) {
        const struct rule_file *file = &rules->files[i];
        if (file->text.device == text->device && file->text.inode == text->inode)
            return file;
    }
    return NULL;
}

static enum vmnetacl_status load_file(struct source_rules *rules, const char *path, size_t path_len, unsigned depth,
                                      unsigned *height, struct vmnetacl_error *error);

/* A file that only some users may read, or that need not exist, is how rules for one user are written. */
static bool may_be_passed_over(enum vmnetacl_code code)
{
    return code == VMNETACL_CODE_FILE_MISSING || code == VMNETACL_CODE_FILE_DANGLING ||
           code == VMNETACL_CODE_FILE_DENIED;
}

/* from is the path of the file that the statement is in, depth how many includes led to it, height its new height. */
static enum vmnetacl_status load_include(struct source_rules *rules, const char *from,
                                         const struct qemu_statement *include, unsigned depth, unsigned *height,
                                         struct vmnetacl_error *error)
{
    unsigned below = 0;
    enum vmnetacl_status status = VMNETACL_OK;

    if (depth < VMNETACL_INCLUDE_DEPTH_MAX)
        status = load_file(rules, include->argument, include->argument_len, depth + 1, &below, error);
    if (status != VMNETACL_OK && may_be_passed_over(error->code))
        status = VMNETACL_OK;
    if (status != VMNETACL_OK && error->code == VMNETACL_CODE_INCLUDE_LOOP && error->line == 0) {
        error_start(error, VMNETACL_CODE_INCLUDE_LOOP, from, include->line, include->column);
        error_add(error, "this file is included by itself, here or further up; remove one of the includes");
    }
    /* Counted also through a file that was read before by a shorter way: the order of lines must not matter. */
    if (status == VMNETACL_OK && depth + 1 + below > VMNETACL_INCLUDE_DEPTH_MAX) {
        error_start(error, VMNETACL_CODE_INCLUDE_DEEP, from, include->line, include->column);
        error_add(error, "with this include more than eight follow one another; include the file further up");
        status = VMNETACL_UNAVAIL;
    }
    if (*height < below + 1)
        *height = below + 1;
    return status;
}

/* Read what the index-th file says. An include may move the array of files, so none is held on to across it. */
static enum vmnetacl_status load_statements(struct source_rules *rules, size_t index, unsigned depth,
                                            struct vmnetacl_error *error)
{
    const char *path = rules->files[index].path;
    struct lines lines;
    struct qemu_statement statement;
    unsigned height = 0;
    enum vmnetacl_status status = VMNETACL_OK;

    lines_start(&lines, path, rules->files[index].text.bytes, rules->files[index].text.len);
    while (status == VMNETACL_OK && !lines_at_end(&lines)) {
        status = qemu_parse_line(&lines, &statement, error);
        if (status != VMNETACL_OK || statement.kind == QEMU_NOTHING)
            continue;
        if (statement.kind == QEMU_INCLUDE)
            status = load_include(rules, path, &statement, depth, &height, error);
        else
            status = file_add_rule(&rules->files[index], &statement, error);
    }
    rules->files[index].height = height;
    rules->files[index].is_open = false;
    return status;
}

/* depth: how many includes led here. A file that was read before adds nothing, since only deny beats allow. */
static enum vmnetacl_status load_file(struct source_rules *rules, const char *path, size_t path_len, unsigned depth,
                                      unsigned *height, struct vmnetacl_error *error)
{
    struct file_text text = {.bytes = NULL};
    const struct rule_file *known;
    enum vmnetacl_status status;
    size_t index = 0;
    char *name = strndup(path, path_len);

    if (name == NULL)
        return fail_memory(NULL, error);
    status = file_read(name, &rules->trust, &text, error);
    if (status != VMNETACL_OK)
        goto out;
    known = rules_find_file(rules, &text);
    if (known != NULL && known->is_open) {
        error_start(error, VMNETACL_CODE_INCLUDE_LOOP, name, 0, 0);
        status = VMNETACL_UNAVAIL;
    } else if (known != NULL) {
        *height = known->height;
    } else {
        status = rules_add_file(rules, name, text, &index, error);
        if (status != VMNETACL_OK)
            goto out;
        status = load_statements(rules, index, depth, error);
        *height = rules->files[index].height;
        return status;
    }
out:
    free(text.bytes);
    free(name);
    return status;
}

static void qemu_free(struct source_rules *rules)
{
    if (rules == NULL)
        return;
    for (size_t i = 0; i < rules->files_count; i++) {
        free(rules->files[i].path);
        free(rules->files[i].text.bytes);
        free(rules->files[i].rules);
    }
    free(rules->files);
    free(rules);
}

static enum vmnetacl_status qemu_load(const char *path, uid_t owner, struct source_rules **rules,
                                      struct vmnetacl_error *error)
{
    struct source_rules *loaded = calloc(1, sizeof *loaded);
    enum vmnetacl_status status;
    unsigned height; /* of no interest here */

    *rules = NULL;
    if (loaded == NULL)
        return fail_memory(path, error);
    /* /etc/qemu as root:kvm 0770 is in use, so a folder that its group may write to is obeyed. */
    loaded->trust =
        (struct file_trust){.owner = owner, .group_writable_folder = true, .size_max = VMNETACL_QEMU_FILE_MAX};
    status = load_file(loaded, path, strlen(path), 0, &height, error);
    if (status == VMNETACL_OK) {
        *rules = loaded;
        return VMNETACL_OK;
    }
    if (error->code == VMNETACL_CODE_FILE_MISSING && loaded->files_count == 0)
        status = VMNETACL_NOTFOUND;
    qemu_free(loaded);
    return status;
}

static struct vmnetacl_place rule_place(const struct rule_file *file, const struct rule *rule)
{
    const char *text = file->text.bytes;
    size_t start = rule->name; /* of the line */
    size_t statement;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    statement = start;
    while (text[statement] != 'a' && text[statement] != 'd') /* the rest are blanks: allow and deny begin so */
        statement++;
    return (struct vmnetacl_place){.source = source_qemu.name,
                                   .file = file->path,
                                   .line = rule->line,
                                   .column = (unsigned)(statement - start) + 1};
}

static bool rule_matches(const struct rule_file *file, const struct rule *rule, const char *name, size_t name_len)
{
    return rule->name_len == 0 ||
           (rule->name_len == name_len && memcmp(file->text.bytes + rule->name, name, name_len) == 0);
}

/* bridge.conf knows no users: whoever may read a file is meant by it. */
static enum vmnetacl_status qemu_decide(const struct source_rules *rules, const struct vmnetacl_caller *caller,
                                        const char *name, size_t name_len, struct vmnetacl_decision *decision)
{
    enum vmnetacl_status status = VMNETACL_NOTFOUND;

    (void)caller;
    for (size_t i = 0; i < rules->files_count; i++) {
        const struct rule_file *file = &rules->files[i];
        for (size_t j = 0; j < file->rules_count; j++) {
            const struct rule *rule = &file->rules[j];
            if (!rule->is_deny && status == VMNETACL_ALLOW)
                continue;
            if (!rule_matches(file, rule, name, name_len))
                continue;
            decision->rule = rule_place(file, rule);
            if (rule->is_deny)
                return VMNETACL_DENY;
            status = VMNETACL_ALLOW;
        }
    }
    return status;
}

static const char *qemu_path_at(const struct source_rules *rules, size_t index)
{
    return index < rules->files_count ? rules->files[index].path : NULL;
}

const struct source source_qemu = {
    .name = "qemu",
    .load = qemu_load,
    .decide = qemu_decide,
    .path_at = qemu_path_at,
    .free = qemu_free,
};
