/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "bridge_index.h"

#include <string.h>

/* What of the list is still to come. */
struct told {
    const struct listing *listing;
    size_t next; /* of the bridges */
    bool is_wrong;
};

static bool is_same_decision(const struct vmnetacl_decision *a, const struct vmnetacl_decision *b)
{
    return a->verdict == b->verdict && a->degraded == b->degraded &&
           memcmp(&a->grant, &b->grant, sizeof a->grant) == 0 && a->error == b->error &&
           a->rule.source == b->rule.source && a->rule.file == b->rule.file && a->rule.line == b->rule.line &&
           a->rule.column == b->rule.column;
}

/* Without names, each bridge's are looked up. */
static enum vmnetacl_status decide(const struct listing *listing, size_t bridge, struct vmnetacl_decision *decision)
{
    static struct vmnetacl_error error;

    if (listing->names == NULL)
        return vmnetacl_authorize(listing->policy, listing->caller, listing->bridges[bridge], 0, decision, &error);
    return vmnetacl_decide(listing->policy, listing->caller, listing->names, listing->bridges[bridge], decision);
}

/* Bridges that are not told are none that the caller may use. */
static bool take_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    struct told *told = data;
    struct vmnetacl_decision want;

    while (told->next < told->listing->bridges_count && decide(told->listing, told->next, &want) != VMNETACL_ALLOW)
        told->next++;
    if (told->next == told->listing->bridges_count || strcmp(bridge, told->listing->bridges[told->next]) != 0 ||
        !is_same_decision(decision, &want))
        told->is_wrong = true;
    else
        told->next++;
    return true;
}

static bool is_same_error(const struct vmnetacl_error *a, const struct vmnetacl_error *b)
{
    return a->code == b->code && a->system_errno == b->system_errno && a->line == b->line && a->column == b->column &&
           strcmp(a->file, b->file) == 0 && strcmp(a->message, b->message) == 0;
}

static const char *compare_list(const struct listing *listing, struct listing_seen *seen)
{
    struct told told = {.listing = listing};
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    struct vmnetacl_error want_error = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status want = VMNETACL_OK;
    enum vmnetacl_status status = vmnetacl_enumerate(listing->policy, listing->caller, listing->names, listing->bridges,
                                                     listing->bridges_count, take_bridge, &told, &error);

    for (size_t i = 0; i < listing->bridges_count; i++) {
        struct vmnetacl_decision decision;
        enum vmnetacl_status verdict = decide(listing, i, &decision);
        seen->verdicts[verdict]++;
        seen->degraded += decision.degraded;
        if (verdict == VMNETACL_ALLOW && i >= told.next)
            return "a bridge is missing";
        if (verdict != VMNETACL_ALLOW && verdict != VMNETACL_DENY && verdict != VMNETACL_NOTFOUND &&
            want == VMNETACL_OK) {
            want = verdict;
            want_error = *decision.error;
        }
    }
    if (told.is_wrong)
        return "a bridge";
    if (status != want)
        return "the status";
    return is_same_error(&error, &want_error) ? NULL : "the error";
}

static bool is_same_grant(const struct vmnetacl_grant *a, const struct vmnetacl_grant *b)
{
    const struct vmnetacl_grant whole_a = options_grant(a);
    const struct vmnetacl_grant whole_b = options_grant(b);

    return memcmp(&whole_a, &whole_b, sizeof whole_a) == 0;
}

static bool is_same_rule(const struct rule *a, const struct rule *b)
{
    return a->is_deny == b->is_deny && a->is_pattern == b->is_pattern && a->has_more == b->has_more &&
           a->subject == b->subject && a->id == b->id && a->account == b->account && a->account_len == b->account_len &&
           is_same_grant(&a->grant, &b->grant) && a->place.line == b->place.line &&
           a->place.column == b->place.column && a->name == b->name && a->name_len == b->name_len;
}

static bool is_same_answer(const struct answer *a, const struct answer *b)
{
    return a->status == b->status && a->file == b->file && is_same_rule(&a->rule, &b->rule) &&
           a->may_allow == b->may_allow && a->may_allow_options == b->may_allow_options && a->may_deny == b->may_deny &&
           a->has_failed == b->has_failed;
}

/* Every source is asked, also those that no verdict depends on. */
static const char *compare_answers(const struct listing *listing, size_t source, struct listing_seen *seen)
{
    struct bridge_index indexes[SWITCH_ENTRIES_MAX] = {{.count = 0}};
    const char *wrong = NULL;
    struct question question;

    if (!question_start(&question, listing->policy, listing->caller, listing->names, NULL) ||
        !bridge_index_make(&indexes[source], &question, &listing->policy->sources[source]))
        wrong = "no index";
    question.ask_data = indexes;
    for (size_t i = 0; i < listing->bridges_count && wrong == NULL; i++) {
        struct answer want, answer;
        question.bridge = listing->bridges[i];
        question.bridge_len = strlen(question.bridge);
        question_ask(&question, &listing->policy->sources[source], &want);
        bridge_index_ask(&question, &listing->policy->sources[source], &answer);
        seen->may_allow += want.may_allow;
        seen->may_allow_with_allow += want.may_allow && want.status == VMNETACL_ALLOW;
        seen->may_deny += want.may_deny;
        seen->has_failed += want.has_failed;
        if (!is_same_answer(&want, &answer))
            wrong = "a source's answer";
    }
    bridge_index_free(&indexes[source]);
    return wrong;
}

const char *listing_compare(const struct listing *listing, struct listing_seen *seen)
{
    const char *wrong = compare_list(listing, seen);

    for (size_t i = 0; i < listing->policy->sources_count && wrong == NULL; i++)
        wrong = compare_answers(listing, i, seen);
    return wrong;
}
