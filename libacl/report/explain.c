/* SPDX-License-Identifier: MIT */
/* Every rule, and how it comes to the verdict. */
#include "error.h"
#include "question.h"
#include "rule_text.h"

/* Who wants to know. */
struct listener {
    bool (*visit)(const struct vmnetacl_event *event, void *data);
    void *data;
    bool is_stopped;    /* it wants to know no more */
    size_t asked_count; /* of the sources */
};

static void tell(struct listener *listener, const struct vmnetacl_event *event)
{
    listener->is_stopped = listener->is_stopped || !listener->visit(event, listener->data);
}

static void tell_rules(const struct question *question, const struct loaded_source *source, struct listener *listener)
{
    struct rule_cursor at = {.ruleset = &source->ruleset};

    while (!listener->is_stopped && rule_cursor_next(&at)) {
        struct rule_text text;
        struct vmnetacl_rule shown;
        const struct vmnetacl_event event = {.kind = VMNETACL_EVENT_RULE,
                                             .source = source->entry.source->name,
                                             .rule = &shown,
                                             .subject = question_match_subject(question, &at.rule),
                                             .bridge = question_match_bridge(question, &at.rule) ? VMNETACL_MATCH_YES
                                                                                                 : VMNETACL_MATCH_NO};
        rule_show(source, at.file, &at.rule, &text, &shown);
        tell(listener, &event);
    }
}

static void tell_source(const struct question *question, const struct loaded_source *source,
                        const struct answer *answer, struct listener *listener)
{
    struct vmnetacl_event event = {.kind = VMNETACL_EVENT_SOURCE,
                                   .source = source->entry.source->name,
                                   .was_asked = true,
                                   .ends_search = question_ends(source, answer),
                                   .status = answer->status};

    if (answer_is_open(answer)) {
        event.error = question_open_error(question);
        event.status = error_status(event.error);
    } else if (answer->status == VMNETACL_UNAVAIL || answer->status == VMNETACL_TRYAGAIN) {
        event.error = &source->error;
    }
    tell(listener, &event);
}

/* For question_decide_by(): the search is the one that decides. */
static void ask_and_tell(const struct question *question, const struct loaded_source *source, struct answer *answer)
{
    struct listener *listener = question->ask_data;

    tell_rules(question, source, listener);
    question_ask(question, source, answer);
    tell_source(question, source, answer, listener);
    listener->asked_count++;
}

static void tell_not_asked(const struct vmnetacl_policy *policy, struct listener *listener)
{
    for (size_t i = listener->asked_count; i < policy->sources_count; i++) {
        const struct vmnetacl_event event = {.kind = VMNETACL_EVENT_SOURCE,
                                             .source = policy->sources[i].entry.source->name,
                                             .status = VMNETACL_NOTFOUND};
        tell(listener, &event);
    }
}

enum vmnetacl_status vmnetacl_explain(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const struct vmnetacl_names *names, const char *bridge,
                                      bool (*visit)(const struct vmnetacl_event *event, void *data), void *data,
                                      struct vmnetacl_decision *decision)
{
    struct vmnetacl_decision made = {.verdict = VMNETACL_INVALID};
    struct listener listener = {.visit = visit, .data = data};
    struct question question;

    if (bridge != NULL && visit != NULL && question_start(&question, policy, caller, names, bridge)) {
        question.ask_data = &listener;
        (void)question_decide_by(&question, ask_and_tell, &made); /* in made.verdict, too */
        tell_not_asked(policy, &listener);
        if (listener.is_stopped)
            made = (struct vmnetacl_decision){.verdict = VMNETACL_STOPPED};
    }
    if (decision != NULL)
        *decision = made;
    return made.verdict;
}
