/* SPDX-License-Identifier: MIT */
/* Every rule, and how it comes to the verdict. */
#include "error.h"
#include "question.h"
#include "rule_text.h"

/* Who wants to know. */
struct listener {
    void (*visit)(const struct vmnetacl_event *event, void *data);
    void *data;
};

static void tell_rules(const struct question *question, const struct loaded_source *source,
                       const struct listener *listener)
{
    for (size_t i = 0; i < source->ruleset.files_count; i++) {
        const struct rule_file *file = &source->ruleset.files[i];
        struct rule rule = {.name = NULL};
        for (size_t offset = 0; offset < file->rules_len;) {
            struct rule_text text;
            struct vmnetacl_rule shown;
            struct vmnetacl_event event = {.kind = VMNETACL_EVENT_RULE,
                                           .source = source->entry.source->name,
                                           .rule = &shown};
            ruleset_take_rule(file, &offset, &rule);
            rule_show(source, file, &rule, &text, &shown);
            event.subject = question_match_subject(question, &rule);
            event.bridge = question_match_bridge(question, &rule) ? VMNETACL_MATCH_YES : VMNETACL_MATCH_NO;
            listener->visit(&event, listener->data);
        }
    }
}

/* The same steps as question_decide(), which alone says what comes of them. */
static void tell_sources(const struct question *question, const struct listener *listener)
{
    bool has_ended = false;

    for (size_t i = 0; i < question->policy->sources_count; i++) {
        const struct loaded_source *source = &question->policy->sources[i];
        struct vmnetacl_event event = {.kind = VMNETACL_EVENT_SOURCE, .source = source->entry.source->name};
        struct answer answer = {.status = VMNETACL_NOTFOUND};
        if (!has_ended) {
            tell_rules(question, source, listener);
            question_ask(question, source, &answer);
            event.was_asked = true;
            event.ends_search = question_ends(source, &answer);
        }
        event.status = answer.status;
        if (answer_is_open(&answer)) {
            event.error = question_open_error(question);
            event.status = error_status(event.error);
        } else if (answer.status == VMNETACL_UNAVAIL || answer.status == VMNETACL_TRYAGAIN)
            event.error = &source->error;
        has_ended = has_ended || event.ends_search;
        listener->visit(&event, listener->data);
    }
}

enum vmnetacl_status vmnetacl_explain(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                      const struct vmnetacl_names *names, const char *bridge,
                                      void (*visit)(const struct vmnetacl_event *event, void *data), void *data,
                                      struct vmnetacl_decision *decision)
{
    struct vmnetacl_decision made = {.verdict = VMNETACL_INVALID};
    const struct listener listener = {.visit = visit, .data = data};
    struct question question;

    if (bridge != NULL && visit != NULL && question_start(&question, policy, caller, names, bridge)) {
        tell_sources(&question, &listener);
        (void)question_decide(&question, &made); /* in made.verdict, too */
    }
    if (decision != NULL)
        *decision = made;
    return made.verdict;
}
