/* SPDX-License-Identifier: MIT */
#include "rule.h"

#include "memory.h"
#include "message.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct vmnetacl_rules *rules_open(const struct vmnetacl_policy *policy)
{
    struct vmnetacl_rules *rules;

    if (vmnetacl_rules_open(policy, &rules) != VMNETACL_OK)
        die(EX_TEMPFAIL, "out of memory; try again");
    return rules;
}

char *rule_options_text(const struct vmnetacl_grant *grant)
{
    struct vmnetacl_option option;
    char *text = NULL;

    for (size_t i = 0; vmnetacl_option_at(grant, i, &option); i++) {
        char *longer = memory_format("%s%s%s%s%s", i > 0 ? text : "", i > 0 ? " " : "", option.name,
                                     option.value[0] != '\0' ? " " : "", option.value);
        free(text);
        text = longer;
    }
    return text;
}

bool rule_read(const char *source, const char *line, void (*visit)(const struct vmnetacl_rule *rule, void *data),
               void *data)
{
    const struct vmnetacl_buffer buffer = {.source = source,
                                           .path = "/proposed",
                                           .text = line,
                                           .text_len = strlen(line)};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_policy *policy;
    struct vmnetacl_source found;
    struct vmnetacl_rules *rules;
    bool is_valid = true;

    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        die(EX_TEMPFAIL, "out of memory; try again"); /* no other failure is possible */
    for (size_t i = 0; vmnetacl_source_at(policy, i, &found); i++)
        is_valid = is_valid && (found.status == VMNETACL_OK || found.status == VMNETACL_NOTFOUND);
    rules = rules_open(policy);
    is_valid = is_valid && vmnetacl_rules_next(rules) != NULL && vmnetacl_rules_next(rules) == NULL;
    vmnetacl_rules_close(rules);
    rules = rules_open(policy);
    if (is_valid)
        visit(vmnetacl_rules_next(rules), data);
    vmnetacl_rules_close(rules);
    vmnetacl_free(policy);
    return is_valid;
}

struct reading {
    const char *bridge;
    bool is_about;
};

static void reading_visit(const struct vmnetacl_rule *rule, void *data)
{
    struct reading *reading = data;

    reading->is_about = reading->bridge == NULL || (!rule->is_pattern && strcmp(rule->bridge, reading->bridge) == 0);
}

bool rule_is_about(const char *source, const char *line, const char *bridge)
{
    struct reading reading = {.bridge = bridge};

    return rule_read(source, line, reading_visit, &reading) && reading.is_about;
}
