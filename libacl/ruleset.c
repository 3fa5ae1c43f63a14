/* SPDX-License-Identifier: MIT */
#include "ruleset.h"

#include "array.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

static_assert(VMNETACL_NAME_MAX <= RULE_NAME_LEN, "the length of a name fits its bits");
static_assert(VMNETACL_ACCOUNT_MAX <= UCHAR_MAX, "the length of an account's name fits its byte");
static_assert(VMNETACL_SUBJECT_GID <= MORE_SUBJECT, "the subject fits its bits");

#define RULE_SIZE_MAX (1 + sizeof(struct place) + 1 + 1 + VMNETACL_ACCOUNT_MAX + sizeof(uint32_t) + VMNETACL_NAME_MAX)

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
                         struct place at)
{
    struct rule_file *file = add_file(ruleset);
    char *copy = file != NULL ? strndup(path, strlen(path)) : NULL;

    if (copy == NULL)
        return false;
    *file = (struct rule_file){.path = copy, .skipped = skipped, .from = from, .at = at};
    ruleset->files_count++;
    return true;
}

static char *put(char *to, const void *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

bool ruleset_add_rule(struct rule_file *file, const struct rule *rule)
{
    bool follows = rule->place.line == file->last.line + 1 && rule->place.column == 1;
    unsigned char more = (unsigned char)((unsigned)rule->subject | (rule->is_pattern ? MORE_PATTERN : 0U) |
                                         (rule->limit != 0 ? MORE_LIMIT : 0U));
    char *rules = array_grow(file->rules, file->rules_len, RULE_SIZE_MAX, &file->rules_capacity, 1);
    char *at;

    if (rules == NULL)
        return false;
    file->rules = rules;
    file->last = rule->place;
    at = rules + file->rules_len;
    *at++ = (char)(rule->name_len | (rule->is_deny ? RULE_DENY : 0U) | (follows ? 0U : RULE_PLACE) |
                   (more != 0 ? RULE_MORE : 0U));
    if (!follows)
        at = put(at, &rule->place, sizeof rule->place);
    if (more != 0)
        *at++ = (char)more;
    if (rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID) {
        at = put(at, &rule->id, sizeof rule->id);
    } else if (rule->subject != VMNETACL_SUBJECT_ALL) {
        *at++ = (char)rule->account_len;
        at = put(at, rule->account, rule->account_len);
    }
    if (rule->limit != 0)
        at = put(at, &rule->limit, sizeof rule->limit);
    at = put(at, rule->name, rule->name_len);
    file->rules_len = (size_t)(at - rules);
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
