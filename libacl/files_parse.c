/* SPDX-License-Identifier: MIT */
#include "files_parse.h"

#include "ifname.h"
#include "token.h"

/* The line that is being parsed, and where errors go. */
struct parser {
    const struct lines *lines;
    struct line line;
    struct rule *rule;
    struct vmnetacl_error *error;
};

static enum vmnetacl_status fail(struct parser *parser, const char *at, enum vmnetacl_code code, const char *message)
{
    return token_fail(parser->lines, &parser->line, at, code, message, parser->error);
}

static enum vmnetacl_status fail_word(struct parser *parser, const struct token *token, enum vmnetacl_code code,
                                      const char *before, const char *after)
{
    return token_fail_word(parser->lines, &parser->line, token, code, before, after, parser->error);
}

static enum vmnetacl_status parse_number(struct parser *parser, uint32_t min, uint32_t max, uint32_t *number)
{
    struct token token = token_take(&parser->line);

    return token_parse_number(parser->lines, &parser->line, &token, min, max, number, parser->error);
}

/* The name of a user or a group. Bytes above ASCII are fine, since names may be in any script. */
static enum vmnetacl_status parse_account(struct parser *parser)
{
    struct token token = token_take(&parser->line);

    if (token.len == 0)
        return fail(parser, token.at, VMNETACL_CODE_ACCOUNT_MISSING, "the name of a user or a group is missing");
    if (token.len > VMNETACL_ACCOUNT_MAX)
        return fail(parser, token.at + VMNETACL_ACCOUNT_MAX, VMNETACL_CODE_ACCOUNT_LONG,
                    "the name of a user or a group has at most 255 bytes");
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.at[i] < ' ' || token.at[i] == 0x7f || token.at[i] == ':' || token.at[i] == ',')
            return fail(parser, token.at + i, VMNETACL_CODE_ACCOUNT_INVALID,
                        "the name of a user or a group holds no control byte, ':' or ','; write one name a line");
    parser->rule->account = token.at;
    parser->rule->account_len = token.len;
    return VMNETACL_OK;
}

/* (uid_t)-1 and (gid_t)-1 are nobody's: chown(2) and setresuid(2) take them for "as it is". */
static enum vmnetacl_status parse_id(struct parser *parser)
{
    return parse_number(parser, 0, UINT32_MAX - 1, &parser->rule->id);
}

/* "user" account | "uid" number | "group" account | "gid" number | "all" */
static enum vmnetacl_status parse_subject(struct parser *parser)
{
    struct token token = token_take(&parser->line);
    enum vmnetacl_subject *subject = &parser->rule->subject;

    if (token.len == 0)
        return fail(parser, token.at, VMNETACL_CODE_SUBJECT_MISSING,
                    "whom the rule is for is missing; write user NAME, uid NUMBER, group NAME, gid NUMBER or all");
    if (token_is(&token, "all")) {
        *subject = VMNETACL_SUBJECT_ALL;
        return VMNETACL_OK;
    }
    if (token_is(&token, "user"))
        *subject = VMNETACL_SUBJECT_USER;
    else if (token_is(&token, "uid"))
        *subject = VMNETACL_SUBJECT_UID;
    else if (token_is(&token, "group"))
        *subject = VMNETACL_SUBJECT_GROUP;
    else if (token_is(&token, "gid"))
        *subject = VMNETACL_SUBJECT_GID;
    else
        return fail_word(parser, &token, VMNETACL_CODE_SUBJECT_UNKNOWN, "unknown word '",
                         "'; behind allow or deny stands user NAME, uid NUMBER, group NAME, gid NUMBER or all");
    if (*subject == VMNETACL_SUBJECT_UID || *subject == VMNETACL_SUBJECT_GID)
        return parse_id(parser);
    return parse_account(parser);
}

/* name | prefix "*" */
static enum vmnetacl_status parse_pattern(struct parser *parser, const struct token *token)
{
    struct rule *rule = parser->rule;
    const char *end = token->at + token->len;
    const char *star = memchr(token->at, '*', token->len);
    const char *bad;

    rule->is_pattern = star != NULL && star == end - 1;
    rule->name = token->at;
    rule->name_len = token->len - (rule->is_pattern ? 1 : 0);
    if (star != NULL && !rule->is_pattern)
        return fail(parser, star, VMNETACL_CODE_PATTERN_INVALID, "'*' stands at the end of a name alone");
    if (rule->name_len == 0)
        return fail(parser, star, VMNETACL_CODE_PATTERN_INVALID, "'*' alone is no name; for every bridge write all");
    bad = ifname_bad_byte(rule->name, rule->name + rule->name_len);
    if (bad < rule->name + rule->name_len)
        return fail(parser, bad, VMNETACL_CODE_NAME_INVALID,
                    "the name of a bridge holds no blank, control byte, '/', ':' or '%'; write one name a line");
    if (!rule->is_pattern && ifname_is_dots(rule->name, rule->name_len))
        return fail(parser, rule->name, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'");
    if (rule->name_len > VMNETACL_NAME_MAX)
        return fail(parser, rule->name + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                    "the name of a bridge has at most 15 bytes");
    return VMNETACL_OK;
}

/* "bridge" ( "all" | name | prefix "*" ) */
static enum vmnetacl_status parse_bridge(struct parser *parser)
{
    struct token token = token_take(&parser->line);

    if (!token_is(&token, "bridge"))
        return fail(parser, token.at, VMNETACL_CODE_BRIDGE_MISSING,
                    "the word bridge is missing; behind whom the rule is for stands bridge NAME");
    token = token_take(&parser->line);
    if (token.len == 0)
        return fail(parser, token.at, VMNETACL_CODE_NAME_MISSING,
                    "the name of a bridge is missing; write a name or all");
    if (token_is(&token, "all")) {
        parser->rule->name_len = 0;
        return VMNETACL_OK;
    }
    return parse_pattern(parser, &token);
}

/* { "limit" number } */
static enum vmnetacl_status parse_options(struct parser *parser)
{
    struct rule *rule = parser->rule;

    while (!line_is_empty(&parser->line)) {
        struct token token = token_take(&parser->line);
        enum vmnetacl_status status;
        if (!token_is(&token, "limit"))
            return fail_word(parser, &token, VMNETACL_CODE_OPTION_UNKNOWN, "unknown option '",
                             "'; there is limit NUMBER, and comments have lines of their own");
        if (rule->is_deny)
            return fail(parser, token.at, VMNETACL_CODE_OPTION_DENY, "a deny takes no option; remove it");
        if (rule->limit != 0)
            return fail(parser, token.at, VMNETACL_CODE_OPTION_REPEATED, "the option stands here twice; remove one");
        status = parse_number(parser, 1, UINT32_MAX, &rule->limit);
        if (status != VMNETACL_OK)
            return status;
    }
    return VMNETACL_OK;
}

enum vmnetacl_status files_parse_line(struct lines *lines, bool *is_rule, struct rule *rule,
                                      struct vmnetacl_error *error)
{
    struct parser parser = {.lines = lines, .rule = rule, .error = error};
    enum vmnetacl_status status = lines_next(lines, &parser.line, error);
    struct token token;

    *is_rule = false;
    if (status != VMNETACL_OK || line_is_empty(&parser.line) || *parser.line.at == '#')
        return status;
    *is_rule = true;
    *rule = (struct rule){.place = {.line = lines->line, .column = (unsigned)(parser.line.at - parser.line.start) + 1}};
    token = token_take(&parser.line);
    rule->is_deny = token_is(&token, "deny");
    if (!rule->is_deny && !token_is(&token, "allow"))
        return fail_word(&parser, &token, VMNETACL_CODE_KEYWORD_UNKNOWN, "unknown word '",
                         "'; a line begins with allow, deny or #");
    status = parse_subject(&parser);
    if (status == VMNETACL_OK)
        status = parse_bridge(&parser);
    if (status == VMNETACL_OK)
        status = parse_options(&parser);
    return status;
}
