/* SPDX-License-Identifier: MIT */
#include "option.h"

#include "error.h"

static uint32_t get_value(const struct vmnetacl_grant *grant, const struct option *option)
{
    uint32_t value;

    memcpy(&value, (const char *)grant + option->offset, sizeof value);
    return value;
}

static void set_value(struct vmnetacl_grant *grant, const struct option *option, uint32_t value)
{
    memcpy((char *)grant + option->offset, &value, sizeof value);
}

static enum vmnetacl_status fail_unknown(const struct parser *parser, const struct token *token)
{
    (void)parser_fail(parser, token->at, VMNETACL_CODE_OPTION_UNKNOWN, "unknown option '%.*s'; expected ",
                      token_shown_len(token), token->at); /* the message is not complete yet */
    for (size_t i = 0; i < option_table_len; i++)
        error_append(parser->error, "%s%s%s%s", i == 0 ? "" : ", ", option_table[i].name,
                     option_table[i].value != NULL ? " " : "",
                     option_table[i].value != NULL ? option_table[i].value : "");
    error_append(parser->error, "; a comment needs a line of its own");
    return error_status(parser->error);
}

static enum vmnetacl_status parse_option(struct parser *parser, bool is_deny, struct vmnetacl_grant *grant)
{
    struct token token = token_take(&parser->line);
    const struct option *option = option_table;
    enum vmnetacl_status status = VMNETACL_OK;
    uint32_t value;

    while (option < option_table + option_table_len && !token_is(&token, option->name))
        option++;
    if (option == option_table + option_table_len)
        return fail_unknown(parser, &token);
    if (is_deny)
        return parser_fail(parser, token.at, VMNETACL_CODE_OPTION_DENY, "a deny takes no option; remove it");
    if ((grant->options & option->bit) != 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_OPTION_REPEATED, "duplicate option '%s'; remove one",
                           option->name);
    if (option->value != NULL) {
        status = parser_take_number(parser, option->min, option->max, &value);
        if (status == VMNETACL_OK)
            set_value(grant, option, value);
    }
    grant->options |= option->bit;
    return status;
}

enum vmnetacl_status options_parse(struct parser *parser, bool is_deny, struct vmnetacl_grant *grant)
{
    enum vmnetacl_status status = VMNETACL_OK;

    grant->options = 0;
    while (status == VMNETACL_OK && !line_is_empty(&parser->line))
        status = parse_option(parser, is_deny, grant);
    return status;
}

char *options_put(char *to, const struct vmnetacl_grant *grant)
{
    memcpy(to, &grant->options, sizeof grant->options);
    to += sizeof grant->options;
    for (size_t i = 0; i < option_table_len; i++) {
        uint32_t value = get_value(grant, &option_table[i]);
        if ((grant->options & option_table[i].bit) == 0 || option_table[i].value == NULL)
            continue;
        memcpy(to, &value, sizeof value);
        to += sizeof value;
    }
    return to;
}

const char *options_take(const char *from, struct vmnetacl_grant *grant)
{
    memcpy(&grant->options, from, sizeof grant->options);
    from += sizeof grant->options;
    for (size_t i = 0; i < option_table_len; i++) {
        uint32_t value;
        if ((grant->options & option_table[i].bit) == 0 || option_table[i].value == NULL)
            continue;
        memcpy(&value, from, sizeof value);
        from += sizeof value;
        set_value(grant, &option_table[i], value);
    }
    return from;
}

struct vmnetacl_grant options_grant(const struct vmnetacl_grant *grant)
{
    struct vmnetacl_grant whole = {.options = grant->options};

    for (size_t i = 0; i < option_table_len; i++)
        if ((grant->options & option_table[i].bit) != 0 && option_table[i].value != NULL)
            set_value(&whole, &option_table[i], get_value(grant, &option_table[i]));
    return whole;
}

const struct vmnetacl_error *options_find_unenforced(const struct vmnetacl_grant *grant, uint32_t enforced)
{
    for (size_t i = 0; i < option_table_len; i++)
        if ((grant->options & ~enforced & option_table[i].bit) != 0)
            return &option_table[i].unenforced;
    return NULL;
}

bool vmnetacl_option_at(const struct vmnetacl_grant *grant, size_t index, struct vmnetacl_option *option)
{
    for (size_t i = 0; grant != NULL && i < option_table_len; i++) {
        if ((grant->options & option_table[i].bit) == 0 || index-- > 0)
            continue;
        *option =
            (struct vmnetacl_option){.name = option_table[i].name,
                                     .bit = option_table[i].bit,
                                     .has_number = option_table[i].value != NULL,
                                     .number = option_table[i].value != NULL ? get_value(grant, &option_table[i]) : 0};
        return true;
    }
    return false;
}
