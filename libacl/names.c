/* SPDX-License-Identifier: MIT */
/* Which accounts a question depends on, and what becomes of the answers. */
#include "names.h"

#include "error.h"
#include "lookup.h"
#include "question.h"

#include <stdlib.h>

/* Why an account is asked about: the first rule that needs it. */
struct need {
    const char *file; /* NULL: it is not needed */
    struct place place;
    bool wants_membership;
};

static void note(struct need *need, const struct rule_file *file, const struct rule *rule)
{
    if (need->file == NULL) {
        need->file = file->path;
        need->place = rule->place;
    }
    need->wants_membership = need->wants_membership || (rule->is_deny && rule->subject != VMNETACL_SUBJECT_USER);
}

/* Behind the first allow that surely matches, only a deny can change the answer. */
static void note_source(const struct question *question, const struct loaded_source *source, struct need needs[])
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
            if (match == VMNETACL_MATCH_UNKNOWN)
                note(&needs[rule.value], file, &rule);
            /* When every bridge is meant, this one may be another than the next rule's. */
            is_allowed = is_allowed || (!rule.is_deny && match == VMNETACL_MATCH_YES && question->bridge != NULL);
        }
    }
}

/* Does the verdict depend on a name? For any bridge it may. */
static bool depends_on_names(const struct question *question)
{
    struct vmnetacl_decision decision;

    if (question->policy->accounts.count == 0)
        return false;
    return question->bridge == NULL || (question_decide(question, &decision) == VMNETACL_UNAVAIL &&
                                        decision.error->code == VMNETACL_CODE_NAMES_MISSING);
}

static void note_all(const struct question *question, struct need needs[])
{
    for (size_t i = 0; i < question->policy->sources_count; i++) {
        const struct loaded_source *source = &question->policy->sources[i];
        struct answer answer;
        note_source(question, source, needs);
        question_ask(question, source, &answer);
        if (question->bridge != NULL && question_ends(source, &answer))
            return;
    }
}

/* One item for each need, in the order of accounts. */
static size_t make_items(const struct accounts *accounts, const struct need needs[], struct lookup_item items[])
{
    size_t count = 0;

    for (size_t i = 0; i < accounts->count; i++)
        if (needs[i].file != NULL)
            items[count++] = (struct lookup_item){.kind = accounts->list[i].kind,
                                                  .name = accounts_name(accounts, i),
                                                  .id = accounts->list[i].id,
                                                  .wants_membership = needs[i].wants_membership};
    return count;
}

/* The index of the account of an item. */
static size_t find_account(const struct accounts *accounts, const struct need needs[], size_t item)
{
    size_t i = 0;

    for (; i < accounts->count; i++)
        if (needs[i].file != NULL && item-- == 0)
            break;
    return i;
}

/* An error that has no place of its own gets that of a rule that needs the answer. */
static void place_error(const struct accounts *accounts, const struct need needs[], size_t item,
                        struct vmnetacl_error *error)
{
    struct vmnetacl_error placed;
    size_t account = find_account(accounts, needs, item);

    if (account == accounts->count)
        account = find_account(accounts, needs, 0);
    error_start(&placed, error->code, needs[account].file, needs[account].place.line, needs[account].place.column);
    placed.system_errno = error->system_errno;
    error_add(&placed, error->message);
    *error = placed;
}

static enum vmnetacl_status ask(const struct question *question, const struct need needs[], struct lookup_item items[],
                                unsigned timeout_ms, struct vmnetacl_names *names, struct vmnetacl_error *error)
{
    const struct accounts *accounts = &question->policy->accounts;
    struct lookup lookup = {.uid = question->caller->uid, .items = items};
    enum vmnetacl_status status;
    size_t failed;
    size_t next = 0;

    lookup.count = make_items(accounts, needs, items);
    if (lookup.count == 0)
        return VMNETACL_NOTFOUND;
    status = lookup_run(&lookup, timeout_ms != 0 ? timeout_ms : VMNETACL_TIMEOUT_MS, &failed, error);
    if (status != VMNETACL_OK) {
        place_error(accounts, needs, failed, error);
        return status;
    }
    names->policy = question->policy;
    names->uid = question->caller->uid;
    for (size_t i = 0; i < accounts->count; i++)
        if (needs[i].file != NULL)
            names->answers[i] = items[next++].answer;
    return VMNETACL_OK;
}

static enum vmnetacl_status resolve(const struct question *question, unsigned timeout_ms, struct vmnetacl_names **names,
                                    struct vmnetacl_error *error)
{
    size_t count = question->policy->accounts.count;
    struct need *needs = calloc(count, sizeof *needs);
    struct lookup_item *items = calloc(count, sizeof *items);
    struct vmnetacl_names *made = calloc(1, sizeof *made + count * sizeof made->answers[0]);
    enum vmnetacl_status status = VMNETACL_TRYAGAIN;

    if (needs == NULL || items == NULL || made == NULL) {
        error_start(error, VMNETACL_CODE_MEMORY, NULL, 0, 0);
        error_add(error, "cannot get memory to look up names");
    } else {
        note_all(question, needs);
        status = ask(question, needs, items, timeout_ms, made, error);
    }
    free(needs);
    free(items);
    if (status == VMNETACL_OK)
        *names = made;
    else
        free(made);
    return status == VMNETACL_NOTFOUND ? VMNETACL_OK : status;
}

enum vmnetacl_status vmnetacl_resolve(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const char *bridge, unsigned timeout_ms, struct vmnetacl_names **names,
                                      struct vmnetacl_error *error)
{
    struct vmnetacl_error found = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status = VMNETACL_INVALID;
    struct question question;

    if (names != NULL)
        *names = NULL;
    if (names == NULL || !question_start(&question, policy, caller, NULL, bridge)) {
        error_start(&found, VMNETACL_CODE_ARGUMENT, NULL, 0, 0);
        error_add(&found, "an argument is missing, or the bridge has no name that one can have");
    } else {
        status = depends_on_names(&question) ? resolve(&question, timeout_ms, names, &found) : VMNETACL_OK;
    }
    if (status != VMNETACL_OK && error != NULL)
        *error = found;
    return status;
}

void vmnetacl_names_free(struct vmnetacl_names *names)
{
    free(names);
}
