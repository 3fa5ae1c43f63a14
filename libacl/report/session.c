/* SPDX-License-Identifier: MIT */
/*
 * A deny for a group counts for whoever the user database has in the group: so this asks for the verdict of rules that
 * deny each of them, and what holds for names in rules holds here, too.
 */
#include "session.h"

#include "rule_text.h"

/* Append the rule as a deny of every bridge, in a line of its own. */
static size_t put_deny(char *at, const struct rule *rule)
{
    static const struct loaded_source source = {.entry.source = &source_files};
    static const struct rule_file no_file = {.path = NULL};
    const struct rule deny = {.is_deny = true,
                              .subject = rule->subject,
                              .id = rule->id,
                              .account = rule->account,
                              .account_len = rule->account_len};
    struct vmnetacl_rule shown;
    struct rule_text text;
    size_t len;

    rule_show(&source, &no_file, &deny, &text, &shown);
    len = strlen(text.text);
    memcpy(at, text.text, len);
    at[len] = '\n';
    return len + 1;
}

/* The verdict on these rules, of which each is a line: the index of the line that denies, or count. */
static size_t find_denied(const struct vmnetacl_caller *caller, const char *text, size_t text_len, size_t count)
{
    const struct vmnetacl_buffer buffer = {.source = source_files.name,
                                           .path = "/groups",
                                           .text = text,
                                           .text_len = text_len};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;
    size_t found = count;

    if (vmnetacl_load_from(&origin, &policy, NULL) != VMNETACL_OK)
        return count;
    if (vmnetacl_authorize(policy, caller, "any", 0, &decision, NULL) == VMNETACL_DENY)
        found = decision.rule.line - 1;
    vmnetacl_free(policy);
    return found;
}

size_t session_find_group(const struct vmnetacl_caller *caller, const struct rule *rules, size_t count)
{
    char text[SESSION_GROUPS_MAX * (VMNETACL_LINE_MAX + 1)];
    size_t text_len = 0;

    for (size_t i = 0; i < count; i++)
        text_len += put_deny(text + text_len, &rules[i]);
    return count > 0 ? find_denied(caller, text, text_len, count) : count;
}
