/* SPDX-License-Identifier: MIT */
#include "explanation.h"

#include "helper.h"
#include "memory.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

bool explanation_rule_matches(const struct explanation_rule *rule)
{
    return rule->subject_match == VMNETACL_MATCH_YES && rule->bridge_match == VMNETACL_MATCH_YES;
}

bool explanation_rule_almost_matches(const struct explanation_rule *rule)
{
    if (rule->bridge_match == VMNETACL_MATCH_YES)
        return rule->subject_match != VMNETACL_MATCH_YES;
    return !rule->is_deny && rule->subject_match == VMNETACL_MATCH_YES; /* that another is denied is no near miss */
}

static void explanation_add_rule(struct explanation_source *source, const struct vmnetacl_event *event, bool is_kept)
{
    struct explanation_rule rule = {
        .place = event->rule->place,
        .is_deny = event->rule->is_deny,
        .subject = event->rule->subject,
        .id = event->rule->id,
        .subject_match = event->subject,
        .bridge_match = event->bridge,
    };

    if (!is_kept && !explanation_rule_matches(&rule) && !explanation_rule_almost_matches(&rule)) {
        source->rules_left_out++;
        return;
    }
    rule.text = memory_copy(event->rule->text);
    rule.account = memory_copy(event->rule->account);
    source->rules = memory_grow(source->rules, source->rules_count, sizeof *source->rules);
    source->rules[source->rules_count++] = rule;
}

static void explanation_close_source(struct explanation *explanation, const struct vmnetacl_event *event)
{
    struct explanation_source source = explanation->open;
    struct vmnetacl_source known;

    source.was_asked = event->was_asked;
    source.ends_search = event->ends_search;
    source.status = event->status;
    if (event->error != NULL) {
        source.error = memory_grow(NULL, 0, sizeof *source.error);
        *source.error = *event->error;
    }
    for (size_t i = 0; vmnetacl_source_at(explanation->policy, i, &known); i++)
        if (strcmp(known.name, event->source) == 0) {
            source.name = known.name;
            source.path = known.path;
            source.is_there = known.status != VMNETACL_NOTFOUND;
        }
    explanation->sources = memory_grow(explanation->sources, explanation->sources_count, sizeof *explanation->sources);
    explanation->sources[explanation->sources_count++] = source;
    explanation->open = (struct explanation_source){.name = NULL};
}

static void explanation_visit(const struct vmnetacl_event *event, void *data)
{
    struct explanation *explanation = data;

    if (event->kind == VMNETACL_EVENT_RULE)
        explanation_add_rule(&explanation->open, event, explanation->has_all_rules);
    else
        explanation_close_source(explanation, event);
}

/*
 * The names that the verdict is due to; or, when they make no other, all names, so that rules for other bridges can be
 * explained, too. What fails on the account of those is no reason to refuse this bridge.
 */
static enum vmnetacl_status explanation_resolve(struct explanation *explanation, struct vmnetacl_names **names)
{
    const struct vmnetacl_policy *policy = explanation->policy;
    const struct vmnetacl_caller *caller = &explanation->account->caller;
    struct vmnetacl_names *all = NULL;
    enum vmnetacl_status status = vmnetacl_resolve(policy, caller, explanation->bridge, 0, names, &explanation->error);

    if (status == VMNETACL_OK && vmnetacl_resolve(policy, caller, NULL, 0, &all, NULL) == VMNETACL_OK &&
        vmnetacl_decide(policy, caller, all, explanation->bridge, NULL) ==
            vmnetacl_decide(policy, caller, *names, explanation->bridge, NULL)) {
        vmnetacl_names_free(*names);
        *names = all;
    } else {
        vmnetacl_names_free(all);
    }
    return status;
}

/* vmnet-helper goes by this, too: it looks up names only when there is no verdict without. */
static bool needs_names(const struct explanation *explanation)
{
    struct vmnetacl_decision decision;

    return vmnetacl_decide(explanation->policy, &explanation->account->caller, NULL, explanation->bridge, &decision) ==
               VMNETACL_UNAVAIL &&
           decision.error->code == VMNETACL_CODE_NAMES_MISSING;
}

void explanation_make(struct explanation *explanation, const struct account *account, const char *bridge,
                      bool with_all_rules)
{
    struct vmnetacl_names *names = NULL;
    enum vmnetacl_status status;

    *explanation = (struct explanation){.account = account, .bridge = bridge, .has_all_rules = with_all_rules};
    bridge_look(&explanation->interface, bridge);
    status = vmnetacl_load(&explanation->policy, &explanation->error);
    if (status == VMNETACL_OK) {
        explanation->needs_names = needs_names(explanation);
        status = explanation_resolve(explanation, &names);
        if (vmnetacl_explain(explanation->policy, &account->caller, names, bridge, explanation_visit, explanation,
                             &explanation->decision) == VMNETACL_INVALID)
            die(EX_SOFTWARE, "the library does not take what it is given; this is a defect");
        (void)vmnetacl_advise(explanation->policy, &account->caller, names, bridge,
                              helper_looks_up_names ? account_login(account) : NULL,
                              &explanation->advice); /* same verdict */
        if (status == VMNETACL_OK && explanation->decision.error != NULL)
            explanation->error = *explanation->decision.error;
        vmnetacl_names_free(names);
    }
    if (status != VMNETACL_OK)
        explanation->decision = (struct vmnetacl_decision){.verdict = status};
}

static void explanation_free_source(struct explanation_source *source)
{
    for (size_t i = 0; i < source->rules_count; i++) {
        free(source->rules[i].text);
        free(source->rules[i].account);
    }
    free(source->rules);
    free(source->error);
}

void explanation_free(struct explanation *explanation)
{
    for (size_t i = 0; i < explanation->sources_count; i++)
        explanation_free_source(&explanation->sources[i]);
    free(explanation->sources);
    vmnetacl_free(explanation->policy);
    *explanation = (struct explanation){.policy = NULL};
}
