/* SPDX-License-Identifier: MIT */
/* Errors of stdout are checked once, with ferror(3) in main(). */
#include "rules_command.h"

#include "escape.h"
#include "json.h"
#include "message.h"
#include "policy_errors.h"
#include "problem.h"
#include "rule.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_rules(struct vmnetacl_rules *rules)
{
    const struct vmnetacl_rule *rule;

    while ((rule = vmnetacl_rules_next(rules)) != NULL) {
        problem_print_place(stdout, rule->place.file, rule->place.line, rule->place.column);
        (void)fputs(": ", stdout);
        escape_print(stdout, rule->text, strlen(rule->text));
        (void)fputs("\n", stdout);
    }
}

static void write_rules(struct vmnetacl_rules *rules, const struct policy_errors *errors)
{
    const struct vmnetacl_rule *rule;
    struct json_answer answer;

    json_begin(&answer, "rules");
    policy_errors_write(errors, &answer);
    json_open_array(&answer, "rules");
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        json_write(&answer, NULL, json_rule(rule));
    json_close_array(&answer);
    json_end(&answer);
}

static int rules_run(const struct options *options)
{
    struct policy_errors errors;
    struct vmnetacl_policy *policy = policy_errors_load(&errors);
    struct vmnetacl_rules *rules = policy == NULL ? NULL : rules_open(policy);
    int status;

    if (options->json)
        write_rules(rules, &errors);
    else
        print_rules(rules);
    status = policy_errors_report(&errors, options->json);
    vmnetacl_rules_close(rules);
    policy_errors_free(&errors);
    vmnetacl_free(policy);
    return status;
}

const struct command rules_command = {
    .name = "rules",
    .options = OPTION_JSON,
    .files_max = 0,
    .run = rules_run,
    .help = "Usage: vmnetctl rules [--json]\n"
            "Show every rule, in the order in which they are asked, with its place.\n"
            "\n"
            "  --json    print one JSON object\n"
            "\n"
            "Exits 0, or 2 if the rules of some source cannot be read. Those of the others are then shown.\n",
};
