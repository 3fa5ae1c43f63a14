/* SPDX-License-Identifier: MIT */
#include "question.h"

#include "error.h"

bool question_start(struct question *question, const struct vmnetacl_policy *policy,
                    const struct vmnetacl_caller *caller, const struct vmnetacl_names *names, const char *bridge)
{
    if (policy == NULL || caller == NULL || (bridge != NULL && !vmnetacl_name_valid(bridge, strlen(bridge))) ||
        caller->reserved_bits != 0 || caller->reserved[0] != NULL)
        return false;
    /* A name is unknown only as long as each group of the caller has another: other groups, another answer. */
    if (names != NULL && (names->policy != policy || names->generation != policy->generation ||
                          !credentials_hold_for(&names->caller, caller)))
        return false;
    *question = (struct question){.policy = policy,
                                  .caller = caller,
                                  .names = names,
                                  .groups_are_sorted = true,
                                  .bridge = bridge,
                                  .bridge_len = bridge != NULL ? strlen(bridge) : 0};
    for (size_t i = 1; i < caller->groups_count && question->groups_are_sorted; i++)
        question->groups_are_sorted = caller->groups[i - 1] <= caller->groups[i];
    return true;
}

/* Is this one of the groups in the caller's credentials? */
static bool caller_has_group(const struct question *question, gid_t gid)
{
    const struct vmnetacl_caller *caller = question->caller;
    size_t low = 0;
    size_t high = caller->groups_count;

    if (gid == caller->gid)
        return true;
    if (!question->groups_are_sorted) {
        while (low < high && caller->groups[low] != gid)
            low++;
        return low < high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (caller->groups[middle] == gid)
            return true;
        if (caller->groups[middle] < gid)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Do the caller's credentials hold the number of this user or group? */
static bool caller_has_number(const struct question *question, const struct rule *rule, uint32_t id)
{
    return rule->subject == VMNETACL_SUBJECT_USER ? id == question->caller->uid : caller_has_group(question, id);
}

/* A deny is decided by all that is known of the caller, so that giving up a group does not avoid it. */
static enum vmnetacl_match match_denied(const struct question *question, const struct rule *rule,
                                        const struct account_answer *answer)
{
    if (answer == NULL || !answer->is_for_deny)
        return VMNETACL_MATCH_UNKNOWN;
    if (answer->is_caller || (answer->state == ACCOUNT_KNOWN && caller_has_number(question, rule, answer->id)))
        return VMNETACL_MATCH_YES;
    return answer->state == ACCOUNT_ABSENT ? VMNETACL_MATCH_NO_SUCH_NAME : VMNETACL_MATCH_NO;
}

/* An allow is decided by the caller's credentials. */
static enum vmnetacl_match match_allowed(const struct question *question, const struct rule *rule,
                                         const struct account_answer *answer)
{
    if (answer == NULL || answer->state == ACCOUNT_SKIPPED)
        return VMNETACL_MATCH_UNKNOWN;
    if (answer->state == ACCOUNT_FAILED)
        return VMNETACL_MATCH_FAILED;
    if (answer->state == ACCOUNT_ABSENT)
        return VMNETACL_MATCH_NO_SUCH_NAME;
    return caller_has_number(question, rule, answer->id) ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
}

enum vmnetacl_match question_match_subject(const struct question *question, const struct rule *rule)
{
    if (rule->subject == VMNETACL_SUBJECT_ALL)
        return VMNETACL_MATCH_YES;
    if (rule->subject == VMNETACL_SUBJECT_UID)
        return rule->id == question->caller->uid ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
    if (rule->subject == VMNETACL_SUBJECT_GID && caller_has_group(question, rule->id))
        return VMNETACL_MATCH_YES;
    if (rule->is_deny)
        return match_denied(question, rule, names_find(question->names, rule));
    return rule->subject == VMNETACL_SUBJECT_GID ? VMNETACL_MATCH_NO
                                                 : match_allowed(question, rule, names_find(question->names, rule));
}

/*
 * An allow before this one may match, too. If so, the answer stays open, unless names were looked up and neither rule
 * has options: the grant is then the same.
 */
static bool stays_open(const struct question *question, const struct answer *answer, const struct rule *rule)
{
    return answer->may_allow && (question->names == NULL || answer->may_allow_options || question_has_options(rule));
}

bool question_weigh(const struct question *question, const struct rule_file *file, const struct rule *rule,
                    struct answer *answer)
{
    enum vmnetacl_match match = question_match_subject(question, rule);

    /* An allow whose lookup fails does not match. If it has options, no other allow may grant without them. */
    if (match == VMNETACL_MATCH_FAILED && !question_has_options(rule))
        answer->has_failed = true;
    else if (match == VMNETACL_MATCH_UNKNOWN || match == VMNETACL_MATCH_FAILED) {
        answer->may_allow = answer->may_allow || !rule->is_deny;
        answer->may_allow_options = answer->may_allow_options || question_has_options(rule);
        answer->may_deny = answer->may_deny || rule->is_deny;
    }
    if (match != VMNETACL_MATCH_YES)
        return false;
    *answer = (struct answer){.status = rule->is_deny ? VMNETACL_DENY : VMNETACL_ALLOW,
                              .file = file,
                              .rule = *rule,
                              .may_allow = !rule->is_deny && stays_open(question, answer, rule),
                              .may_deny = !rule->is_deny && answer->may_deny};
    return rule->is_deny;
}

bool answer_begin(const struct loaded_source *source, struct answer *answer)
{
    *answer = (struct answer){.status = source->status == VMNETACL_OK ? VMNETACL_NOTFOUND : source->status};
    return source->status == VMNETACL_OK;
}

void answer_end(const struct loaded_source *source, struct answer *answer)
{
    /* Where the search goes on from here depends on what could not be looked up. */
    if (answer->has_failed && (source->entry.returns_on_allow || source->entry.returns_on_notfound))
        answer->may_allow = true;
}

/* The first allow that matches counts, and any deny. */
void question_ask(const struct question *question, const struct loaded_source *source, struct answer *answer)
{
    if (!answer_begin(source, answer))
        return;
    /* Two plain loops: with a struct rule_cursor a search of many rules takes a fourth longer. */
    for (size_t i = 0; i < source->ruleset.files_count; i++) {
        const struct rule_file *file = &source->ruleset.files[i];
        struct rule rule = {.name = NULL};
        for (size_t offset = 0; offset < file->rules_len;) {
            ruleset_take_rule(file, &offset, &rule);
            if (!answer_may_change(answer, &rule) || !question_match_bridge(question, &rule))
                continue;
            if (question_weigh(question, file, &rule, answer))
                return;
        }
    }
    answer_end(source, answer);
}

/*
 * May the switch go on without this source? A file that the caller may not read is not skipped: he can have brought
 * that about, by leaving a group for that of a setgid program, or by starting the program in a profile of his choice.
 */
static bool is_skipped(const struct loaded_source *source)
{
    return source->entry.continues_on_unavail && source->status == VMNETACL_UNAVAIL &&
           source->error.code != VMNETACL_CODE_FILE_DENIED && source->error.code != VMNETACL_CODE_FILE_FORBIDDEN;
}

bool question_ends(const struct loaded_source *source, const struct answer *answer)
{
    if (answer_is_open(answer)) /* whatever it will be, more may be needed */
        return false;
    if (answer->status == VMNETACL_ALLOW)
        return source->entry.returns_on_allow;
    if (answer->status == VMNETACL_NOTFOUND)
        return source->entry.returns_on_notfound;
    if (answer->status == VMNETACL_UNAVAIL)
        return !is_skipped(source);
    return true; /* DENY, TRYAGAIN */
}

static void take_allow(struct vmnetacl_decision *decision, const struct loaded_source *source,
                       const struct answer *answer)
{
    decision->verdict = VMNETACL_ALLOW;
    decision->grant = options_grant(&answer->rule.grant);
    decision->rule = (struct vmnetacl_place){.source = source->entry.source->name,
                                             .file = answer->file->path,
                                             .line = answer->rule.place.line,
                                             .column = answer->rule.place.column};
}

/* Nothing but the reason of a refusal is left of what was found before. */
static void take_refusal(struct vmnetacl_decision *decision, const struct loaded_source *source,
                         const struct answer *answer)
{
    struct vmnetacl_decision refusal = {.degraded = decision->degraded, .error = decision->error};

    if (answer->status == VMNETACL_DENY)
        take_allow(&refusal, source, answer);
    else
        refusal.error = &source->error;
    refusal.verdict = answer->status;
    refusal.grant = (struct vmnetacl_grant){.options = 0};
    *decision = refusal;
}

const struct vmnetacl_error *question_open_error(const struct question *question)
{
    static const struct vmnetacl_error names_missing = {
        .code = VMNETACL_CODE_NAMES_MISSING,
        .message = "a rule names a user or a group, and the name was not looked up; call vmnetacl_resolve()",
    };

    return question->names != NULL && question->names->failure.code != VMNETACL_CODE_NONE ? &question->names->failure
                                                                                          : &names_missing;
}

/* A program that does not enforce an option, or makes no record, would give more than the rules do. */
static void refuse_unenforced(const struct question *question, struct vmnetacl_decision *decision)
{
    static const struct vmnetacl_error no_record = {
        .code = VMNETACL_CODE_OPTION_UNENFORCED,
        .message = "switch.conf requires a record of each grant, and this program makes none",
    };
    const uint32_t enforces = question->caller->enforces;
    const struct vmnetacl_error *unenforced = options_find_unenforced(&decision->grant, enforces);

    if (question->policy->requires_log && (enforces & VMNETACL_ENFORCES_LOG) == 0)
        unenforced = &no_record;
    if (unenforced == NULL)
        return;
    decision->verdict = VMNETACL_UNAVAIL;
    decision->grant = (struct vmnetacl_grant){.options = 0};
    decision->error = unenforced;
}

/* What the search through the sources has come to. */
struct search {
    struct vmnetacl_decision decision;
    bool is_open; /* the verdict depends on names that were not looked up */
    bool has_failed;
    bool may_have_ended;                /* a source whose answer is open may end the search before the others */
    bool is_refused;                    /* whatever other sources say */
    const struct rule_file *deny_file;  /* of the deny that refuses it, if one does */
    const struct vmnetacl_error *other; /* not everybody may read the first of the sources of which this is true */
};

/* Take the answer of the next source. False when the search ends with it. */
static bool take_answer(struct search *search, const struct loaded_source *source, const struct answer *answer)
{
    struct vmnetacl_decision *decision = &search->decision;
    bool is_refusal = answer->status != VMNETACL_ALLOW && answer->status != VMNETACL_NOTFOUND;

    search->has_failed = search->has_failed || answer->has_failed;
    if (search->other == NULL && source->other.code != VMNETACL_CODE_NONE)
        search->other = &source->other;
    if (answer_is_open(answer)) {
        /* After an ALLOW it does not matter whether this is another. */
        search->is_open = search->is_open || answer->may_deny || decision->verdict != VMNETACL_ALLOW;
        search->may_have_ended =
            search->may_have_ended || source->entry.returns_on_allow || source->entry.returns_on_notfound;
    } else if (answer->status == VMNETACL_ALLOW && decision->verdict == VMNETACL_NOTFOUND) {
        take_allow(decision, source, answer);
    } else if (is_refusal && search->may_have_ended) {
        search->is_open = true;
    } else if (is_skipped(source)) {
        decision->degraded = true;
        decision->error = decision->error == NULL ? &source->error : decision->error;
    } else if (is_refusal) {
        take_refusal(decision, source, answer);
        search->is_refused = true;
        search->deny_file = answer->file;
        return false;
    }
    return !question_ends(source, answer);
}

/* Does the verdict hold only for a caller with the credentials that the rules were read with? */
static bool is_for_reader(const struct search *search)
{
    if (search->other == NULL)
        return false;
    if (!search->is_refused)
        return true;
    return search->deny_file != NULL && !search->deny_file->everybody_may_read; /* a deny that all read is for all */
}

enum vmnetacl_status question_decide_by(const struct question *question,
                                        void (*ask)(const struct question *question, const struct loaded_source *source,
                                                    struct answer *answer),
                                        struct vmnetacl_decision *decision)
{
    const struct vmnetacl_policy *policy = question->policy;
    struct search search = {.decision = {.verdict = VMNETACL_NOTFOUND},
                            .other = policy->other.code != VMNETACL_CODE_NONE ? &policy->other : NULL};
    const struct vmnetacl_error *error = NULL;
    bool goes_on = true;

    for (size_t i = 0; i < policy->sources_count && goes_on; i++) {
        struct answer answer;
        ask(question, &policy->sources[i], &answer);
        goes_on = take_answer(&search, &policy->sources[i], &answer);
    }
    *decision = search.decision;
    if (is_for_reader(&search) && !credentials_hold_for(&policy->reader, question->caller))
        error = search.other;
    else if (!search.is_refused && (search.is_open || (search.has_failed && decision->verdict == VMNETACL_NOTFOUND)))
        error = question_open_error(question);
    if (error != NULL)
        *decision = (struct vmnetacl_decision){.verdict = error_status(error), .error = error};
    else if (decision->verdict == VMNETACL_ALLOW)
        refuse_unenforced(question, decision);
    return decision->verdict;
}

enum vmnetacl_status question_decide(const struct question *question, struct vmnetacl_decision *decision)
{
    return question_decide_by(question, question_ask, decision);
}

enum vmnetacl_status vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                     const struct vmnetacl_names *names, const char *bridge,
                                     struct vmnetacl_decision *decision)
{
    struct vmnetacl_decision made = {.verdict = VMNETACL_INVALID};
    struct question question;

    if (bridge != NULL && question_start(&question, policy, caller, names, bridge))
        (void)question_decide(&question, &made); /* in made.verdict, too */
    if (decision != NULL)
        *decision = made;
    return made.verdict;
}
