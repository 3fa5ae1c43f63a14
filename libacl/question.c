/* SPDX-License-Identifier: MIT */
#include "question.h"

bool question_start(struct question *question, const struct vmnetacl_policy *policy,
                    const struct vmnetacl_caller *caller, const struct vmnetacl_names *names, const char *bridge)
{
    if (policy == NULL || caller == NULL || (bridge != NULL && !vmnetacl_name_valid(bridge, strlen(bridge))) ||
        (names != NULL && (names->policy != policy || names->uid != caller->uid)))
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

/* For an allow the credentials count; for a deny the user database does as well, so that nobody sheds a group. */
static enum vmnetacl_match match_group(const struct question *question, const struct rule *rule, gid_t gid,
                                       const struct account_answer *answer)
{
    if (caller_has_group(question, gid))
        return VMNETACL_MATCH_YES;
    if (!rule->is_deny)
        return VMNETACL_MATCH_NO;
    if (answer == NULL || !answer->membership_is_asked)
        return VMNETACL_MATCH_UNKNOWN;
    return answer->is_member ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
}

enum vmnetacl_match question_match_subject(const struct question *question, const struct rule *rule)
{
    const struct account_answer *answer;

    if (rule->subject == VMNETACL_SUBJECT_ALL)
        return VMNETACL_MATCH_YES;
    if (rule->subject == VMNETACL_SUBJECT_UID)
        return rule->id == question->caller->uid ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
    answer = names_find(question->names, rule);
    if (rule->subject == VMNETACL_SUBJECT_GID)
        return match_group(question, rule, rule->id, answer);
    if (answer == NULL)
        return VMNETACL_MATCH_UNKNOWN;
    if (!answer->is_known)
        return VMNETACL_MATCH_NO_SUCH_NAME;
    if (rule->subject == VMNETACL_SUBJECT_GROUP)
        return match_group(question, rule, answer->id, answer);
    return answer->id == question->caller->uid ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
}

/* True when nothing behind the rule can change the answer: it is a deny. */
static bool weigh(const struct question *question, const struct rule_file *file, const struct rule *rule,
                  struct answer *answer)
{
    enum vmnetacl_match match = question_match_subject(question, rule);

    if (match == VMNETACL_MATCH_UNKNOWN) {
        answer->is_open = true;
        answer->may_deny = answer->may_deny || rule->is_deny;
    }
    if (match != VMNETACL_MATCH_YES)
        return false;
    *answer = (struct answer){.status = rule->is_deny ? VMNETACL_DENY : VMNETACL_ALLOW,
                              .file = file,
                              .rule = *rule,
                              .is_open = answer->is_open && !rule->is_deny,
                              .may_deny = answer->may_deny && !rule->is_deny};
    return rule->is_deny;
}

/* The first allow that matches counts, and any deny. */
void question_ask(const struct question *question, const struct loaded_source *source, struct answer *answer)
{
    *answer = (struct answer){.status = VMNETACL_NOTFOUND};
    if (source->status != VMNETACL_OK) {
        answer->status = source->status;
        return;
    }
    for (size_t i = 0; i < source->ruleset.files_count; i++) {
        const struct rule_file *file = &source->ruleset.files[i];
        struct rule rule = {.name = NULL};
        for (size_t offset = 0; offset < file->rules_len;) {
            ruleset_take_rule(file, &offset, &rule);
            if ((!rule.is_deny && answer->status == VMNETACL_ALLOW) || !question_match_bridge(question, &rule))
                continue;
            if (weigh(question, file, &rule, answer))
                return;
        }
    }
}

/*
 * May the switch go on without this source? A file that the caller may not read is not passed over: he can have brought
 * that about, by leaving a group for that of a setgid program.
 */
static bool is_passed_over(const struct loaded_source *source)
{
    return source->entry.continues_on_unavail && source->status == VMNETACL_UNAVAIL &&
           source->error.code != VMNETACL_CODE_FILE_DENIED;
}

bool question_ends(const struct loaded_source *source, const struct answer *answer)
{
    if (answer->is_open) /* whatever it will be, more may be needed */
        return false;
    if (answer->status == VMNETACL_ALLOW)
        return source->entry.returns_on_allow;
    if (answer->status == VMNETACL_NOTFOUND)
        return source->entry.returns_on_notfound;
    if (answer->status == VMNETACL_UNAVAIL)
        return !is_passed_over(source);
    return true; /* DENY, TRYAGAIN */
}

static void take_allow(struct vmnetacl_decision *decision, const struct loaded_source *source,
                       const struct answer *answer)
{
    decision->verdict = VMNETACL_ALLOW;
    decision->grant.limit = answer->rule.limit;
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
    refusal.grant = (struct vmnetacl_grant){.limit = 0};
    *decision = refusal;
}

const struct vmnetacl_error question_names_missing = {
    .code = VMNETACL_CODE_NAMES_MISSING,
    .message = "a rule names a user or a group, and the name was not looked up; call vmnetacl_resolve()",
};

enum vmnetacl_status question_decide(const struct question *question, struct vmnetacl_decision *decision)
{
    bool is_open = false;
    bool may_have_ended = false; /* a source whose answer is open may end the search before the others */

    *decision = (struct vmnetacl_decision){.verdict = VMNETACL_NOTFOUND};
    for (size_t i = 0; i < question->policy->sources_count; i++) {
        const struct loaded_source *source = &question->policy->sources[i];
        struct answer answer;
        question_ask(question, source, &answer);
        if (answer.is_open) {
            /* Behind an ALLOW it is all one whether this is another. */
            is_open = is_open || answer.may_deny || decision->verdict != VMNETACL_ALLOW;
            may_have_ended = may_have_ended || source->entry.returns_on_allow || source->entry.returns_on_notfound;
        } else if (answer.status == VMNETACL_ALLOW && decision->verdict == VMNETACL_NOTFOUND) {
            take_allow(decision, source, &answer);
        } else if (answer.status != VMNETACL_ALLOW && answer.status != VMNETACL_NOTFOUND && may_have_ended) {
            is_open = true;
        } else if (is_passed_over(source)) {
            decision->degraded = true;
            decision->error = decision->error == NULL ? &source->error : decision->error;
        } else if (answer.status != VMNETACL_ALLOW && answer.status != VMNETACL_NOTFOUND) {
            take_refusal(decision, source, &answer);
            return decision->verdict;
        }
        if (question_ends(source, &answer))
            break;
    }
    if (is_open)
        *decision = (struct vmnetacl_decision){.verdict = VMNETACL_UNAVAIL, .error = &question_names_missing};
    return decision->verdict;
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
