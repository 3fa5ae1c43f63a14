/* SPDX-License-Identifier: MIT */
/* Which accounts a question depends on, and what becomes of the answers. */
#include "array.h"
#include "error.h"
#include "lookup.h"
#include "question.h"

#include <errno.h>
#include <stdlib.h>

/* What must be asked, and for which rule: the first that needs it. */
struct needs {
    struct accounts accounts;
    struct need {
        const char *file;
        struct position place;
        bool is_allowed;
        bool is_denied;
    } * list; /* under the accounts' indices */
    size_t capacity;
    bool has_options; /* an allow among the rules has some, so that it matters which one matches first */
};

/* False when out of memory. */
static bool note(struct needs *needs, const struct rule_file *file, const struct rule *rule)
{
    size_t count = needs->accounts.count;
    uint32_t index;
    struct need *list;

    if (!names_intern(&needs->accounts, rule, &index))
        return false;
    list = array_grow(needs->list, count, 1, &needs->capacity, sizeof *list);
    if (list == NULL)
        return false;
    needs->list = list;
    if (index == count)
        list[index] = (struct need){.file = file->path, .place = rule->place};
    list[index].is_denied = list[index].is_denied || rule->is_deny;
    list[index].is_allowed = list[index].is_allowed || !rule->is_deny;
    needs->has_options = needs->has_options || question_has_options(rule);
    return true;
}

/* After the first allow that surely matches, only a deny can change the answer. False when out of memory. */
static bool note_source(const struct question *question, const struct loaded_source *source, struct needs *needs)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};
    const struct rule *rule = &at.rule;
    bool is_allowed = false;

    while (rule_cursor_next(&at)) {
        enum vmnetacl_match match;
        if ((!rule->is_deny && is_allowed) || !question_match_bridge(question, rule))
            continue;
        match = question_match_subject(question, rule);
        if (match == VMNETACL_MATCH_UNKNOWN && !note(needs, at.file, rule))
            return false;
        /* Without a bridge in the question, the next rule may be for another bridge than this one. */
        is_allowed = is_allowed || (!rule->is_deny && match == VMNETACL_MATCH_YES && question->bridge != NULL);
    }
    return true;
}

static bool note_all(const struct question *question, struct needs *needs)
{
    for (size_t i = 0; i < question->policy->sources_count; i++) {
        const struct loaded_source *source = &question->policy->sources[i];
        struct answer answer;
        if (!note_source(question, source, needs))
            return false;
        question_ask(question, source, &answer);
        if (question->bridge != NULL && question_ends(source, &answer))
            break;
    }
    return true;
}

/* Does the verdict depend on a name? For any bridge it may. */
static bool depends_on_names(const struct question *question)
{
    struct vmnetacl_decision decision;

    return question->bridge == NULL || (question_decide(question, &decision) == VMNETACL_UNAVAIL &&
                                        decision.error->code == VMNETACL_CODE_NAMES_MISSING);
}

static enum vmnetacl_status fail_memory(struct vmnetacl_error *error)
{
    return error_set_system(error, ENOMEM, NULL, "cannot get memory to look up names");
}

/* It is about a rule: the one that needs the item that failed, or the first when all did. */
static void place_error(const struct needs *needs, size_t failed, struct vmnetacl_error *error)
{
    const struct need *need = &needs->list[failed < needs->accounts.count ? failed : 0];

    error_move(error, need->file, need->place.line, need->place.column);
}

/* Fill in what names has of the lookup's answers. On failure error is filled in. */
static enum vmnetacl_status ask(const struct question *question, const struct needs *needs, unsigned timeout_ms,
                                struct vmnetacl_names *names, struct vmnetacl_error *error)
{
    size_t count = needs->accounts.count;
    struct lookup lookup = {.caller = question->caller,
                            .first_suffices = question->bridge != NULL && !needs->has_options,
                            .is_for_every_bridge = question->bridge == NULL,
                            .accounts = &needs->accounts,
                            .items = calloc(count, sizeof *lookup.items),
                            .count = count};
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;
    size_t failed;

    names->answers = calloc(count, sizeof *names->answers);
    if (lookup.items == NULL || names->answers == NULL) {
        free(lookup.items);
        return fail_memory(error);
    }
    for (size_t i = 0; i < count; i++)
        lookup.items[i] = (struct lookup_item){.kind = needs->accounts.list[i].kind,
                                               .name = accounts_name(&needs->accounts, i),
                                               .id = needs->accounts.list[i].id,
                                               .is_allowed = needs->list[i].is_allowed,
                                               .is_denied = needs->list[i].is_denied};
    status = lookup_run(&lookup, timeout_ms != 0 ? timeout_ms : VMNET_LOOKUP_TIMEOUT_MS, &failed, &found);
    if (found.code != VMNETACL_CODE_NONE)
        place_error(needs, failed, &found);
    for (size_t i = 0; i < count && status == VMNETACL_OK; i++)
        names->answers[i] = lookup.items[i].answer;
    free(lookup.items);
    *(status == VMNETACL_OK ? &names->failure : error) = found;
    return status;
}

/* The process that looks up names has this uid: a caller with the same uid could stop and limit it. */
static enum vmnetacl_status fail_worker_uid(const struct needs *needs, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = error_set(
        error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0,
        "names cannot be looked up for uid %u, under which they are looked up; use another account, or 'uid', or 'gid' "
        "in an allow",
        VMNET_WORKER_UID);

    place_error(needs, 0, error);
    return status;
}

static enum vmnetacl_status resolve(const struct question *question, struct needs *needs, unsigned timeout_ms,
                                    struct vmnetacl_names **names, struct vmnetacl_error *error)
{
    enum vmnetacl_status status;

    if (!note_all(question, needs))
        return fail_memory(error);
    if (needs->accounts.count == 0)
        return VMNETACL_OK;
    if (question->caller->uid == VMNET_WORKER_UID)
        return fail_worker_uid(needs, error);
    *names = calloc(1, sizeof **names);
    if (*names == NULL)
        return fail_memory(error);
    (*names)->policy = question->policy;
    (*names)->generation = question->policy->generation;
    status = credentials_copy(&(*names)->caller, question->caller) ? ask(question, needs, timeout_ms, *names, error)
                                                                   : fail_memory(error);
    if (status == VMNETACL_OK) {
        (*names)->accounts = needs->accounts;
        needs->accounts = (struct accounts){.count = 0};
    } else {
        vmnetacl_names_free(*names);
        *names = NULL;
    }
    return status;
}

enum vmnetacl_status vmnetacl_resolve(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const char *bridge, unsigned timeout_ms, struct vmnetacl_names **names,
                                      struct vmnetacl_error *error)
{
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status = VMNETACL_OK;
    struct needs needs = {.capacity = 0};
    struct question question;

    if (names != NULL)
        *names = NULL;
    if (names == NULL || !question_start(&question, policy, caller, NULL, bridge)) {
        status = error_set(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0,
                           "an argument is missing, or no bridge can have this name");
    } else if (depends_on_names(&question)) {
        status = resolve(&question, &needs, timeout_ms, names, &found);
    }
    accounts_free(&needs.accounts);
    free(needs.list);
    if (status != VMNETACL_OK && error != NULL)
        *error = found;
    return status;
}
