/* SPDX-License-Identifier: MIT */
/* The input is a file of rules.d. Each line is taken once, each reported place is in its line, each rule is valid. */
#include "fuzz.h"
#include "rule_parse.h"

#include <string.h>

static bool is_within(const char *part, size_t part_len, const char *line, size_t line_len)
{
    return part >= line && part_len <= line_len && part + part_len <= line + line_len;
}

static bool is_same_grant(const struct vmnetacl_grant *a, const struct vmnetacl_grant *b)
{
    const struct vmnetacl_grant whole_a = options_grant(a);
    const struct vmnetacl_grant whole_b = options_grant(b);

    return memcmp(&whole_a, &whole_b, sizeof whole_a) == 0;
}

/* Each value is within its bounds, and what it is shown as is read as the same. */
static void check_grant(const struct vmnetacl_grant *given)
{
    const struct vmnetacl_grant grant = options_grant(given);
    char text[VMNETACL_LINE_MAX + 1] = "allow all bridge b";
    struct vmnetacl_option option;
    struct vmnetacl_error error;
    struct lines lines;
    struct rule rule;
    bool is_rule;

    HOLDS((grant.limit != 0) == ((grant.options & VMNETACL_OPTION_LIMIT) != 0) && grant.limit <= VMNETACL_LIMIT_MAX);
    HOLDS((grant.vlan != 0) == ((grant.options & VMNETACL_OPTION_VLAN) != 0) && grant.vlan <= VMNETACL_VLAN_MAX);
    HOLDS((grant.mac[0] & 1) == 0);
    HOLDS((grant.tap[0] != '\0') == ((grant.options & VMNETACL_OPTION_TAP) != 0));
    HOLDS(memchr(grant.tap, '\0', sizeof grant.tap) != NULL);
    for (size_t i = 0; vmnetacl_option_at(&grant, i, &option); i++) {
        strcat(strcat(text, " "), option.name);
        if (option.value[0] != '\0')
            strcat(strcat(text, " "), option.value);
    }
    lines_start(&lines, "/f", text, strlen(text));
    HOLDS(rule_parse_line(&lines, &is_rule, &rule, &error) == VMNETACL_OK && is_rule);
    HOLDS(is_same_grant(&rule.grant, &grant));
}

static void check_rule(const char *line, size_t line_len, const struct rule *rule)
{
    bool has_account = rule->subject == VMNETACL_SUBJECT_USER || rule->subject == VMNETACL_SUBJECT_GROUP;
    bool has_id = rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID;

    HOLDS(line_len <= VMNETACL_LINE_MAX && memchr(line, '\0', line_len) == NULL);
    HOLDS(rule->place.column >= 1 && rule->place.column <= line_len);
    HOLDS(line[rule->place.column - 1] == (rule->is_deny ? 'd' : 'a'));
    HOLDS(has_account ? rule->account_len >= 1 && rule->account_len <= VMNETACL_ACCOUNT_MAX : rule->account == NULL);
    HOLDS(!has_account || is_within(rule->account, rule->account_len, line, line_len));
    for (size_t i = 0; i < rule->account_len; i++)
        HOLDS((unsigned char)rule->account[i] > ' ' && strchr(":,\x7f", rule->account[i]) == NULL);
    HOLDS(rule->id == 0 || (has_id && rule->id != UINT32_MAX));
    HOLDS(rule->grant.options == 0 || !rule->is_deny);
    check_grant(&rule->grant);
    if (rule->name_len == 0) {
        HOLDS(!rule->is_pattern);
        return;
    }
    HOLDS(is_within(rule->name, rule->name_len, line, line_len) && rule->name_len <= VMNETACL_NAME_MAX);
    HOLDS(memchr(rule->name, '*', rule->name_len) == NULL);
    HOLDS(rule->is_pattern || vmnetacl_name_valid(rule->name, rule->name_len));
    HOLDS(!rule->is_pattern || is_within(rule->name, rule->name_len + 1, line, line_len));
    HOLDS(!rule->is_pattern || rule->name[rule->name_len] == '*');
}

/* What a line says when it is the only one, in memory of just its size. */
static void check_alone(const char *line, size_t line_len, bool was_rule, const struct rule *want)
{
    char *copy = malloc(line_len);
    struct lines lines;
    struct rule rule;
    struct vmnetacl_error error;
    bool is_rule;

    HOLDS(copy != NULL);
    memcpy(copy, line, line_len);
    lines_start(&lines, "/f", copy, line_len);
    HOLDS(rule_parse_line(&lines, &is_rule, &rule, &error) == VMNETACL_OK && lines_at_end(&lines));
    HOLDS(is_rule == was_rule);
    HOLDS(!is_rule || (rule.is_deny == want->is_deny && rule.subject == want->subject && rule.id == want->id &&
                       is_same_grant(&rule.grant, &want->grant) && rule.is_pattern == want->is_pattern &&
                       rule.account_len == want->account_len && rule.name_len == want->name_len &&
                       rule.place.line == 1 && rule.place.column == want->place.column));
    free(copy);
}

static void check_error(const struct vmnetacl_error *error, unsigned line_number, size_t line_len)
{
    HOLDS(error->line == line_number && error->column >= 1 && error->column <= line_len + 1);
    HOLDS(vmnetacl_code_class(error->code) == VMNETACL_CLASS_LINE && error->system_errno == 0);
    HOLDS(error->message[0] != '\0' && strcmp(error->file, "/f") == 0);
    for (const char *at = error->message; *at != '\0'; at++)
        HOLDS(*at >= 0x20 && *at <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *expected = text; /* where the next line begins */
    struct lines lines;

    lines_start(&lines, "/f", text, size);
    for (unsigned number = 1; !lines_at_end(&lines); number++) {
        const char *newline = memchr(expected, '\n', (size_t)(text + size - expected));
        size_t line_len = (size_t)((newline != NULL ? newline : text + size) - expected);
        struct rule rule;
        struct vmnetacl_error error;
        bool is_rule = false;
        enum vmnetacl_status status = rule_parse_line(&lines, &is_rule, &rule, &error);
        HOLDS(status == VMNETACL_OK || status == VMNETACL_UNAVAIL);
        HOLDS(lines.next == expected + line_len + (newline != NULL) && lines.line == number);
        if (status == VMNETACL_OK && is_rule) {
            HOLDS(rule.place.line == number);
            check_rule(expected, line_len, &rule);
        } else if (status != VMNETACL_OK) {
            check_error(&error, number, line_len);
        }
        if (status == VMNETACL_OK && line_len > 0)
            check_alone(expected, line_len, is_rule, &rule);
        expected = lines.next; /* after an error, too: vmnetacl_lint() goes on there */
    }
    HOLDS(expected == text + size);
    return 0;
}
