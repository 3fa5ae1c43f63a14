/* SPDX-License-Identifier: MIT */
#include "ruleset.h"

#include "array.h"

#include <stdlib.h>

static struct rule_file *add_file(struct ruleset *ruleset)
{
    struct rule_file *files =
        array_grow(ruleset->files, ruleset->files_count, 1, &ruleset->files_capacity, sizeof *files);

    if (files == NULL)
        return NULL;
    ruleset->files = files;
    return &files[ruleset->files_count];
}

bool ruleset_add_file(struct ruleset *ruleset, char *path, const struct stat *stat, size_t *index)
{
    size_t room = (size_t)stat->st_size + RULE_SIZE_MAX; /* rules seldom take more than their text */
    struct rule_file *file = add_file(ruleset);
    char *bytes = file != NULL ? malloc(room) : NULL;

    if (bytes == NULL)
        return false;
    *index = ruleset->files_count++;
    *file = (struct rule_file){.path = path,
                               .device = stat->st_dev,
                               .inode = stat->st_ino,
                               .from = *index,
                               .rules = bytes,
                               .rules_capacity = room};
    return true;
}

bool ruleset_add_skipped(struct ruleset *ruleset, const char *path, enum vmnetacl_code skipped, size_t from,
                         struct position at)
{
    struct rule_file *file = add_file(ruleset);
    char *copy = file != NULL ? strndup(path, strlen(path)) : NULL;

    if (copy == NULL)
        return false;
    *file = (struct rule_file){.path = copy, .skipped = skipped, .from = from, .at = at};
    ruleset->files_count++;
    return true;
}

void ruleset_free(struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->files_count; i++) {
        free(ruleset->files[i].path);
        free(ruleset->files[i].rules);
    }
    free(ruleset->files);
    *ruleset = (struct ruleset){.files_count = 0};
}
