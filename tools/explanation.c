/* SPDX-License-Identifier: MIT */
#include "explanation.h"

#include "helper.h"
#include "memory.h"
#include "message.h"
#include "refusal.h"

#include <stdlib.h>
#include <sysexits.h>

bool explanation_rule_matches(const struct vmnetacl_event *event)
{
    return event->subject == VMNETACL_MATCH_YES && event->bridge == VMNETACL_MATCH_YES;
}

/* Only the bridge or only the caller matches, and the rule helps to explain the verdict. */
static bool almost_matches(const struct vmnetacl_event *event)
{
    if (event->bridge == VMNETACL_MATCH_YES)
        return event->subject != VMNETACL_MATCH_YES;
    return !event->rule->is_deny &&
           event->subject == VMNETACL_MATCH_YES; /* a deny of another bridge explains nothing */
}

static bool is_shown(const struct explanation *explanation, const struct vmnetacl_event *event)
{
    return explanation->has_all_rules || explanation_rule_matches(event) || almost_matches(event);
}

/* The library visits the sources in the order of the switch. */
static void explanation_add_source(struct explanation *explanation, const struct vmnetacl_event *event)
{
    struct vmnetacl_source known;
    struct explanation_source source = {
        .was_asked = event->was_asked,
        .ends_search = event->ends_search,
        .status = event->status,
        .rules_left_out = explanation->rules_left_out,
    };

    if (event->error != NULL) {
        source.error = memory_grow(NULL, 0, sizeof *source.error);
        *source.error = *event->error;
    }
    if (vmnetacl_source_at(explanation->policy, explanation->sources_count, &known)) {
        source.name = known.name;
        source.path = known.path;
        source.is_there = known.status != VMNETACL_NOTFOUND;
    }
    explanation->sources = memory_grow(explanation->sources, explanation->sources_count, sizeof *explanation->sources);
    explanation->sources[explanation->sources_count++] = source;
    explanation->rules_left_out = 0;
}

static bool explanation_visit(const struct vmnetacl_event *event, void *data)
{
    struct explanation *explanation = data;

    if (event->kind == VMNETACL_EVENT_SOURCE)
        explanation_add_source(explanation, event);
    else if (!is_shown(explanation, event))
        explanation->rules_left_out++;
    return true;
}

/*
 * Look up the names that the verdict depends on, then all names, so that rules for other bridges can be explained, too.
 * All names are used only if that succeeds and gives the same verdict: a failure for another bridge does not matter.
 */
static enum vmnetacl_status explanation_resolve(struct explanation *explanation)
{
    const struct vmnetacl_policy *policy = explanation->policy;
    const struct vmnetacl_caller *caller = &explanation->account->caller;
    struct vmnetacl_names *all = NULL;
    enum vmnetacl_status status =
        vmnetacl_resolve(policy, caller, explanation->bridge, 0, &explanation->names, &explanation->error);

    if (status == VMNETACL_OK && vmnetacl_resolve(policy, caller, NULL, 0, &all, NULL) == VMNETACL_OK &&
        vmnetacl_decide(policy, caller, all, explanation->bridge, NULL) ==
            vmnetacl_decide(policy, caller, explanation->names, explanation->bridge, NULL)) {
        vmnetacl_names_free(explanation->names);
        explanation->names = all;
    } else {
        vmnetacl_names_free(all);
    }
    return status;
}

void explanation_make(struct explanation *explanation, const struct account *account, const char *bridge,
                      bool with_all_rules)
{
    enum vmnetacl_status status;

    *explanation = (struct explanation){.account = account, .bridge = bridge, .has_all_rules = with_all_rules};
    interfaces_read(&explanation->interfaces);
    bridge_look(&explanation->interface, &explanation->interfaces, bridge);
    status = vmnetacl_load(&explanation->policy, &explanation->error);
    if (status == VMNETACL_OK) {
        explanation->needs_names = refusal_needs_names(explanation->policy, &account->caller, bridge);
        status = explanation_resolve(explanation);
        if (vmnetacl_explain(explanation->policy, &account->caller, explanation->names, bridge, explanation_visit,
                             explanation, &explanation->decision) == VMNETACL_INVALID)
            die(EX_SOFTWARE, "the library rejected its arguments; this is a bug");
        (void)vmnetacl_advise(explanation->policy, &account->caller, explanation->names, bridge,
                              helper_looks_up_names ? account_login(account) : NULL,
                              &explanation->advice); /* same verdict */
        if (status == VMNETACL_OK && explanation->decision.error != NULL)
            explanation->error = *explanation->decision.error;
    }
    if (status != VMNETACL_OK)
        explanation->decision = (struct vmnetacl_decision){.verdict = status};
    helper_file_look(&explanation->helper, account, true);
    if (explanation->decision.verdict == VMNETACL_ALLOW)
        explanation->refusal = refusal_find(&explanation->helper, explanation->policy, &explanation->decision.grant,
                                            explanation->needs_names, &explanation->interface, bridge);
}

/* A visit of the rules of one source. */
struct visit {
    const struct explanation *explanation;
    size_t sources_left; /* to skip before it */
    void (*visit)(const struct vmnetacl_event *event, void *data);
    void *data;
};

static bool visit_source(const struct vmnetacl_event *event, void *data)
{
    struct visit *visit = data;

    if (event->kind == VMNETACL_EVENT_SOURCE)
        return visit->sources_left-- > 0;
    if (visit->sources_left == 0 && is_shown(visit->explanation, event))
        visit->visit(event, visit->data);
    return true;
}

void explanation_visit_rules(const struct explanation *explanation, size_t index,
                             void (*visit)(const struct vmnetacl_event *event, void *data), void *data)
{
    struct visit wanted = {.explanation = explanation, .sources_left = index, .visit = visit, .data = data};

    (void)vmnetacl_explain(explanation->policy, &explanation->account->caller, explanation->names, explanation->bridge,
                           visit_source, &wanted, NULL); /* the verdict is known */
}

void explanation_free(struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->sources_count; i++)
        free(explanation->sources[i].error);
    free(explanation->sources);
    free(explanation->refusal);
    helper_file_free(&explanation->helper);
    interfaces_free(&explanation->interfaces);
    vmnetacl_names_free(explanation->names);
    vmnetacl_free(explanation->policy);
    *explanation = (struct explanation){.policy = NULL};
}
