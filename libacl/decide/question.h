/* SPDX-License-Identifier: MIT */
/*
 * What is asked, and how it is answered. Pure: allocates nothing and touches nothing but memory.
 *
 * A name that was not looked up leaves an answer open. It matters only when no deny that needs no name has decided
 * already.
 */
#ifndef VMNETACL_QUESTION_H
#define VMNETACL_QUESTION_H

#include "names.h"
#include "policy.h"

struct question {
    const struct vmnetacl_policy *policy;
    const struct vmnetacl_caller *caller;
    const struct vmnetacl_names *names; /* NULL: nothing was looked up */
    bool groups_are_sorted;             /* the caller's, ascending: as the kernel gives them */
    const char *bridge;                 /* NULL: every bridge is meant */
    size_t bridge_len;
    void *ask_data; /* for the function that question_decide_by() is given; else NULL */
};

/* What one source says. */
struct answer {
    enum vmnetacl_status status;  /* ALLOW, DENY, NOTFOUND; UNAVAIL or TRYAGAIN when it could not be read */
    const struct rule_file *file; /* of the rule that says so; NULL when none does */
    struct rule rule;
    /* If all names were looked up, it might be ALLOW, or ALLOW by another rule, or DENY. Never set with DENY, UNAVAIL
       and TRYAGAIN. */
    bool may_allow;
    bool may_allow_options; /* an allow that may match has options */
    bool may_deny;
    bool has_failed; /* the lookup for an allow without options has failed; never with ALLOW and DENY */
};

static inline bool answer_is_open(const struct answer *answer)
{
    return answer->may_allow || answer->may_deny;
}

/* Why an answer is open, or why nothing matches when a lookup for an allow has failed. */
const struct vmnetacl_error *question_open_error(const struct question *question);

/* Does the rule give less than the bare use of the bridge? */
static inline bool question_has_options(const struct rule *rule)
{
    return rule->grant.options != 0;
}

/* False when it is none: an argument is missing, the bridge has no name, the names are not for this. */
bool question_start(struct question *question, const struct vmnetacl_policy *policy,
                    const struct vmnetacl_caller *caller, const struct vmnetacl_names *names, const char *bridge);

/* Is the rule about the caller? */
enum vmnetacl_match question_match_subject(const struct question *question, const struct rule *rule);

/* Is it about the bridge? */
static inline bool question_match_bridge(const struct question *question, const struct rule *rule)
{
    if (rule->name_len == 0 || question->bridge == NULL)
        return true;
    if (rule->name_len != question->bridge_len && (!rule->is_pattern || rule->name_len > question->bridge_len))
        return false;
    return memcmp(rule->name, question->bridge, rule->name_len) == 0;
}

/* The answer before any rule was weighed. False when the source could not be read: that is the answer. */
bool answer_begin(const struct loaded_source *source, struct answer *answer);

/* After an allow that matches, only a deny changes the answer. */
static inline bool answer_may_change(const struct answer *answer, const struct rule *rule)
{
    return rule->is_deny || answer->status != VMNETACL_ALLOW;
}

/*
 * Let a rule about the bridge, which is the next in the source's order that may change the answer, do so. True when no
 * rule after it can: it is a deny.
 */
bool question_weigh(const struct question *question, const struct rule_file *file, const struct rule *rule,
                    struct answer *answer);

/* The answer after all rules about the bridge were weighed, and none was a deny that matches. */
void answer_end(const struct loaded_source *source, struct answer *answer);

/* Ask one source. */
void question_ask(const struct question *question, const struct loaded_source *source, struct answer *answer);

/* Does the switch end the search after this answer? */
bool question_ends(const struct loaded_source *source, const struct answer *answer);

/*
 * Ask one source after the other, as the switch says: the verdict, also in decision. UNAVAIL with the code
 * NAMES_MISSING when it depends on names that were not looked up.
 */
enum vmnetacl_status question_decide(const struct question *question, struct vmnetacl_decision *decision);

/* The same with another way to ask a source, which must give the answers of question_ask(). */
enum vmnetacl_status question_decide_by(const struct question *question,
                                        void (*ask)(const struct question *question, const struct loaded_source *source,
                                                    struct answer *answer),
                                        struct vmnetacl_decision *decision);

#endif
