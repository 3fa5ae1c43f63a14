/* SPDX-License-Identifier: MIT */
/*
 * The library reads the rules, so both agree on what is a rule. The lines between the rules are comments, empty lines
 * and includes.
 */
#include "convert_qemu.h"

#include "memory.h"
#include "message.h"
#include "problem.h"
#include "rule.h"
#include "rules_out.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The library shows the rules in the order of the lines. */
struct conversion {
    const struct text *text;
    struct text_line line; /* the next to convert */
    bool is_whole;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\f';
}

/* A line without a rule. */
static void convert_other(struct conversion *conversion)
{
    const char *text = conversion->text->bytes + conversion->line.offset;
    size_t len = conversion->line.len;

    while (len > 0 && is_blank(text[len - 1]))
        len--;
    while (len > 0 && is_blank(*text)) {
        text++;
        len--;
    }
    if (len == 0) {
        rules_out_blank();
    } else if (*text == '#') {
        rules_out_comment(text, len);
    } else {
        rules_out_note(conversion->line.number, text, len,
                       "rules have no includes; convert the included file, and if only a user or a group may read it, "
                       "replace 'all' in its rules by that user or group");
        conversion->is_whole = false;
    }
}

/* Convert the lines before this one; 0: all that are left. Returns whether there is such a line. */
static bool convert_until(struct conversion *conversion, unsigned number)
{
    while (text_measure(conversion->text, &conversion->line)) {
        if (conversion->line.number == number)
            return true;
        convert_other(conversion);
        text_next(&conversion->line);
    }
    return false;
}

/*
 * A name with a star is one name in bridge.conf, and a pattern in a rule. An allow must not allow more, so it is left
 * out. A deny must not deny less, so it becomes a deny of all names with the same beginning.
 */
static void convert_star(struct conversion *conversion, const struct vmnetacl_rule *rule)
{
    const char *text = conversion->text->bytes + conversion->line.offset;
    size_t prefix_len = strcspn(rule->bridge, "*");
    char *line;

    conversion->is_whole = false;
    if (!rule->is_deny) {
        rules_out_note(conversion->line.number, text, conversion->line.len,
                       "a rule cannot allow only the one name that has a '*' in it");
        return;
    }
    rules_out_note(conversion->line.number, text, conversion->line.len,
                   "a rule cannot deny only the one name that has a '*' in it; the next rule denies more");
    line = prefix_len == 0 ? memory_copy("deny all bridge all")
                           : memory_format("deny all bridge %.*s*", (int)prefix_len, rule->bridge);
    rules_out_rule(line);
    free(line);
}

static void convert_rule(struct conversion *conversion, const struct vmnetacl_rule *rule)
{
    char *line = memory_format("%s all bridge %s", rule->is_deny ? "deny" : "allow", rule->bridge);

    if (!convert_until(conversion, rule->place.line))
        die(EX_SOFTWARE, "line %u has a rule, but was not found; this is a bug", rule->place.line);
    if (strchr(rule->bridge, '*') != NULL)
        convert_star(conversion, rule);
    else if (rule_is_about("files", line, rule->is_pattern ? NULL : rule->bridge))
        rules_out_rule(line);
    else
        die(EX_SOFTWARE, "line %u has no valid rule as its equivalent; this is a bug", rule->place.line);
    text_next(&conversion->line);
    free(line);
}

bool convert_qemu(const struct text *text, const char *path)
{
    const struct vmnetacl_buffer buffer = {.source = "qemu",
                                           .path = path,
                                           .text = text->bytes == NULL ? "" : text->bytes,
                                           .text_len = text->len};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct conversion conversion = {.text = text, .line = {.number = 1}, .is_whole = true};
    struct vmnetacl_policy *policy;
    struct vmnetacl_source source;
    struct vmnetacl_rules *rules;
    const struct vmnetacl_rule *rule;

    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        die(EX_TEMPFAIL, "out of memory; try again"); /* no other failure is possible */
    for (size_t i = 0; vmnetacl_source_at(policy, i, &source); i++)
        if (source.error != NULL) {
            (void)fputs("vmnetctl: ", stderr); /* an error on stderr cannot be reported */
            problem_print(stderr, source.error);
            (void)fprintf(stderr, "; nothing was converted\n"); /* as above */
            exit(2);
        }
    rules_out_head(path);
    rules = rules_open(policy);
    while ((rule = vmnetacl_rules_next(rules)) != NULL)
        convert_rule(&conversion, rule);
    vmnetacl_rules_close(rules);
    (void)convert_until(&conversion, 0); /* false: there is no line 0 */
    vmnetacl_free(policy);
    return conversion.is_whole;
}
