/* SPDX-License-Identifier: MIT */
#include "check_others.h"

#include "account.h"
#include "file_privilege.h"
#include "memory.h"
#include "other_helpers.h"
#include "rule.h"
#include "stock_rules.h"

#include <stdlib.h>
#include <string.h>

/* What the helper allows, although a rule that it does not read denies it or allows it only with options. */
struct bypass {
    const struct stock_rules *stock;
    struct string_set allowed; /* the bridges of the helper's own rules */
    char **names;              /* the same */
    size_t names_count;
    struct vmnetacl_place place; /* of the first such rule */
    char *bridge;                /* that it is about; NULL: there is no such rule */
    char *options;               /* NULL: the rule is a deny */
};

static bool add_allowed(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    struct bypass *bypass = data;

    (void)decision;                                 /* each is an ALLOW */
    (void)string_set_add(&bypass->allowed, bridge); /* each comes once */
    bypass->names = memory_grow(bypass->names, bypass->names_count, sizeof *bypass->names);
    bypass->names[bypass->names_count++] = memory_copy(bridge);
    return true;
}

/* The first of the helper's bridges that the rule is about; NULL when it is about none of them. */
static const char *find_allowed(const struct bypass *bypass, const struct vmnetacl_rule *rule)
{
    size_t prefix_len = strcmp(rule->bridge, "all") == 0 ? 0 : strcspn(rule->bridge, "*");

    if (!rule->is_pattern)
        return string_set_has(&bypass->allowed, rule->bridge) ? rule->bridge : NULL;
    for (size_t i = 0; i < bypass->names_count; i++)
        if (strncmp(bypass->names[i], rule->bridge, prefix_len) == 0)
            return bypass->names[i];
    return NULL;
}

/* Takes the place of one that was found before. */
static void bypass_set(struct bypass *bypass, const struct vmnetacl_rule *rule, const char *bridge)
{
    free(bypass->bridge);
    free(bypass->options);
    bypass->bridge = memory_copy(bridge);
    bypass->options = rule_options_text(&rule->grant);
    bypass->place = rule->place;
}

/* The first deny; if there is none, the first allow with options. */
static void find_bypass(struct bypass *bypass)
{
    struct vmnetacl_rules *rules = rules_open(bypass->stock->whole);
    const struct vmnetacl_rule *rule;
    bool has_deny = false;

    while (!has_deny && (rule = vmnetacl_rules_next(rules)) != NULL) {
        const char *bridge = strcmp(rule->place.source, "files") == 0 ? find_allowed(bypass, rule) : NULL;
        has_deny = bridge != NULL && rule->is_deny;
        if (has_deny || (bridge != NULL && bypass->bridge == NULL && rule->grant.options != 0))
            bypass_set(bypass, rule, bridge);
    }
    vmnetacl_rules_close(rules);
}

static void bypass_free(struct bypass *bypass)
{
    for (size_t i = 0; i < bypass->names_count; i++)
        free(bypass->names[i]);
    free(bypass->names);
    string_set_free(&bypass->allowed);
    free(bypass->bridge);
    free(bypass->options);
}

/* The beginning of each message: what the helper is, and what it reads. To be freed. */
static char *describe(const struct other_helper *other)
{
    char *mode = file_describe_mode(&other->status, true);
    char *text = memory_format("%s (%s) is another helper with privilege, and reads only %s", other->path, mode,
                               other->bridge_conf != NULL ? other->bridge_conf : "its own rules");

    free(mode);
    return text;
}

/* Who may start the helper; to be freed. */
static char *describe_users(const struct other_helper *other)
{
    char *group;
    char *text;

    if ((other->status.st_mode & S_IXOTH) != 0)
        return memory_copy("every user");
    group = account_describe_group(other->status.st_gid, true);
    text = memory_format("each member of %s", group);
    free(group);
    return text;
}

static char *bypass_message(const struct bypass *bypass, const struct other_helper *other)
{
    char *users = describe_users(other);
    char *text;

    if (bypass->bridge == NULL)
        text = memory_format("it lets %s use '%s', although switch.conf excludes that file", users, bypass->names[0]);
    else if (bypass->options == NULL)
        text = memory_format("it lets %s use '%s', despite this deny", users, bypass->bridge);
    else
        text = memory_format("it lets %s use '%s' without '%s'", users, bypass->bridge, bypass->options);
    free(users);
    return text;
}

/* A warning, or a note if the helper allows nothing that the rules refuse. Takes ownership of cure and of what. */
static void report(struct findings *findings, const struct bypass *bypass, const struct other_helper *other,
                   bool is_known, char *what, char *cure)
{
    bool is_left_out = is_known && bypass->names_count > 0 && !bypass->stock->has_source;
    char *why;

    if (!is_known)
        why = memory_copy("users who start it are not bound by the rules in rules.d");
    else if (bypass->bridge != NULL || is_left_out)
        why = bypass_message(bypass, other);
    else
        why = memory_copy("at present it allows nothing that the other rules refuse");
    if (is_known && bypass->bridge == NULL && !is_left_out)
        findings_add_note(findings, "host", "helper-other", NULL, memory_format("%s: %s; %s", what, why, cure));
    else
        findings_add_warning(findings, "host", "helper-other", bypass->bridge != NULL ? &bypass->place : NULL, NULL,
                             memory_format("%s: %s; %s", what, why, cure));
    free(why);
    free(what);
    free(cure);
}

static void look_at(struct findings *findings, const struct other_helper *other, const struct interfaces *interfaces)
{
    struct stock_rules stock;
    struct bypass bypass = {.stock = &stock};
    struct account account;
    bool is_known = stock_rules_read(&stock, other->bridge_conf, interfaces);

    account_of_ids(&account);
    if (is_known) {
        stock_rules_visit(&stock, &account.caller, add_allowed, &bypass);
        find_bypass(&bypass);
    }
    report(findings, &bypass, other, is_known, describe(other), other_helper_cure(other));
    bypass_free(&bypass);
    account_free(&account);
    stock_rules_free(&stock);
}

void check_others(struct findings *findings)
{
    struct other_helpers others = {.items = NULL};
    struct interfaces interfaces;

    other_helpers_find(&others);
    interfaces_read(&interfaces);
    for (size_t i = 0; i < others.count; i++)
        look_at(findings, &others.items[i], &interfaces);
    interfaces_free(&interfaces);
    other_helpers_free(&others);
}
