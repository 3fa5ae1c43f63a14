/* SPDX-License-Identifier: MIT */
#include "story.h"

#include "helper.h"
#include "memory.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

bool story_rule_matches(const struct story_rule *rule)
{
    return rule->subject_match == VMNETACL_MATCH_YES && rule->bridge_match == VMNETACL_MATCH_YES;
}

bool story_rule_almost_matches(const struct story_rule *rule)
{
    if (rule->bridge_match == VMNETACL_MATCH_YES)
        return rule->subject_match != VMNETACL_MATCH_YES;
    return !rule->is_deny && rule->subject_match == VMNETACL_MATCH_YES; /* that another is denied is no near miss */
}

static void story_add_rule(struct story_source *source, const struct vmnetacl_event *event, bool is_kept)
{
    struct story_rule rule = {
        .place = event->rule->place,
        .is_deny = event->rule->is_deny,
        .subject = event->rule->subject,
        .id = event->rule->id,
        .subject_match = event->subject,
        .bridge_match = event->bridge,
    };

    if (!is_kept && !story_rule_matches(&rule) && !story_rule_almost_matches(&rule)) {
        source->rules_left_out++;
        return;
    }
    rule.text = memory_copy(event->rule->text);
    rule.account = memory_copy(event->rule->account);
    source->rules = memory_grow(source->rules, source->rules_count, sizeof *source->rules);
    source->rules[source->rules_count++] = rule;
}

static void story_close_source(struct story *story, const struct vmnetacl_event *event)
{
    struct story_source source = story->open;
    struct vmnetacl_source known;

    source.was_asked = event->was_asked;
    source.ends_search = event->ends_search;
    source.status = event->status;
    if (event->error != NULL) {
        source.error = memory_grow(NULL, 0, sizeof *source.error);
        *source.error = *event->error;
    }
    for (size_t i = 0; vmnetacl_source_at(story->policy, i, &known); i++)
        if (strcmp(known.name, event->source) == 0) {
            source.name = known.name;
            source.path = known.path;
            source.is_there = known.status != VMNETACL_NOTFOUND;
        }
    story->sources = memory_grow(story->sources, story->sources_count, sizeof *story->sources);
    story->sources[story->sources_count++] = source;
    story->open = (struct story_source){.name = NULL};
}

static void story_visit(const struct vmnetacl_event *event, void *data)
{
    struct story *story = data;

    if (event->kind == VMNETACL_EVENT_RULE)
        story_add_rule(&story->open, event, story->has_all_rules);
    else
        story_close_source(story, event);
}

/*
 * The names that the verdict is due to; or, when they make no other, all names, so that rules for other bridges can be
 * explained, too. What fails on the account of those is no reason to refuse this bridge.
 */
static enum vmnetacl_status story_resolve(struct story *story, struct vmnetacl_names **names)
{
    const struct vmnetacl_policy *policy = story->policy;
    const struct vmnetacl_caller *caller = &story->account->caller;
    struct vmnetacl_names *all = NULL;
    enum vmnetacl_status status = vmnetacl_resolve(policy, caller, story->bridge, 0, names, &story->error);

    if (status == VMNETACL_OK && vmnetacl_resolve(policy, caller, NULL, 0, &all, NULL) == VMNETACL_OK &&
        vmnetacl_decide(policy, caller, all, story->bridge, NULL) ==
            vmnetacl_decide(policy, caller, *names, story->bridge, NULL)) {
        vmnetacl_names_free(*names);
        *names = all;
    } else {
        vmnetacl_names_free(all);
    }
    return status;
}

/* vmnet-helper goes by this, too: it looks up names only when there is no verdict without. */
static bool needs_names(const struct story *story)
{
    struct vmnetacl_decision decision;

    return vmnetacl_decide(story->policy, &story->account->caller, NULL, story->bridge, &decision) ==
               VMNETACL_UNAVAIL &&
           decision.error->code == VMNETACL_CODE_NAMES_MISSING;
}

void story_find_out(struct story *story, const struct account *account, const char *bridge, bool with_all_rules)
{
    struct vmnetacl_names *names = NULL;
    enum vmnetacl_status status;

    *story = (struct story){.account = account, .bridge = bridge, .has_all_rules = with_all_rules};
    bridge_look(&story->interface, bridge);
    status = vmnetacl_load(&story->policy, &story->error);
    if (status == VMNETACL_OK) {
        story->needs_names = needs_names(story);
        status = story_resolve(story, &names);
        if (vmnetacl_explain(story->policy, &account->caller, names, bridge, story_visit, story, &story->decision) ==
            VMNETACL_INVALID)
            die(EX_SOFTWARE, "the library does not take what it is given; this is a defect");
        (void)vmnetacl_advise(story->policy, &account->caller, names, bridge,
                              helper_looks_up_names ? account_login(account) : NULL, &story->advice); /* same verdict */
        if (status == VMNETACL_OK && story->decision.error != NULL)
            story->error = *story->decision.error;
        vmnetacl_names_free(names);
    }
    if (status != VMNETACL_OK)
        story->decision = (struct vmnetacl_decision){.verdict = status};
}

static void story_free_source(struct story_source *source)
{
    for (size_t i = 0; i < source->rules_count; i++) {
        free(source->rules[i].text);
        free(source->rules[i].account);
    }
    free(source->rules);
    free(source->error);
}

void story_free(struct story *story)
{
    for (size_t i = 0; i < story->sources_count; i++)
        story_free_source(&story->sources[i]);
    free(story->sources);
    vmnetacl_free(story->policy);
    *story = (struct story){.policy = NULL};
}
