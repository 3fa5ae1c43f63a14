/* SPDX-License-Identifier: MIT */
#include "rule_parse.h"

#include "ifname.h"
#include "token.h"

/*
 * What the name of a user or a group cannot hold. Bytes above ASCII are fine, since names may be in any script. Quotes
 * and patterns would be taken literally: a deny for "alice" or bob* would deny nobody, so it is an error.
 */
static const bool account_refused[UCHAR_MAX + 1] = {
    [0 ... ' '] = true, [0x7f] = true, [':'] = true,  [','] = true, ['*'] = true, ['?'] = true, ['['] = true,
    [']'] = true,       ['"'] = true,  ['\''] = true, [';'] = true, ['|'] = true, ['<'] = true, ['>'] = true,
};

/* How sudoers(5), netgroup(5) and others mark a group, a number or all: no name begins so. */
static bool is_mark(char c)
{
    return c == '%' || c == '@' || c == '+' || c == '#';
}

/*
 * The same for the name of a bridge. The kernel would allow quotes and most of these, but a list, a comment, or a
 * pattern other than a prefix would name no bridge. The '@' is from ip(8), which shows a VLAN as eth0.5@eth0.
 */
const bool pattern_refused[UCHAR_MAX + 1] = {
    ['*'] = true,  ['?'] = true, ['['] = true, [']'] = true, ['{'] = true, ['}'] = true,  ['('] = true, [')'] = true,
    ['"'] = true,  ['`'] = true, [';'] = true, [','] = true, ['|'] = true, ['\''] = true, ['<'] = true, ['>'] = true,
    ['\\'] = true, ['!'] = true, ['^'] = true, ['$'] = true, ['&'] = true, ['#'] = true,  ['@'] = true,
};

static enum vmnetacl_status parse_account(struct parser *parser, struct rule *rule)
{
    struct line *line = &parser->line;
    const char *start = line->at;

    if (line_is_empty(line))
        return parser_fail(parser, start, VMNETACL_CODE_ACCOUNT_MISSING, "missing name of a user or a group");
    if (is_mark(*start))
        return parser_fail(
            parser, start, VMNETACL_CODE_ACCOUNT_INVALID,
            "no name of a user or a group begins with '%.*s'; write user NAME, uid NUMBER, group NAME or "
            "gid NUMBER",
            1, start);
    while (line->at < line->end && !account_refused[(unsigned char)*line->at])
        line->at++;
    if (line->at < line->end && !is_blank(*line->at))
        return parser_fail(parser, line->at, VMNETACL_CODE_ACCOUNT_INVALID,
                           "the name of a user or a group cannot contain control bytes, ':', ',', quotes or patterns; "
                           "write one plain name in each rule");
    rule->account = start;
    rule->account_len = (size_t)(line->at - start);
    if (rule->account_len > VMNETACL_ACCOUNT_MAX)
        return parser_fail(parser, start + VMNETACL_ACCOUNT_MAX, VMNETACL_CODE_ACCOUNT_LONG,
                           "the name of a user or a group has at most 255 bytes");
    line_skip_blanks(line);
    return VMNETACL_OK;
}

static enum vmnetacl_status fail_subject(struct parser *parser)
{
    struct token token = token_take(&parser->line);

    if (token.len == 0)
        return parser_fail(
            parser, token.at, VMNETACL_CODE_SUBJECT_MISSING,
            "missing subject; write user NAME, uid NUMBER, group NAME, gid NUMBER or all, in lower case");
    return parser_fail(
        parser, token.at, VMNETACL_CODE_SUBJECT_UNKNOWN,
        "unknown subject '%.*s'; write user NAME, uid NUMBER, group NAME, gid NUMBER or all, in lower case",
        token_shown_len(&token), token.at);
}

/* "user" account | "uid" number | "group" account | "gid" number | "all" */
static enum vmnetacl_status parse_subject(struct parser *parser, struct rule *rule)
{
    if (token_take_word(&parser->line, "all"))
        rule->subject = VMNETACL_SUBJECT_ALL;
    else if (token_take_word(&parser->line, "user"))
        rule->subject = VMNETACL_SUBJECT_USER;
    else if (token_take_word(&parser->line, "uid"))
        rule->subject = VMNETACL_SUBJECT_UID;
    else if (token_take_word(&parser->line, "group"))
        rule->subject = VMNETACL_SUBJECT_GROUP;
    else if (token_take_word(&parser->line, "gid"))
        rule->subject = VMNETACL_SUBJECT_GID;
    else
        return fail_subject(parser);
    if (rule->subject == VMNETACL_SUBJECT_ALL)
        return VMNETACL_OK;
    /* No user and no group has the id -1: chown(2) and setresuid(2) take it for "leave it as it is". */
    if (rule->subject == VMNETACL_SUBJECT_UID || rule->subject == VMNETACL_SUBJECT_GID)
        return parser_take_number(parser, 0, UINT32_MAX - 1, &rule->id);
    return parse_account(parser, rule);
}

/* name | prefix "*" */
static enum vmnetacl_status parse_pattern(struct parser *parser, struct rule *rule)
{
    struct line *line = &parser->line;

    rule->name = line->at;
    while (line->at < line->end && !pattern_refused[(unsigned char)*line->at] &&
           !ifname_refused[(unsigned char)*line->at])
        line->at++;
    rule->name_len = (size_t)(line->at - rule->name);
    rule->is_pattern = line->at < line->end && *line->at == '*';
    if (rule->is_pattern && line->at + 1 < line->end && !is_blank(line->at[1]))
        return parser_fail(parser, line->at, VMNETACL_CODE_PATTERN_INVALID, "'*' is allowed only at the end of a name");
    if (rule->is_pattern && rule->name_len == 0)
        return parser_fail(parser, line->at, VMNETACL_CODE_PATTERN_INVALID,
                           "'*' without a name before it; for every bridge write all");
    line->at += rule->is_pattern ? 1 : 0;
    if (line->at < line->end && pattern_refused[(unsigned char)*line->at])
        return parser_fail(parser, line->at, VMNETACL_CODE_PATTERN_INVALID,
                           "a rule takes one plain name of a bridge, or the beginning of names and '*': no quotes, "
                           "lists or other patterns");
    if (line->at < line->end && !is_blank(*line->at))
        return parser_fail(
            parser, line->at, VMNETACL_CODE_NAME_INVALID,
            "the name of a bridge cannot contain blanks, control bytes, '/', ':' or '%%'; write one name "
            "in each rule");
    if (!rule->is_pattern && ifname_is_dots(rule->name, rule->name_len))
        return parser_fail(parser, rule->name, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'");
    if (rule->name_len > VMNETACL_NAME_MAX)
        return parser_fail(parser, rule->name + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                           "the name of a bridge has at most 15 bytes");
    line_skip_blanks(line);
    return VMNETACL_OK;
}

/* "bridge" ( "all" | name | prefix "*" ) */
static enum vmnetacl_status parse_bridge(struct parser *parser, struct rule *rule)
{
    struct line *line = &parser->line;

    if (!token_take_word(line, "bridge"))
        return parser_fail(parser, line->at, VMNETACL_CODE_BRIDGE_MISSING,
                           "missing word bridge; after the subject write bridge NAME");
    if (line_is_empty(line))
        return parser_fail(parser, line->at, VMNETACL_CODE_NAME_MISSING,
                           "missing name of a bridge; write a name or all");
    if (token_take_word(line, "all")) /* name_len is 0 */
        return VMNETACL_OK;
    return parse_pattern(parser, rule);
}

enum vmnetacl_status rule_parse_line(struct lines *lines, bool *is_rule, struct rule *rule,
                                     struct vmnetacl_error *error)
{
    struct parser parser = {.lines = lines, .error = error};
    enum vmnetacl_status status = lines_next(lines, &parser.line, error);
    struct token token;

    *is_rule = false;
    if (status != VMNETACL_OK || line_is_empty(&parser.line) || *parser.line.at == '#')
        return status;
    *is_rule = true;
    rule_clear(rule,
               (struct position){.line = lines->line, .column = (unsigned)(parser.line.at - parser.line.start) + 1});
    rule->is_deny = token_take_word(&parser.line, "deny");
    if (!rule->is_deny && !token_take_word(&parser.line, "allow")) {
        token = token_take(&parser.line);
        if (parser_fail_mark(&parser, &token))
            return VMNETACL_UNAVAIL;
        return parser_fail(&parser, token.at, VMNETACL_CODE_KEYWORD_UNKNOWN,
                           "unknown word '%.*s'; a line begins with allow, deny or #, in lower case",
                           token_shown_len(&token), token.at);
    }
    status = parse_subject(&parser, rule);
    if (status == VMNETACL_OK)
        status = parse_bridge(&parser, rule);
    if (status == VMNETACL_OK && !line_is_empty(&parser.line))
        status = options_parse(&parser, rule->is_deny, &rule->grant);
    return status;
}
