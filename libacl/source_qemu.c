/* SPDX-License-Identifier: MIT */
/*
 * The source "qemu": the bridge.conf of qemu-bridge-helper and the files that it includes.
 *
 * A file that is valid means what it means to that helper. Whatever that helper passes over (the rest of a file behind
 * an error, an include that it has no descriptor left for) is an error here, since it may hold a deny.
 *
 * A host can have a million rules, and each page of memory costs time: a file's text is not kept. A rule is a byte, its
 * place unless it is on the line behind the last rule's, and the name:
 *
 *     [RULE_DENY] | [RULE_PLACE] | name_len   [ struct place ]   name        (name_len 0: all)
 */
#include "source.h"

#include "error.h"
#include "qemu_parse.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RULE_NAME_LEN 0x0f
#define RULE_DENY     0x10
#define RULE_PLACE    0x20

static_assert(VMNETACL_NAME_MAX <= RULE_NAME_LEN, "the length of a name fits its bits");

struct place {
    unsigned line;
    unsigned column;
};

#define RULE_SIZE_MAX (1 + sizeof(struct place) + VMNETACL_NAME_MAX)

struct rule {
    bool is_deny;
    struct place place;
    const char *name;
    size_t name_len; /* 0: all */
};

struct rule_file {
    char *path;
    dev_t device;
    ino_t inode;
    char *rules; /* as above */
    size_t rules_len;
    size_t rules_capacity;
    struct place last; /* of the last rule */
    bool is_open;      /* being read: an include of it now is a loop */
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

/* Room for more elements: the array, moved or not, or NULL. The old one stays valid on failure. */
static void *array_grow(void *array, size_t count, size_t more, size_t *capacity, size_t element_size)
{
    size_t wanted = *capacity;
    void *grown;

    if (more <= *capacity - count)
        return array;
    while (wanted - count < more)
        wanted = wanted > 0 ? wanted * 2 : 32;
    grown = reallocarray(array, wanted, element_size);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

static enum vmnetacl_status file_add_rule(struct rule_file *file, const struct qemu_statement *statement,
                                          struct vmnetacl_error *error)
{
    struct place place = {.line = statement->line, .column = statement->column};
    bool follows = place.line == file->last.line + 1 && place.column == 1;
    char head =
        (char)(statement->argument_len | (statement->kind == QEMU_DENY ? RULE_DENY : 0) | (follows ? 0 : RULE_PLACE));
    char *rules = array_grow(file->rules, file->rules_len, RULE_SIZE_MAX, &file->rules_capacity, 1);

    if (rules == NULL)
        return fail_memory(file->path, error);
    file->rules = rules;
    file->last = place;
    rules[file->rules_len++] = head;
    if (!follows) {
        memcpy(rules + file->rules_len, &place, sizeof place);
        file->rules_len += sizeof place;
    }
    memcpy(rules + file->rules_len, statement->argument, statement->argument_len);
    file->rules_len += statement->argument_len;
    return VMNETACL_OK;
}

/* The rule at an offset, which moves on to the next; rule is the one before, and all zero at first. */
static void file_take_rule(const struct rule_file *file, size_t *offset, struct rule *rule)
{
    unsigned char head = (unsigned char)file->rules[(*offset)++];

    rule->is_deny = (head & RULE_DENY) != 0;
    rule->name_len = head & RULE_NAME_LEN;
    rule->place = (struct place){.line = rule->place.line + 1, .column = 1};
    if ((head & RULE_PLACE) != 0) {
        memcpy(&rule->place, file->rules + *offset, sizeof rule->place);
        *offset += sizeof rule->place;
    }
    rule->name = file->rules + *offset;
    *offset += rule->name_len;
}

/* Take over path as that of a file which is being read. On failure it stays the caller's. */
static enum vmnetacl_status rules_add_file(struct source_rules *rules, char *path, const struct stat *stat,
                                           size_t *index, struct vmnetacl_error *error)
{
    size_t room = (size_t)stat->st_size + RULE_SIZE_MAX; /* rules seldom take more than their text */
    struct rule_file *files = array_grow(rules->files, rules->files_count, 1, &rules->files_capacity, sizeof *files);
    char *bytes = files != NULL ? malloc(room) : NULL;

    if (files != NULL)
        rules->files = files;
    if (bytes == NULL)
        return fail_memory(path, error);
    *index = rules->files_count++;
    files[*index] = (struct rule_file){.path = path,
                                       .device = stat->st_dev,
                                       .inode = stat->st_ino,
                                       .rules = bytes,
                                       .rules_capacity = room,
                                       .is_open = true};
    return VMNETACL_OK;
}

/*
 * Is this file being read further up? Its descriptor is open then, so nothing else can have its inode. A file that has
 * been read to its end is read again when it is included again: its inode may be another file's by now.
 */
static bool rules_is_open(const struct source_rules *rules, const struct stat *stat)
{
    for (size_t i = 0; i < rules->files_count; i++) {
        const struct rule_file *file = &rules->files[i];
        if (file->is_open && file->device == stat->st_dev && file->inode == stat->st_ino)
            return true;
    }
    return false;
}

static enum vmnetacl_status load_file(struct source_rules *rules, const char *path, size_t path_len, unsigned depth,
                                      struct vmnetacl_error *error);

/* from is the path of the file that the statement is in, depth how many includes led to it. */
static enum vmnetacl_status load_include(struct source_rules *rules, const char *from,
                                         const struct qemu_statement *include, unsigned depth,
                                         struct vmnetacl_error *error)
{
    enum vmnetacl_status status;

    if (depth == VMNETACL_INCLUDE_DEPTH_MAX) {
        error_start(error, VMNETACL_CODE_INCLUDE_DEEP, from, include->line, include->column);
        error_add(error, "with this include more than eight follow one another; include the file further up");
        return VMNETACL_UNAVAIL;
    }
    status = load_file(rules, include->argument, include->argument_len, depth + 1, error);
    if (status == VMNETACL_OK)
        return VMNETACL_OK;
    if (error->code == VMNETACL_CODE_INCLUDE_LOOP && error->line == 0) {
        error_start(error, VMNETACL_CODE_INCLUDE_LOOP, from, include->line, include->column);
        error_add(error, "this file is included by itself, here or further up; remove one of the includes");
    }
    /* A file that only some users may read, or that need not exist, is how rules for one user are written. */
    if (error->code == VMNETACL_CODE_FILE_MISSING || error->code == VMNETACL_CODE_FILE_DANGLING ||
        error->code == VMNETACL_CODE_FILE_DENIED)
        return VMNETACL_OK;
    return status;
}

/* Read what the index-th file says. An include may move the array of files, so none is held on to across it. */
static enum vmnetacl_status load_lines(struct source_rules *rules, size_t index, struct lines *lines, unsigned depth,
                                       struct vmnetacl_error *error)
{
    struct qemu_statement statement = {.kind = QEMU_NOTHING};
    enum vmnetacl_status status = VMNETACL_OK;

    while (status == VMNETACL_OK && !lines_at_end(lines)) {
        status = qemu_parse_line(lines, &statement, error);
        if (status != VMNETACL_OK || statement.kind == QEMU_NOTHING)
            continue;
        if (statement.kind == QEMU_INCLUDE)
            status = load_include(rules, lines->file, &statement, depth, error);
        else
            status = file_add_rule(&rules->files[index], &statement, error);
    }
    return status;
}

static enum vmnetacl_status load_blocks(struct source_rules *rules, size_t index, struct file *file, unsigned depth,
                                        struct vmnetacl_error *error)
{
    struct lines lines;
    enum vmnetacl_status status = file_read(file, error);

    lines_start(&lines, file->path, file->block, file->lines_len);
    while (status == VMNETACL_OK && file->lines_len > 0) {
        status = load_lines(rules, index, &lines, depth, error);
        if (status == VMNETACL_OK)
            status = file_read(file, error);
        lines_continue(&lines, file->block, file->lines_len);
    }
    rules->files[index].is_open = false;
    return status;
}

/* depth: how many includes led here. */
static enum vmnetacl_status load_file(struct source_rules *rules, const char *path, size_t path_len, unsigned depth,
                                      struct vmnetacl_error *error)
{
    struct file file;
    enum vmnetacl_status status;
    size_t index = 0;
    char *name = strndup(path, path_len);

    if (name == NULL)
        return fail_memory(NULL, error);
    status = file_open(&file, name, &rules->trust, error);
    if (status != VMNETACL_OK) {
        free(name);
        return status;
    }
    if (rules_is_open(rules, &file.stat)) {
        error_start(error, VMNETACL_CODE_INCLUDE_LOOP, name, 0, 0);
        status = VMNETACL_UNAVAIL;
    } else {
        status = rules_add_file(rules, name, &file.stat, &index, error);
    }
    if (status == VMNETACL_OK) {
        name = NULL;
        status = load_blocks(rules, index, &file, depth, error);
    }
    file_close(&file);
    free(name);
    return status;
}

static void qemu_free(struct source_rules *rules)
{
    for (size_t i = 0; i < rules->files_count; i++) {
        free(rules->files[i].path);
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

    *rules = NULL;
    if (loaded == NULL)
        return fail_memory(path, error);
    /* /etc/qemu as root:kvm 0770 is in use, so a folder that its group may write to is obeyed. */
    loaded->trust =
        (struct file_trust){.owner = owner, .group_writable_folder = true, .size_max = VMNETACL_QEMU_FILE_MAX};
    status = load_file(loaded, path, strlen(path), 0, error);
    if (status == VMNETACL_OK) {
        *rules = loaded;
        return VMNETACL_OK;
    }
    if (error->code == VMNETACL_CODE_FILE_MISSING && loaded->files_count == 0)
        status = VMNETACL_NOTFOUND;
    qemu_free(loaded);
    return status;
}

/* bridge.conf knows no users: whoever may read a file is meant by it. */
static enum vmnetacl_status qemu_decide(const struct source_rules *rules, const struct vmnetacl_caller *caller,
                                        const char *name, size_t name_len, struct vmnetacl_decision *decision)
{
    enum vmnetacl_status status = VMNETACL_NOTFOUND;

    (void)caller;
    for (size_t i = 0; i < rules->files_count; i++) {
        const struct rule_file *file = &rules->files[i];
        struct rule rule = {.name = NULL};
        for (size_t offset = 0; offset < file->rules_len;) {
            file_take_rule(file, &offset, &rule);
            if (!rule.is_deny && status == VMNETACL_ALLOW)
                continue;
            if (rule.name_len != 0 && (rule.name_len != name_len || memcmp(rule.name, name, name_len) != 0))
                continue;
            decision->rule = (struct vmnetacl_place){.source = source_qemu.name,
                                                     .file = file->path,
                                                     .line = rule.place.line,
                                                     .column = rule.place.column};
            if (rule.is_deny)
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
