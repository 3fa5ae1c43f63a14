/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "account.h"
#include "bridges.h"
#include "escape.h"
#include "json.h"
#include "memory.h"
#include "message.h"
#include "problem.h"
#include "refusal.h"
#include "rule.h"
#include "rule_index.h"
#include "sudo_note.h"
#include "tap_record.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum {
    LIST_DONE = 0,
    LIST_ERROR = 2,
};

struct entry {
    char *name;
    char *options;
    char *used;                        /* "2 of 3 used"; NULL without a limit, or if it is unknown */
    char *refusal;                     /* why vmnet-helper refuses it; NULL: it does not */
    struct vmnetacl_decision decision; /* its strings live as long as the policy */
    struct bridge bridge;
    size_t used_count; /* where used is not NULL */
};

struct entries {
    struct entry *items;
    size_t count;
    const struct account *account;
    const struct vmnetacl_policy *policy;
    struct helper_file helper;
    struct interfaces interfaces;
};

/* How many of the taps that a limit allows there are, as vmnet-helper counts them. */
static void count_used(const struct entries *entries, struct entry *entry)
{
    uint32_t limit = entry->decision.grant.limit;

    if (limit == 0 || !entry->bridge.is_bridge)
        return;
    entry->used_count =
        tap_numbers_count(&entries->interfaces, entries->account->caller.uid, entry->bridge.interface->index);
    entry->used = memory_format("%zu of %u used", entry->used_count, (unsigned)limit);
}

static bool entries_visit(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    struct entries *entries = data;
    struct entry *entry;

    entries->items = memory_grow(entries->items, entries->count, sizeof *entries->items);
    entry = &entries->items[entries->count++];
    *entry = (struct entry){.name = memory_copy(bridge), .decision = *decision};
    entry->options = rule_options_text(&decision->grant);
    bridge_look(&entry->bridge, &entries->interfaces, bridge);
    count_used(entries, entry);
    entry->refusal =
        refusal_find(&entries->helper, entries->policy, &decision->grant,
                     refusal_needs_names(entries->policy, &entries->account->caller, bridge), &entry->bridge, bridge);
    return true;
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->items[i].name);
        free(entries->items[i].options);
        free(entries->items[i].used);
        free(entries->items[i].refusal);
    }
    free(entries->items);
    helper_file_free(&entries->helper);
    interfaces_free(&entries->interfaces);
}

static const char *state_of(const struct bridge *bridge)
{
    if (!bridge->is_known)
        return "unknown";
    if (!bridge->exists)
        return "absent";
    if (!bridge->is_bridge)
        return "no-bridge";
    return bridge->is_up ? "up" : "down";
}

static enum style style_of(const struct bridge *bridge)
{
    return bridge->is_bridge && bridge->is_up ? STYLE_GOOD : STYLE_DOUBT;
}

static void print_table(const struct entries *entries, const struct account *account, bool is_whole)
{
    char *who = account_describe(account);

    if (entries->count == 0 && is_whole)
        (void)printf("%s may not use any bridge; 'vmnetctl explain NAME' shows why.\n", who);
    if (entries->count > 0)
        (void)printf("%s%-*s  %-9s  %-16s  %s%s\n", terminal_style(STYLE_STRONG), VMNETACL_NAME_MAX, "BRIDGE", "STATE",
                     "OPTIONS", "RULE", terminal_style(STYLE_PLAIN));
    free(who);
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        char *name = escape_copy(entry->name, strlen(entry->name));
        char *options = memory_format("%s%s%s", entry->options == NULL ? "-" : entry->options,
                                      entry->used == NULL ? "" : ", ", entry->used == NULL ? "" : entry->used);
        (void)printf("%-*s  %s%-9s%s  %-16s  ", VMNETACL_NAME_MAX, name, terminal_style(style_of(&entry->bridge)),
                     state_of(&entry->bridge), terminal_style(STYLE_PLAIN), options);
        problem_print_place(stdout, entry->decision.rule.file, entry->decision.rule.line, 0);
        (void)fputc('\n', stdout); /* main() checks ferror(3) */
        free(options);
        free(name);
    }
}

/* For programs that read lines: the same, with a tab between two columns. */
static void print_columns(const struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->items[i];
        escape_print(stdout, entry->name, strlen(entry->name));
        (void)printf("\t%s\t%s\t", state_of(&entry->bridge), entry->options == NULL ? "-" : entry->options);
        problem_print_place(stdout, entry->decision.rule.file, entry->decision.rule.line, 0);
        (void)printf("\t%s\n", entry->used == NULL ? "-" : entry->used); /* as above */
    }
}

static void write_entry(struct json_answer *answer, const struct entry *entry, const struct vmnetacl_rule *rule)
{
    json_t *object = json_object();

    json_put(object, "name", json_escaped(entry->name));
    json_put(object, "state", json_string(state_of(&entry->bridge)));
    json_put(object, "options", json_grant(&entry->decision.grant));
    json_put(object, "used", entry->used == NULL ? json_null() : json_integer((json_int_t)entry->used_count));
    json_put(object, "degraded", json_boolean(entry->decision.degraded));
    json_put(object, "helper_grants", json_boolean(entry->refusal == NULL));
    json_put(object, "helper_refusal", json_escaped(entry->refusal));
    json_put(object, "rule", json_rule(rule));
    json_write(answer, NULL, object);
}

/* policy: NULL when it could not be loaded; there are no entries then. error: NULL when there is none. */
static void print_json(const struct entries *entries, const struct vmnetacl_policy *policy,
                       const struct account *account, const struct vmnetacl_error *error)
{
    struct json_answer answer;
    struct rule_index rules = {.tree = NULL};

    for (size_t i = 0; i < entries->count; i++)
        rule_index_add(&rules, &entries->items[i].decision.rule);
    rule_index_fill(&rules, policy);
    json_begin(&answer, "list");
    json_write(&answer, "user", json_account(account));
    json_write(&answer, "error", json_error(error));
    json_open_array(&answer, "bridges");
    for (size_t i = 0; i < entries->count; i++)
        write_entry(&answer, &entries->items[i], rule_index_at(&rules, &entries->items[i].decision.rule));
    json_close_array(&answer);
    json_end(&answer);
    rule_index_free(&rules);
}

/* Returns whether there is a verdict on every bridge; if not, error says why. */
static bool entries_collect(struct entries *entries, struct vmnetacl_policy **policy, const struct account *account,
                            struct vmnetacl_error *error)
{
    struct vmnetacl_names *names = NULL;
    const char **existing = NULL;
    size_t existing_count = 0;
    enum vmnetacl_status status = vmnetacl_load(policy, error);

    if (status != VMNETACL_OK)
        return false;
    /* If a lookup fails, names is NULL, and names are looked up for each bridge, as vmnet-helper does. */
    (void)vmnetacl_resolve(*policy, &account->caller, NULL, 0, &names, NULL);
    interfaces_read(&entries->interfaces);
    helper_file_look(&entries->helper, account, true);
    entries->account = account;
    entries->policy = *policy;
    bridges_list(&entries->interfaces, &existing, &existing_count);
    status =
        vmnetacl_enumerate(*policy, &account->caller, names, existing, existing_count, entries_visit, entries, error);
    free(existing);
    vmnetacl_names_free(names);
    if (status == VMNETACL_INVALID)
        die(EX_SOFTWARE, "the library rejected its arguments; this is a bug");
    return status == VMNETACL_OK;
}

static int list_run(const struct options *options)
{
    struct vmnetacl_policy *policy = NULL;
    struct vmnetacl_error error;
    struct entries entries = {.items = NULL};
    struct account account;
    bool is_whole;

    account_choose(&account, options->user, options->uid); /* what is unknown about another user, explain says */
    sudo_note(options, "list", NULL);
    is_whole = entries_collect(&entries, &policy, &account, &error);
    if (options->json)
        print_json(&entries, policy, &account, is_whole ? NULL : &error);
    else if (terminal_is_there())
        print_table(&entries, &account, is_whole);
    else
        print_columns(&entries);
    if (!is_whole && !options->json) {
        (void)fflush(stdout); /* main() checks ferror(3) */
        (void)fputs("vmnetctl: the rules give no answer: ", stderr);
        problem_print(stderr, &error);
        (void)fputs("\n", stderr);
    }
    entries_free(&entries);
    vmnetacl_free(policy);
    account_free(&account);
    return is_whole ? LIST_DONE : LIST_ERROR;
}

const struct command list_command = {
    .name = "list",
    .options = OPTION_JSON | OPTION_UID | OPTION_USER,
    .files_max = 0,
    .run = list_run,
    .help = "Usage: vmnetctl list [--user NAME | --uid N] [--json]\n"
            "List the bridges that you or another user may use.\n"
            "\n"
            "  -u, --user NAME    ask for this user, as if the user logged in now\n"
            "  --uid N            ask for the user with this id, who need not have an account\n"
            "  --json             print one JSON object\n"
            "\n"
            "The columns are the bridge, its state (up, down, absent, no-bridge or unknown), the options\n"
            "of the rule, with how many of the taps that a limit allows are used, and the rule. If the output\n"
            "is not a terminal, a tab separates the columns, and what is used is the last one.\n"
            "\n"
            "Exits 0, or 2 if the rules give no answer for some bridges. The others are then listed.\n",
};
