/* SPDX-License-Identifier: MIT */
/*
 * The rules of one source, as they were read. Memory is all that it touches.
 *
 * A host can have a million rules, and each page of memory costs time: a file's text is not kept. A rule is a byte,
 * then what it has of these, and the bridge:
 *
 *     [RULE_DENY] | [RULE_PLACE] | [RULE_MORE] | name_len      (name_len 0: all)
 *     [ struct position ]             unless it is in column 1 of the line after the last rule's
 *     [ more byte: subject | [MORE_PATTERN] | [MORE_OPTIONS] ] unless it is for all, with a plain name and no option
 *     [ uint32_t: the number | a byte and the account's name ] for a uid or gid | a user or group
 *     [ options, as options_put() writes them ]
 *     name
 */
#ifndef VMNETACL_RULESET_H
#define VMNETACL_RULESET_H

#include "array.h"
#include "option.h"
#include "vmnetacl.h"

#include <assert.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define RULE_NAME_LEN 0x0f
#define RULE_DENY     0x10
#define RULE_PLACE    0x20
#define RULE_MORE     0x40

#define MORE_SUBJECT 0x07
#define MORE_PATTERN 0x08
#define MORE_OPTIONS 0x10

static_assert(VMNETACL_NAME_MAX <= RULE_NAME_LEN, "the length of a name fits its bits");
static_assert(VMNETACL_ACCOUNT_MAX <= UCHAR_MAX, "the length of an account's name fits its byte");
static_assert(VMNETACL_SUBJECT_GID <= MORE_SUBJECT, "the subject fits its bits");

struct position {
    unsigned line;
    unsigned column;
};

struct rule {
    bool is_deny;
    bool is_pattern; /* name is what the bridge's must begin with */
    bool has_more;   /* only for ruleset_take_rule(): the more byte, or what follows it, is not zero */
    enum vmnetacl_subject subject;
    uint32_t id;         /* of UID and GID; else 0 */
    const char *account; /* of USER and GROUP, not terminated; else NULL */
    size_t account_len;
    struct position place;
    const char *name;            /* not terminated */
    size_t name_len;             /* 0: all */
    struct vmnetacl_grant grant; /* see option.h: values of options that are not set mean nothing */
};

/* Clear the rule, except the values of options in its grant: clearing these would add a fifth to the time of a load. */
static inline void rule_clear(struct rule *rule, struct position place)
{
    rule->is_deny = false;
    rule->is_pattern = false;
    rule->has_more = false;
    rule->subject = VMNETACL_SUBJECT_ALL;
    rule->id = 0;
    rule->account = NULL;
    rule->account_len = 0;
    rule->grant.options = 0;
    rule->place = place;
    rule->name = NULL;
    rule->name_len = 0;
}

struct rule_file {
    char *path;
    enum vmnetacl_code skipped; /* why it was skipped; NONE: it was not */
    bool is_open;               /* being read: an include of it now is a loop */
    bool everybody_may_read;
    bool counts_for_everybody; /* else its rules are only for users who may read it; the others get no error */
    bool group_may_write;
    dev_t device;
    ino_t inode;
    size_t from;          /* index of the file that includes it; its own for one that none includes */
    struct position at;   /* of that include */
    struct position last; /* of the last rule */
    char *rules;          /* as above */
    size_t rules_len;
    size_t rules_capacity;
};

struct ruleset {
    struct rule_file *files; /* in the order in which they were begun */
    size_t files_count;
    size_t files_capacity;
};

/*
 * Take over path as that of a file with this status, of which stat->st_size bytes are going to be read; its other
 * fields are zero. *index is its place. False when out of memory; path is the caller's then.
 */
bool ruleset_add_file(struct ruleset *ruleset, char *path, const struct stat *stat, size_t *index);

/* Note a file that was skipped; path is copied. */
bool ruleset_add_skipped(struct ruleset *ruleset, const char *path, enum vmnetacl_code skipped, size_t from,
                         struct position at);

void ruleset_free(struct ruleset *ruleset);

/* More than any rule takes. */
#define RULE_SIZE_MAX                                                                                                  \
    (1 + sizeof(struct position) + 1 + 1 + VMNETACL_ACCOUNT_MAX + OPTIONS_SIZE_MAX + VMNETACL_NAME_MAX)

static inline char *ruleset_put(char *to, const void *bytes, size_t len)
{
    memcpy(to, bytes, len);
    return to + len;
}

static inline char *ruleset_put_more(char *at, unsigned char more, const struct rule *rule)
{
    *at++ = (char)more;
    if (rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID) {
        at = ruleset_put(at, &rule->id, sizeof rule->id);
    } else if (rule->subject != VMNETACL_SUBJECT_ALL) {
        *at++ = (char)rule->account_len;
        at = ruleset_put(at, rule->account, rule->account_len);
    }
    return rule->grant.options != 0 ? options_put(at, &rule->grant) : at;
}

/* Append a rule. False when out of memory. Inline: what is the same for all rules of a source is known there. */
static inline bool ruleset_add_rule(struct rule_file *file, const struct rule *rule)
{
    bool follows = rule->place.line == file->last.line + 1 && rule->place.column == 1;
    unsigned char more = (unsigned char)((unsigned)rule->subject | (rule->is_pattern ? MORE_PATTERN : 0U) |
                                         (rule->grant.options != 0 ? MORE_OPTIONS : 0U));
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
        at = ruleset_put(at, &rule->place, sizeof rule->place);
    if (more != 0)
        at = ruleset_put_more(at, more, rule);
    if (rule->name_len > 0) /* else the name may be NULL, which memcpy(3) does not take */
        at = ruleset_put(at, rule->name, rule->name_len);
    file->rules_len = (size_t)(at - rules);
    return true;
}

/* The more byte at a place, and what it announces. Returns what is after it. */
static inline const char *ruleset_take_more(const char *at, struct rule *rule)
{
    unsigned char more = (unsigned char)*at++;

    rule->subject = (enum vmnetacl_subject)(more & MORE_SUBJECT);
    rule->is_pattern = (more & MORE_PATTERN) != 0;
    rule->id = 0;
    rule->account = NULL;
    rule->account_len = 0;
    rule->grant.options = 0;
    if (rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID) {
        memcpy(&rule->id, at, sizeof rule->id);
        at += sizeof rule->id;
    } else if (rule->subject != VMNETACL_SUBJECT_ALL) {
        rule->account_len = (unsigned char)*at++;
        rule->account = at;
        at += rule->account_len;
    }
    return (more & MORE_OPTIONS) != 0 ? options_take(at, &rule->grant) : at;
}

/*
 * Read the rule at *offset, and move *offset to the next. On entry, rule is the previous one, or all zero. Most rules
 * have no "more byte". For these, the fields that it announces are not written: they still have their defaults.
 */
static inline void ruleset_take_rule(const struct rule_file *file, size_t *offset, struct rule *rule)
{
    const char *at = file->rules + *offset;
    unsigned char head = (unsigned char)*at++;

    rule->is_deny = (head & RULE_DENY) != 0;
    rule->name_len = head & RULE_NAME_LEN;
    rule->place.line++;
    rule->place.column = 1;
    if ((head & RULE_PLACE) != 0) {
        memcpy(&rule->place, at, sizeof rule->place);
        at += sizeof rule->place;
    }
    if ((head & RULE_MORE) != 0)
        at = ruleset_take_more(at, rule);
    else if (rule->has_more)
        *rule = (struct rule){.is_deny = rule->is_deny, .place = rule->place, .name_len = rule->name_len};
    rule->has_more = (head & RULE_MORE) != 0;
    rule->name = at;
    *offset = (size_t)(at - file->rules) + rule->name_len;
}

/* A place among the rules of a source. Begin with all but ruleset zero. */
struct rule_cursor {
    const struct ruleset *ruleset;
    struct rule rule;
    const struct rule_file *file; /* that has the rule */
    size_t offset;
    size_t files_begun;
};

/* Go on to the next rule, in the order of the files and of their lines. False after the last. */
static inline bool rule_cursor_next(struct rule_cursor *cursor)
{
    while (cursor->file == NULL || cursor->offset == cursor->file->rules_len) {
        if (cursor->files_begun == cursor->ruleset->files_count)
            return false;
        cursor->file = &cursor->ruleset->files[cursor->files_begun++];
        cursor->offset = 0;
        cursor->rule = (struct rule){.name = NULL};
    }
    ruleset_take_rule(cursor->file, &cursor->offset, &cursor->rule);
    return true;
}

#endif
