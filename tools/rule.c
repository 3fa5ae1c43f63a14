/* SPDX-License-Identifier: MIT */
#include "rule.h"

#include "message.h"
#include "vmnetacl.h"

#include <string.h>
#include <sysexits.h>

static void count_rule(const struct vmnetacl_rule *rule, void *data)
{
    unsigned *count = data;

    (void)rule; /* they are only counted */
    (*count)++;
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
    unsigned count = 0;
    bool is_valid = true;

    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        die(EX_TEMPFAIL, "no memory left; try again"); /* nothing else can be wrong with it */
    for (size_t i = 0; vmnetacl_source_at(policy, i, &found); i++)
        is_valid = is_valid && (found.status == VMNETACL_OK || found.status == VMNETACL_NOTFOUND);
    (void)vmnetacl_rules(policy, count_rule, &count); /* here and below, never INVALID: the arguments are there */
    is_valid = is_valid && count == 1;
    if (is_valid)
        (void)vmnetacl_rules(policy, visit, data);
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
