/* SPDX-License-Identifier: MIT */
/*
 * question_weigh() looks at three things of a rule about the bridge: whether its subject matches, whether it is a deny,
 * and whether it has options. Together they are its kind. The first rule of a kind has already set what a later one of
 * that kind could set, so only the first counts. The index keeps it for each bridge and pattern; asking weighs the
 * first rule of each kind about the bridge, in the order of the source.
 */
#include "bridge_index.h"

#include <stdlib.h>

#define KINDS_COUNT ((VMNETACL_MATCH_FAILED + 1) * 4)

struct bridge_index_entry {
    const char *name; /* not terminated */
    const struct rule_file *file;
    size_t offset;        /* of the rule in the file */
    unsigned line_before; /* that of the rule before it, which the rule's own may count from */
    unsigned char name_len;
    bool is_pattern; /* also for all bridges: every name begins with no bytes */
    unsigned char kind;
};

static unsigned char kind_of(const struct rule *rule, enum vmnetacl_match match)
{
    return (unsigned char)((unsigned)match * 4 + (rule->is_deny ? 2U : 0U) + (question_has_options(rule) ? 1U : 0U));
}

static int compare_bridge(const struct bridge_index_entry *a, const struct bridge_index_entry *b)
{
    if (a->is_pattern != b->is_pattern)
        return a->is_pattern - b->is_pattern;
    if (a->name_len != b->name_len)
        return a->name_len - b->name_len;
    return memcmp(a->name, b->name, a->name_len);
}

/* In the order in which question_ask() weighs them. */
static bool is_before(const struct bridge_index_entry *a, const struct bridge_index_entry *b)
{
    return a->file != b->file ? a->file < b->file : a->offset < b->offset;
}

static int compare(const void *left, const void *right)
{
    const struct bridge_index_entry *a = left;
    const struct bridge_index_entry *b = right;
    int bridge = compare_bridge(a, b);

    if (bridge != 0)
        return bridge;
    if (a->kind != b->kind)
        return a->kind - b->kind;
    return is_before(b, a) - is_before(a, b);
}

/* The rules that may be about the caller. False when memory runs out. */
static bool add_rules(struct bridge_index *index, const struct question *question, const struct rule_file *file)
{
    struct rule rule = {.name = NULL};

    for (size_t offset = 0; offset < file->rules_len;) {
        struct bridge_index_entry entry = {.file = file, .offset = offset, .line_before = rule.place.line};
        struct bridge_index_entry *entries;
        enum vmnetacl_match match;
        ruleset_take_rule(file, &offset, &rule);
        match = question_match_subject(question, &rule);
        if (match == VMNETACL_MATCH_NO || match == VMNETACL_MATCH_NO_SUCH_NAME)
            continue;
        entries = array_grow(index->entries, index->count, 1, &index->capacity, sizeof *entries);
        if (entries == NULL)
            return false;
        index->entries = entries;
        entry.name = rule.name;
        entry.name_len = (unsigned char)rule.name_len;
        entry.is_pattern = rule.is_pattern || rule.name_len == 0;
        entry.kind = kind_of(&rule, match);
        entries[index->count++] = entry;
    }
    return true;
}

/* Of each bridge's rules of one kind keep the first: the entries are sorted. */
static void drop_repeated(struct bridge_index *index)
{
    struct bridge_index_entry *entries = index->entries;
    size_t kept = 0;

    for (size_t i = 0; i < index->count; i++)
        if (kept == 0 || compare_bridge(&entries[kept - 1], &entries[i]) != 0 ||
            entries[kept - 1].kind != entries[i].kind)
            entries[kept++] = entries[i];
    index->count = kept;
}

bool bridge_index_make(struct bridge_index *index, const struct question *question, const struct loaded_source *source)
{
    for (size_t i = 0; i < source->ruleset.files_count; i++)
        if (!add_rules(index, question, &source->ruleset.files[i]))
            return false;
    if (index->count > 0)
        qsort(index->entries, index->count, sizeof *index->entries, compare);
    drop_repeated(index);
    while (index->names_count < index->count && !index->entries[index->names_count].is_pattern)
        index->names_count++;
    return true;
}

void bridge_index_free(struct bridge_index *index)
{
    free(index->entries);
}

/* Put the entries with the key's bridge in first, under their kinds, unless an earlier one is there. */
static void note_bridge(const struct bridge_index *index, const struct bridge_index_entry *key,
                        const struct bridge_index_entry *first[static KINDS_COUNT])
{
    size_t low = key->is_pattern ? index->names_count : 0;
    size_t end = key->is_pattern ? index->count : index->names_count;

    for (size_t high = end; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (compare_bridge(&index->entries[middle], key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < end && compare_bridge(&index->entries[low], key) == 0; low++) {
        const struct bridge_index_entry *entry = &index->entries[low];
        if (first[entry->kind] == NULL || is_before(entry, first[entry->kind]))
            first[entry->kind] = entry;
    }
}

/* The next to weigh, which is then no longer in first; NULL: none is left. */
static const struct bridge_index_entry *take_earliest(const struct bridge_index_entry *first[static KINDS_COUNT])
{
    const struct bridge_index_entry *earliest = NULL;

    for (size_t i = 0; i < KINDS_COUNT; i++)
        if (first[i] != NULL && (earliest == NULL || is_before(first[i], earliest)))
            earliest = first[i];
    if (earliest != NULL)
        first[earliest->kind] = NULL;
    return earliest;
}

void bridge_index_ask(const struct question *question, const struct loaded_source *source, struct answer *answer)
{
    const struct bridge_index *indexes = question->ask_data;
    const struct bridge_index *index = &indexes[source - question->policy->sources];
    const struct bridge_index_entry *first[KINDS_COUNT] = {NULL};
    const struct bridge_index_entry *entry;
    struct bridge_index_entry key = {.name = question->bridge, .name_len = (unsigned char)question->bridge_len};
    bool is_decided = false;

    if (!answer_begin(source, answer))
        return;
    note_bridge(index, &key, first);
    key.is_pattern = true;
    for (key.name_len = 0; key.name_len <= question->bridge_len; key.name_len++)
        note_bridge(index, &key, first);
    while (!is_decided && (entry = take_earliest(first)) != NULL) {
        struct rule rule = {.place.line = entry->line_before};
        size_t offset = entry->offset;
        ruleset_take_rule(entry->file, &offset, &rule);
        is_decided = answer_may_change(answer, &rule) && question_weigh(question, entry->file, &rule, answer);
    }
    if (!is_decided)
        answer_end(source, answer);
}
