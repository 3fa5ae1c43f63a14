/* SPDX-License-Identifier: MIT */
/* The bridges that a caller may use. */
#include "array.h"
#include "bridge_index.h"
#include "error.h"
#include "question.h"

#include <errno.h>
#include <stdlib.h>

struct candidate {
    char name[VMNETACL_NAME_MAX + 1];
};

struct candidates {
    struct candidate *list;
    size_t count;
    size_t capacity;
};

/* False when memory runs out. */
static bool add(struct candidates *candidates, const char *name, size_t name_len)
{
    struct candidate *list =
        array_grow(candidates->list, candidates->count, 1, &candidates->capacity, sizeof *candidates->list);

    if (list == NULL)
        return false;
    candidates->list = list;
    list[candidates->count] = (struct candidate){.name = ""};
    memcpy(list[candidates->count++].name, name, name_len);
    return true;
}

/* The names that allow rules give whole. */
static bool add_ruled(struct candidates *candidates, const struct ruleset *ruleset)
{
    struct rule_cursor at = {.ruleset = ruleset};

    while (rule_cursor_next(&at))
        if (!at.rule.is_deny && !at.rule.is_pattern && at.rule.name_len > 0 &&
            !add(candidates, at.rule.name, at.rule.name_len))
            return false;
    return true;
}

static bool collect(struct candidates *candidates, const struct vmnetacl_policy *policy, const char *const *existing,
                    size_t existing_count)
{
    for (size_t i = 0; i < existing_count; i++)
        if (vmnetacl_name_valid(existing[i], strlen(existing[i])) && !add(candidates, existing[i], strlen(existing[i])))
            return false;
    for (size_t i = 0; i < policy->sources_count; i++)
        if (!add_ruled(candidates, &policy->sources[i].ruleset))
            return false;
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct candidate *)a)->name, ((const struct candidate *)b)->name);
}

/* False when memory runs out. */
static bool make_indexes(struct bridge_index *indexes, struct question *question)
{
    question->ask_data = indexes;
    for (size_t i = 0; i < question->policy->sources_count; i++)
        if (!bridge_index_make(&indexes[i], question, &question->policy->sources[i]))
            return false;
    return true;
}

/*
 * The verdict on the bridge of the question. If question->names is NULL, the names that it needs are looked up for this
 * bridge. After one TRYAGAIN, no more lookups are made, since each can take seconds: again is that error, or has the
 * code NONE. reason: memory for an error of this bridge.
 */
static void decide(const struct question *question, struct vmnetacl_decision *decision, struct vmnetacl_error *again,
                   struct vmnetacl_error *reason)
{
    (void)question_decide_by(question, bridge_index_ask, decision); /* in decision->verdict, too */
    if (question->names != NULL || decision->verdict != VMNETACL_UNAVAIL ||
        decision->error->code != VMNETACL_CODE_NAMES_MISSING)
        return;
    if (again->code == VMNETACL_CODE_NONE && vmnetacl_authorize(question->policy, question->caller, question->bridge, 0,
                                                                decision, reason) == VMNETACL_TRYAGAIN)
        *again = *reason;
    if (again->code != VMNETACL_CODE_NONE)
        *decision = (struct vmnetacl_decision){.verdict = VMNETACL_TRYAGAIN, .error = again};
}

static enum vmnetacl_status visit_all(struct question *question, const struct candidates *candidates,
                                      bool (*visit)(const char *, const struct vmnetacl_decision *, void *), void *data,
                                      struct vmnetacl_error *error)
{
    struct vmnetacl_error again = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status = VMNETACL_OK;

    for (size_t i = 0; i < candidates->count; i++) {
        struct vmnetacl_decision decision;
        struct vmnetacl_error reason;
        if (i > 0 && compare(&candidates->list[i - 1], &candidates->list[i]) == 0)
            continue;
        question->bridge = candidates->list[i].name;
        question->bridge_len = strlen(question->bridge);
        decide(question, &decision, &again, &reason);
        if (decision.verdict == VMNETACL_ALLOW) {
            if (!visit(question->bridge, &decision, data))
                return VMNETACL_STOPPED;
        } else if (decision.verdict != VMNETACL_DENY && decision.verdict != VMNETACL_NOTFOUND &&
                   status == VMNETACL_OK) {
            *error = *decision.error;
            status = decision.verdict;
        }
    }
    return status;
}

enum vmnetacl_status
vmnetacl_enumerate(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                   const struct vmnetacl_names *names, const char *const *existing, size_t existing_count,
                   bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision, void *data), void *data,
                   struct vmnetacl_error *error)
{
    struct candidates candidates = {.count = 0};
    struct bridge_index indexes[SWITCH_ENTRIES_MAX] = {{.count = 0}};
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;
    struct question question;

    if (visit == NULL || !question_start(&question, policy, caller, names, NULL) ||
        (existing == NULL && existing_count > 0)) {
        status = error_set(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0,
                           "an argument is missing, or the names are another policy's or caller's");
    } else if (!collect(&candidates, policy, existing, existing_count) || !make_indexes(indexes, &question)) {
        status = error_set_system(&found, ENOMEM, NULL, "cannot get memory for the names of the bridges");
    } else {
        if (candidates.count > 0)
            qsort(candidates.list, candidates.count, sizeof *candidates.list, compare);
        status = visit_all(&question, &candidates, visit, data, &found);
    }
    for (size_t i = 0; i < SWITCH_ENTRIES_MAX; i++)
        bridge_index_free(&indexes[i]);
    free(candidates.list);
    if (status != VMNETACL_OK && status != VMNETACL_STOPPED && error != NULL)
        *error = found;
    return status;
}
