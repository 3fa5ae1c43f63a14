/* SPDX-License-Identifier: MIT */
/* Which accounts a question depends on, and what becomes of the answers. */
#include "names.h"

#include "array.h"
#include "error.h"
#include "lookup.h"
#include "question.h"

#include <errno.h>
#include <stdlib.h>

static const enum account_kind kinds[] = {
    [VMNETACL_SUBJECT_USER] = ACCOUNT_USER,
    [VMNETACL_SUBJECT_GROUP] = ACCOUNT_GROUP,
    [VMNETACL_SUBJECT_GID] = ACCOUNT_GID,
};

const struct account_answer *names_find(const struct vmnetacl_names *names, const struct rule *rule)
{
    size_t index;

    if (names == NULL)
        return NULL;
    index = accounts_find(&names->accounts, kinds[rule->subject], rule->account, rule->account_len, rule->id);
    return index < names->accounts.count ? &names->answers[index] : NULL;
}

bool names_intern(struct accounts *accounts, const struct rule *rule, uint32_t *index)
{
    return accounts_intern(accounts, kinds[rule->subject], rule->account, rule->account_len, rule->id, index);
}

/* What has to be asked, and for which rule: the first that needs it. */
struct needs {
    struct accounts accounts;
    struct need {
        const char *file;
        struct place place;
        bool wants_membership;
        bool is_denied;
    } * list; /* under the accounts' indices */
    size_t capacity;
};

/* False for want of memory. */
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
    if (rule->is_deny && rule->subject != VMNETACL_SUBJECT_USER)
        list[index].wants_membership = true;
    return true;
}

/* Behind the first allow that surely matches, only a deny can change the answer. False for want of memory. */
static bool note_source(const struct question *question, const struct loaded_source *source, struct needs *needs)
{
    bool is_allowed = false;

    for (size_t i = 0; i < source->ruleset.files_count; i++) {
        const struct rule_file *file = &source->ruleset.files[i];
        struct rule rule = {.name = NULL};
        for (size_t offset = 0; offset < file->rules_len;) {
            enum vmnetacl_match match;
            ruleset_take_rule(file, &offset, &rule);
            if ((!rule.is_deny && is_allowed) || !question_match_bridge(question, &rule))
                continue;
            match = question_match_subject(question, &rule);
            if (match == VMNETACL_MATCH_UNKNOWN && !note(needs, file, &rule))
                return false;
            /* When every bridge is meant, this one may be another than the next rule's. */
            is_allowed = is_allowed || (!rule.is_deny && match == VMNETACL_MATCH_YES && question->bridge != NULL);
        }
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
    error_system(error, ENOMEM, NULL, "get memory to look up names");
    return error_status(error);
}

/* OK: answers is the caller's to free. */
static enum vmnetacl_status ask(const struct question *question, const struct needs *needs, unsigned timeout_ms,
                                struct account_answer **answers, struct vmnetacl_error *error)
{
    size_t count = needs->accounts.count;
    struct lookup lookup = {.uid = question->caller->uid, .count = count};
    enum vmnetacl_status status;
    size_t failed;

    lookup.items = calloc(count, sizeof *lookup.items);
    *answers = calloc(count, sizeof **answers);
    if (lookup.items == NULL || *answers == NULL) {
        status = fail_memory(error);
    } else {
        for (size_t i = 0; i < count; i++)
            lookup.items[i] = (struct lookup_item){.kind = needs->accounts.list[i].kind,
                                                   .name = accounts_name(&needs->accounts, i),
                                                   .id = needs->accounts.list[i].id,
                                                   .wants_membership = needs->list[i].wants_membership,
                                                   .is_denied = needs->list[i].is_denied};
        status = lookup_run(&lookup, timeout_ms != 0 ? timeout_ms : VMNETACL_TIMEOUT_MS, &failed, error);
        if (status != VMNETACL_OK) { /* it is about a rule: that which needs what failed, or the first when all did */
            const struct need *need = &needs->list[failed < count ? failed : 0];
            error_place(error, need->file, need->place.line, need->place.column);
        }
        for (size_t i = 0; i < count && status == VMNETACL_OK; i++)
            (*answers)[i] = lookup.items[i].answer;
    }
    free(lookup.items);
    if (status != VMNETACL_OK) {
        free(*answers);
        *answers = NULL;
    }
    return status;
}

/* On success needs->accounts has become the names'. */
static enum vmnetacl_status resolve(const struct question *question, struct needs *needs, unsigned timeout_ms,
                                    struct vmnetacl_names **names, struct vmnetacl_error *error)
{
    struct account_answer *answers;
    enum vmnetacl_status status;

    if (!note_all(question, needs))
        return fail_memory(error);
    if (needs->accounts.count == 0)
        return VMNETACL_OK;
    status = ask(question, needs, timeout_ms, &answers, error);
    if (status != VMNETACL_OK)
        return status;
    *names = calloc(1, sizeof **names);
    if (*names == NULL) {
        free(answers);
        return fail_memory(error);
    }
    **names = (struct vmnetacl_names){.policy = question->policy,
                                      .uid = question->caller->uid,
                                      .accounts = needs->accounts,
                                      .answers = answers};
    needs->accounts = (struct accounts){.count = 0};
    return VMNETACL_OK;
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
        error_start(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0);
        error_add(&found, "an argument is missing, or the bridge has no name that one can have");
        status = VMNETACL_INVALID;
    } else if (depends_on_names(&question)) {
        status = resolve(&question, &needs, timeout_ms, names, &found);
    }
    accounts_free(&needs.accounts);
    free(needs.list);
    if (status != VMNETACL_OK && error != NULL)
        *error = found;
    return status;
}

void vmnetacl_names_free(struct vmnetacl_names *names)
{
    if (names == NULL)
        return;
    accounts_free(&names->accounts);
    free(names->answers);
    free(names);
}
