/* SPDX-License-Identifier: MIT */
#include "redundancy.h"

#include <stdlib.h>

static size_t count_rules(const struct vmnetacl_policy *policy, struct ruled *out)
{
    size_t count = 0;

    for (size_t i = 0; i < policy->sources_count; i++) {
        const struct loaded_source *source = &policy->sources[i];
        struct rule_cursor at = {.ruleset = &source->ruleset};
        for (; rule_cursor_next(&at); count++)
            if (out != NULL)
                out[count] = (struct ruled){.rule = at.rule, .source = source, .file = at.file, .order = count};
    }
    return count;
}

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = compare_numbers(a_len, b_len);

    return order != 0 || a_len == 0 ? order : memcmp(a, b, a_len);
}

int redundancy_compare_bridges(const struct rule *a, const struct rule *b)
{
    int order = compare_numbers(a->is_pattern, b->is_pattern);

    return order != 0 ? order : compare_bytes(a->name, a->name_len, b->name, b->name_len);
}

int redundancy_compare_meaning(const struct rule *a, const struct rule *b)
{
    int order = compare_numbers(a->is_deny, b->is_deny);

    order = order != 0 ? order : compare_numbers(a->subject, b->subject);
    order = order != 0 ? order : compare_numbers(a->id, b->id);
    order = order != 0 ? order : compare_bytes(a->account, a->account_len, b->account, b->account_len);
    return order != 0 ? order : redundancy_compare_bridges(a, b);
}

static int compare(const void *a, const void *b)
{
    const struct ruled *left = a;
    const struct ruled *right = b;
    int order = redundancy_compare_meaning(&left->rule, &right->rule);

    return order != 0 ? order : compare_numbers(left->order, right->order);
}

struct ruled *redundancy_sort(const struct vmnetacl_policy *policy, size_t *count)
{
    struct ruled *sorted;

    *count = count_rules(policy, NULL);
    sorted = *count > 0 ? calloc(*count, sizeof *sorted) : NULL;
    if (sorted == NULL)
        return NULL;
    (void)count_rules(policy, sorted);
    qsort(sorted, *count, sizeof *sorted, compare);
    return sorted;
}

/* The first rule with the meaning of wanted; NULL when there is none. */
static const struct ruled *find_first(const struct ruled *sorted, size_t count, const struct rule *wanted)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (redundancy_compare_meaning(&sorted[middle].rule, wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && redundancy_compare_meaning(&sorted[low].rule, wanted) == 0 ? &sorted[low] : NULL;
}

/* The earlier of these two; either may be NULL. */
static const struct ruled *first_of(const struct ruled *a, const struct ruled *b)
{
    if (a == NULL || (b != NULL && b->order < a->order))
        return b;
    return a;
}

bool redundancy_widen_bridge(struct rule *rule)
{
    if (rule->name_len == 0)
        return false;
    if (rule->is_pattern)
        rule->name_len--;
    rule->is_pattern = rule->name_len > 0;
    return true;
}

/* The first rule that is about at least the bridges of wanted, and about its subject. */
static const struct ruled *find_wider_bridge(const struct ruled *sorted, size_t count, struct rule wanted)
{
    const struct ruled *first = find_first(sorted, count, &wanted);

    while (redundancy_widen_bridge(&wanted))
        first = first_of(first, find_first(sorted, count, &wanted));
    return first;
}

/* The same, or about everybody. */
static const struct ruled *find_wider(const struct ruled *sorted, size_t count, struct rule wanted)
{
    const struct ruled *first = find_wider_bridge(sorted, count, wanted);

    wanted.subject = VMNETACL_SUBJECT_ALL;
    wanted.id = 0;
    wanted.account_len = 0;
    return first_of(first, find_wider_bridge(sorted, count, wanted));
}

/*
 * After an ALLOW of this source, is the later one still asked? If [ALLOW=return] ends the search before it, its denies
 * do not count. Only returns_on_allow matters: there are two sources, so no other source answers in between.
 */
static bool is_reached_from(const struct loaded_source *later, const struct loaded_source *source)
{
    for (const struct loaded_source *at = source; at < later; at++)
        if (at->entry.returns_on_allow)
            return false;
    return true;
}

/* Does the other rule count for every user for whom the allow counts? Not every user may read every file. */
static bool is_read_with(const struct ruled *other, const struct ruled *allow)
{
    return other != NULL && (other->file->counts_for_everybody || other->file == allow->file);
}

const struct ruled *redundancy_find_deny(const struct ruled *sorted, size_t count, const struct ruled *allow)
{
    struct rule wanted = allow->rule;
    const struct ruled *deny;

    wanted.is_deny = true;
    deny = find_wider(sorted, count, wanted);
    return is_read_with(deny, allow) && is_reached_from(deny->source, allow->source) ? deny : NULL;
}

const struct ruled *redundancy_find_allow(const struct ruled *sorted, size_t count, const struct ruled *allow)
{
    const struct ruled *first = find_wider(sorted, count, allow->rule);

    /* The allow itself is found, if none before it. */
    return first->order < allow->order && is_read_with(first, allow) ? first : NULL;
}

bool redundancy_has_effect(const struct ruled *sorted, size_t count, const struct ruled *allow,
                           const struct rule *bridge)
{
    struct ruled there = *allow;

    there.rule.is_pattern = bridge->is_pattern;
    there.rule.name = bridge->name;
    there.rule.name_len = bridge->name_len;
    return redundancy_find_deny(sorted, count, &there) == NULL && redundancy_find_allow(sorted, count, &there) == NULL;
}
