/* SPDX-License-Identifier: MIT */
#include "rule_index.h"

#include "memory.h"
#include "message.h"
#include "rule.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct indexed_rule {
    struct vmnetacl_rule rule; /* until it is found, only its place */
    char *account;             /* what rule points to */
    char *bridge;
    char *text; /* NULL: not found yet */
};

/* No line is a rule in the grammars of both sources, so the source is not compared. */
static int compare(const void *left, const void *right)
{
    const struct vmnetacl_place *a = &((const struct indexed_rule *)left)->rule.place;
    const struct vmnetacl_place *b = &((const struct indexed_rule *)right)->rule.place;

    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->file, b->file);
}

static struct indexed_rule *find(const struct rule_index *index, const struct vmnetacl_place *place)
{
    const struct indexed_rule key = {.rule = {.place = *place}};
    struct indexed_rule *const *found = place->file == NULL ? NULL : tfind(&key, &index->tree, compare);

    return found == NULL ? NULL : *found;
}

void rule_index_add(struct rule_index *index, const struct vmnetacl_place *place)
{
    struct indexed_rule *added;

    if (place->file == NULL || find(index, place) != NULL)
        return;
    added = memory_grow(NULL, 0, sizeof *added);
    *added = (struct indexed_rule){.rule = {.place = *place}};
    if (tsearch(added, &index->tree, compare) == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
}

static void fill(struct rule_index *index, const struct vmnetacl_rule *rule)
{
    struct indexed_rule *found = find(index, &rule->place);

    if (found == NULL || found->text != NULL) /* a file that is included twice has the same rules twice */
        return;
    found->account = memory_copy(rule->account);
    found->bridge = memory_copy(rule->bridge);
    found->text = memory_copy(rule->text);
    found->rule = *rule;
    found->rule.account = found->account;
    found->rule.bridge = found->bridge;
    found->rule.text = found->text;
}

void rule_index_fill(struct rule_index *index, const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;

    if (index->tree == NULL)
        return;
    rules = rules_open(policy);
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        fill(index, rule);
    vmnetacl_rules_close(rules);
}

const struct vmnetacl_rule *rule_index_at(const struct rule_index *index, const struct vmnetacl_place *place)
{
    const struct indexed_rule *found = find(index, place);

    return found == NULL || found->text == NULL ? NULL : &found->rule;
}

static void indexed_rule_free(void *node)
{
    struct indexed_rule *rule = node;

    free(rule->account);
    free(rule->bridge);
    free(rule->text);
    free(rule);
}

void rule_index_free(struct rule_index *index)
{
    tdestroy(index->tree, indexed_rule_free);
    index->tree = NULL;
}
