/* SPDX-License-Identifier: MIT */
/*
 * How the rules come to their verdict. There can be a million rules, so an explanation keeps none of them:
 * explanation_visit_rules() has vmnetacl_explain() show them again.
 */
#pragma once

#include "account.h"
#include "bridges.h"
#include "helper_file.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>

struct explanation_source {
    const char *name; /* this and path live as long as the policy */
    const char *path;
    bool is_there; /* path exists */
    bool was_asked;
    bool ends_search;
    enum vmnetacl_status status;
    struct vmnetacl_error *error; /* NULL when there is none */
    size_t rules_left_out;        /* how many rules explanation_visit_rules() does not show */
};

struct explanation {
    const struct account *account;
    const char *bridge;
    bool has_all_rules;
    struct vmnetacl_policy *policy; /* NULL when it could not be loaded */
    struct vmnetacl_names *names;
    struct vmnetacl_decision decision;
    struct vmnetacl_advice advice;
    bool needs_names;            /* the verdict depends on names that must be looked up */
    struct vmnetacl_error error; /* for the verdicts UNAVAIL and TRYAGAIN: why */
    struct explanation_source *sources;
    size_t sources_count;
    size_t rules_left_out; /* in the source that is being visited */
    struct helper_file helper;
    char *refusal; /* why vmnet-helper refuses what the rules allow; NULL: it does not, or they do not allow it */
    struct interfaces interfaces;
    struct bridge interface; /* the one with the name of the bridge */
};

/* Does the rule of this event match both the caller and the bridge? */
bool explanation_rule_matches(const struct vmnetacl_event *event);

/* Find out whether this account may use this bridge. Both must outlive the explanation. */
void explanation_make(struct explanation *explanation, const struct account *account, const char *bridge,
                      bool with_all_rules);

/*
 * Visit each rule of a source that matches or almost matches; with_all_rules: each rule. index is the source's place in
 * explanation->sources. event is of the kind VMNETACL_EVENT_RULE, and lives until visit returns.
 */
void explanation_visit_rules(const struct explanation *explanation, size_t index,
                             void (*visit)(const struct vmnetacl_event *event, void *data), void *data);

void explanation_free(struct explanation *explanation);
