/* SPDX-License-Identifier: MIT */
/* How the rules come to their verdict: what vmnetacl_explain() tells, kept until it can be put into words. */
#pragma once

#include "account.h"
#include "bridges.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>

/* A rule that was looked at. */
struct explanation_rule {
    struct vmnetacl_place place; /* its strings live as long as the policy */
    bool is_deny;
    enum vmnetacl_subject subject;
    char *account; /* NULL: it is about no name */
    uint32_t id;
    char *text;
    enum vmnetacl_match subject_match;
    enum vmnetacl_match bridge_match;
};

struct explanation_source {
    const char *name; /* this and path live as long as the policy */
    const char *path;
    bool is_there; /* there is something at path */
    bool was_asked;
    bool ends_search;
    enum vmnetacl_status status;
    struct vmnetacl_error *error;   /* NULL when there is none */
    struct explanation_rule *rules; /* those that matched, or almost; all, if that was asked for */
    size_t rules_count;
    size_t rules_left_out;
};

struct explanation {
    const struct account *account;
    const char *bridge;
    bool has_all_rules;
    struct vmnetacl_policy *policy; /* NULL when it could not be loaded */
    struct vmnetacl_decision decision;
    struct vmnetacl_advice advice;
    bool needs_names;            /* the verdict is due to names that have to be looked up */
    struct vmnetacl_error error; /* for a verdict of UNAVAIL and TRYAGAIN: why */
    struct explanation_source *sources;
    size_t sources_count;
    struct explanation_source open; /* the one whose rules are being told */
    struct bridge interface;        /* what bears the bridge's name */
};

/* The rule means both the caller and the bridge; or one of them, in a way that is worth telling. */
bool explanation_rule_matches(const struct explanation_rule *rule);
bool explanation_rule_almost_matches(const struct explanation_rule *rule);

/* Find out whether this account may use this bridge. Both must outlive the explanation. */
void explanation_make(struct explanation *explanation, const struct account *account, const char *bridge,
                      bool with_all_rules);

void explanation_free(struct explanation *explanation);
