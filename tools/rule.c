/* SPDX-License-Identifier: MIT */
#include "rule.h"

#include "message.h"
#include "vmnetacl.h"

#include <string.h>
#include <sysexits.h>

struct reading {
    const char *bridge;
    unsigned rules_count;
    bool is_about;
};

static void reading_visit(const struct vmnetacl_rule *rule, void *data)
{
    struct reading *reading = data;

    reading->rules_count++;
    reading->is_about = reading->bridge == NULL || (!rule->is_pattern && strcmp(rule->bridge, reading->bridge) == 0);
}

bool rule_is_about(const char *source, const char *line, const char *bridge)
{
    const struct vmnetacl_buffer buffer = {.source = source,
                                           .path = "/proposed",
                                           .text = line,
                                           .text_len = strlen(line)};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct reading reading = {.bridge = bridge};
    struct vmnetacl_policy *policy;
    struct vmnetacl_source found;
    bool is_valid = true;

    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        die(EX_TEMPFAIL, "no memory left; try again"); /* nothing else can be wrong with it */
    for (size_t i = 0; vmnetacl_source_at(policy, i, &found); i++)
        is_valid = is_valid && (found.status == VMNETACL_OK || found.status == VMNETACL_NOTFOUND);
    (void)vmnetacl_rules(policy, reading_visit, &reading); /* never INVALID: the arguments are there */
    vmnetacl_free(policy);
    return is_valid && reading.rules_count == 1 && reading.is_about;
}
