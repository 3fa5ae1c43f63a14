/* SPDX-License-Identifier: MIT */
#include "option.h"

#include "error.h"

/* Where an option has its value in a grant. */
static char *value_in(struct vmnetacl_grant *grant, const struct option *option)
{
    return (char *)grant + option->offset;
}

static const char *value_of(const struct vmnetacl_grant *grant, const struct option *option)
{
    return (const char *)grant + option->offset;
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

    while (option < option_table + option_table_len && !token_is(&token, option->name))
        option++;
    if (option == option_table + option_table_len)
        return fail_unknown(parser, &token);
    if (is_deny)
        return parser_fail(parser, token.at, VMNETACL_CODE_OPTION_DENY, "a deny takes no option; remove it");
    if ((grant->options & option->bit) != 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_OPTION_REPEATED, "duplicate option '%s'; remove one",
                           option->name);
    if (option->kind != NULL)
        status = option->kind->parse(parser, option, value_in(grant, option));
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
        const struct option *option = &option_table[i];
        if ((grant->options & option->bit) == 0 || option->kind == NULL)
            continue;
        memcpy(to, value_of(grant, option), option->kind->size);
        to += option->kind->size;
    }
    return to;
}

const char *options_take(const char *from, struct vmnetacl_grant *grant)
{
    memcpy(&grant->options, from, sizeof grant->options);
    from += sizeof grant->options;
    for (size_t i = 0; i < option_table_len; i++) {
        const struct option *option = &option_table[i];
        if ((grant->options & option->bit) == 0 || option->kind == NULL)
            continue;
        memcpy(value_in(grant, option), from, option->kind->size);
        from += option->kind->size;
    }
    return from;
}

struct vmnetacl_grant options_grant(const struct vmnetacl_grant *grant)
{
    struct vmnetacl_grant whole = {.options = grant->options};

    for (size_t i = 0; i < option_table_len; i++) {
        const struct option *option = &option_table[i];
        if ((grant->options & option->bit) != 0 && option->kind != NULL)
            memcpy(value_in(&whole, option), value_of(grant, option), option->kind->size);
    }
    return whole;
}

const struct vmnetacl_error *options_find_unenforced(const struct vmnetacl_grant *grant, uint32_t enforced)
{
    for (size_t i = 0; i < option_table_len; i++)
        if ((grant->options & ~enforced & option_table[i].bit) != 0)
            return option_table[i].unenforced;
    return NULL;
}

static void show(const struct vmnetacl_grant *grant, const struct option *from, struct vmnetacl_option *option)
{
    *option = (struct vmnetacl_option){.name = from->name, .bit = from->bit};
    if (from->kind == NULL)
        return;
    from->kind->show(value_of(grant, from), option->value);
    option->has_number = from->kind->is_number;
    if (option->has_number)
        memcpy(&option->number, value_of(grant, from), sizeof option->number);
}

bool vmnetacl_option_at(const struct vmnetacl_grant *grant, size_t index, struct vmnetacl_option *option)
{
    for (size_t i = 0; grant != NULL && i < option_table_len; i++) {
        if ((grant->options & option_table[i].bit) == 0 || index-- > 0)
            continue;
        show(grant, &option_table[i], option);
        return true;
    }
    return false;
}
