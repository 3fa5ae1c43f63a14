/* SPDX-License-Identifier: MIT */
/*
 * Who may use a bridge: each allow for it, and the denies that take from it. No name is looked up, so the members of a
 * group are not listed, and a deny counts unless it is certainly about other users. Errors of stdout are checked once,
 * with ferror(3) in main().
 */
#include "who.h"

#include "escape.h"
#include "json.h"
#include "memory.h"
#include "message.h"
#include "policy_errors.h"
#include "problem.h"
#include "rule.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* How many denies are shown below one allow without --all. */
#define DENIES_MAX 10

/* A deny, and copies of what its rule points to, but for the place. */
struct deny {
    struct vmnetacl_rule rule;
    char *account;
    char *bridge;
    char *text;
};

/* The denies for the bridge. */
struct denies {
    struct deny *items;
    size_t count;
};

static bool is_about(const struct vmnetacl_rule *rule, const char *bridge)
{
    size_t beginning_len = strlen(rule->bridge);

    if (!rule->is_pattern)
        return strcmp(rule->bridge, bridge) == 0;
    return strcmp(rule->bridge, "all") == 0 || strncmp(rule->bridge, bridge, beginning_len - 1) == 0; /* but the star */
}

/* Two names, or two ids, are two users. A group has any members, and a name any id. */
static bool can_take_from(const struct vmnetacl_rule *deny, const struct vmnetacl_rule *allow)
{
    if (deny->subject != allow->subject)
        return true;
    if (deny->subject == VMNETACL_SUBJECT_UID)
        return deny->id == allow->id;
    return deny->subject != VMNETACL_SUBJECT_USER || strcmp(deny->account, allow->account) == 0;
}

static void denies_collect(struct denies *denies, const struct vmnetacl_policy *policy, const char *bridge)
{
    struct vmnetacl_rules *rules = rules_open(policy);
    const struct vmnetacl_rule *rule;

    while ((rule = vmnetacl_rules_next(rules)) != NULL) {
        struct deny deny = {.rule = *rule};
        if (!rule->is_deny || !is_about(rule, bridge))
            continue;
        deny.rule.account = deny.account = memory_copy(rule->account);
        deny.rule.bridge = deny.bridge = memory_copy(rule->bridge);
        deny.rule.text = deny.text = memory_copy(rule->text);
        denies->items = memory_grow(denies->items, denies->count, sizeof *denies->items);
        denies->items[denies->count++] = deny;
    }
    vmnetacl_rules_close(rules);
}

static void denies_free(struct denies *denies)
{
    for (size_t i = 0; i < denies->count; i++) {
        free(denies->items[i].account);
        free(denies->items[i].bridge);
        free(denies->items[i].text);
    }
    free(denies->items);
}

/* The users that a rule is for, in words, to be freed. */
static char *describe(const struct vmnetacl_rule *rule)
{
    char *name = rule->account == NULL ? NULL : escape_copy(rule->account, strlen(rule->account));
    char *text = NULL;

    switch (rule->subject) {
    case VMNETACL_SUBJECT_ALL:
        text = memory_copy("every user");
        break;
    case VMNETACL_SUBJECT_USER:
        text = memory_format("user %s", name);
        break;
    case VMNETACL_SUBJECT_UID:
        text = memory_format("uid %u", (unsigned)rule->id);
        break;
    case VMNETACL_SUBJECT_GROUP:
        text = memory_format("members of group %s", name);
        break;
    case VMNETACL_SUBJECT_GID:
        text = memory_format("members of gid %u", (unsigned)rule->id);
        break;
    }
    free(name);
    return text;
}

static void print_place(const struct vmnetacl_rule *rule)
{
    problem_print_place(stdout, rule->place.file, rule->place.line, rule->place.column);
    (void)fputs(": ", stdout);
    escape_print(stdout, rule->text, strlen(rule->text));
    (void)fputs("\n", stdout);
}

static void print_allow(const struct vmnetacl_rule *allow, const struct denies *denies, bool with_all)
{
    char *who = describe(allow);
    char *options = rule_options_text(&allow->grant);
    size_t count = 0;

    (void)printf("%s%s%s%s%s%s\n  ", terminal_style(STYLE_STRONG), who, terminal_style(STYLE_PLAIN),
                 options == NULL ? "" : " (", options == NULL ? "" : options, options == NULL ? "" : ")");
    print_place(allow);
    for (size_t i = 0; i < denies->count; i++) {
        if (!can_take_from(&denies->items[i].rule, allow) || (count++ >= DENIES_MAX && !with_all))
            continue;
        (void)fputs("  but not, if both match: ", stdout);
        print_place(&denies->items[i].rule);
    }
    if (count > DENIES_MAX && !with_all)
        (void)printf("  and %zu more; --all shows them\n", count - DENIES_MAX);
    free(options);
    free(who);
}

static void print_who(struct vmnetacl_rules *rules, const struct denies *denies, const struct options *options)
{
    const char *bridge = options->files[0];
    const struct vmnetacl_rule *rule;
    bool is_empty = true;

    while ((rule = vmnetacl_rules_next(rules)) != NULL) {
        if (rule->is_deny || !is_about(rule, bridge))
            continue;
        print_allow(rule, denies, options->all);
        is_empty = false;
    }
    if (!is_empty)
        return;
    (void)fputs("no rule allows anybody to use bridge '", stdout);
    escape_print(stdout, bridge, strlen(bridge));
    (void)fputs("'\n", stdout);
}

static void write_allow(struct json_answer *answer, const struct vmnetacl_rule *allow, const struct denies *denies)
{
    char *who = describe(allow);

    json_open_object(answer, NULL);
    json_write(answer, "who", json_string(who));
    json_write(answer, "rule", json_rule(allow));
    json_open_array(answer, "denies");
    for (size_t i = 0; i < denies->count; i++)
        if (can_take_from(&denies->items[i].rule, allow))
            json_write(answer, NULL, json_rule(&denies->items[i].rule));
    json_close_array(answer);
    json_close_object(answer);
    free(who);
}

static void write_who(struct vmnetacl_rules *rules, const struct denies *denies, const struct policy_errors *errors,
                      const char *bridge)
{
    const struct vmnetacl_rule *rule;
    struct json_answer answer;

    json_begin(&answer, "who");
    json_write(&answer, "bridge", json_escaped(bridge));
    policy_errors_write(errors, &answer);
    json_open_array(&answer, "allows");
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        if (!rule->is_deny && is_about(rule, bridge))
            write_allow(&answer, rule, denies);
    json_close_array(&answer);
    json_end(&answer);
}

static int who_run(const struct options *options)
{
    struct policy_errors errors;
    struct denies denies = {.items = NULL};
    struct vmnetacl_policy *policy;
    struct vmnetacl_rules *rules = NULL;
    int status;

    if (options->files_count == 0)
        die(EX_USAGE, "missing bridge; see 'vmnetctl who --help'");
    if (!vmnetacl_name_valid(options->files[0], strlen(options->files[0])))
        die(EX_USAGE, "'%s' is not a valid name of an interface; 'ip link show type bridge' lists the bridges",
            options->files[0]);
    policy = policy_errors_load(&errors);
    if (policy != NULL) {
        denies_collect(&denies, policy, options->files[0]);
        rules = rules_open(policy);
    }
    if (options->json)
        write_who(rules, &denies, &errors, options->files[0]);
    else
        print_who(rules, &denies, options);
    status = policy_errors_report(&errors, options->json);
    vmnetacl_rules_close(rules);
    denies_free(&denies);
    policy_errors_free(&errors);
    vmnetacl_free(policy);
    return status;
}

const struct command who_command = {
    .name = "who",
    .options = OPTION_ALL | OPTION_JSON,
    .files_max = 1,
    .run = who_run,
    .help = "Usage: vmnetctl who BRIDGE [--all] [--json]\n"
            "Show who may use a bridge: each rule that allows it, and the denies that take from that rule.\n"
            "\n"
            "  --all     show all denies below each rule, not only the first ten\n"
            "  --json    print one JSON object\n"
            "\n"
            "No names are looked up: 'vmnetctl explain BRIDGE --user NAME' decides about one user.\n"
            "Exits 0, or 2 if the rules of some source cannot be read.\n",
};
