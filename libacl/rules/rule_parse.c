/* SPDX-License-Identifier: MIT */
#include "rule_parse.h"

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

/* What the name of a user or a group cannot hold. Bytes above ASCII are fine, since names may be in any script. */
static const bool account_refused[UCHAR_MAX + 1] = {[0 ... ' '] = true, [0x7f] = true, [':'] = true, [','] = true};

static enum vmnetacl_status parse_account(struct parser *parser)
{
    struct line *line = &parser->line;
    const char *start = line->at;

    if (line_is_empty(line))
        return fail(parser, start, VMNETACL_CODE_ACCOUNT_MISSING, "the name of a user or a group is missing");
    while (line->at < line->end && !account_refused[(unsigned char)*line->at])
        line->at++;
    if (line->at < line->end && !is_blank(*line->at))
        return fail(parser, line->at, VMNETACL_CODE_ACCOUNT_INVALID,
                    "the name of a user or a group holds no control byte, ':' or ','; write one name a line");
    parser->rule->account = start;
    parser->rule->account_len = (size_t)(line->at - start);
    if (parser->rule->account_len > VMNETACL_ACCOUNT_MAX)
        return fail(parser, start + VMNETACL_ACCOUNT_MAX, VMNETACL_CODE_ACCOUNT_LONG,
                    "the name of a user or a group has at most 255 bytes");
    line_skip_blanks(line);
    return VMNETACL_OK;
}

/* (uid_t)-1 and (gid_t)-1 are nobody's: chown(2) and setresuid(2) take them for "as it is". */
static enum vmnetacl_status parse_id(struct parser *parser)
{
    return parse_number(parser, 0, UINT32_MAX - 1, &parser->rule->id);
}

static enum vmnetacl_status fail_subject(struct parser *parser)
{
    struct token token = token_take(&parser->line);

    if (token.len == 0)
        return fail(parser, token.at, VMNETACL_CODE_SUBJECT_MISSING,
                    "whom the rule is for is missing; write user NAME, uid NUMBER, group NAME, gid NUMBER or all");
    return fail_word(parser, &token, VMNETACL_CODE_SUBJECT_UNKNOWN, "unknown word '",
                     "'; after allow or deny stands user NAME, uid NUMBER, group NAME, gid NUMBER or all");
}

/* "user" account | "uid" number | "group" account | "gid" number | "all" */
static enum vmnetacl_status parse_subject(struct parser *parser)
{
    enum vmnetacl_subject *subject = &parser->rule->subject;

    if (token_take_word(&parser->line, "all")) {
        *subject = VMNETACL_SUBJECT_ALL;
        return VMNETACL_OK;
    }
    if (token_take_word(&parser->line, "user"))
        *subject = VMNETACL_SUBJECT_USER;
    else if (token_take_word(&parser->line, "uid"))
        *subject = VMNETACL_SUBJECT_UID;
    else if (token_take_word(&parser->line, "group"))
        *subject = VMNETACL_SUBJECT_GROUP;
    else if (token_take_word(&parser->line, "gid"))
        *subject = VMNETACL_SUBJECT_GID;
    else
        return fail_subject(parser);
    if (*subject == VMNETACL_SUBJECT_UID || *subject == VMNETACL_SUBJECT_GID)
        return parse_id(parser);
    return parse_account(parser);
}

/* name | prefix "*" */
static enum vmnetacl_status parse_pattern(struct parser *parser)
{
    struct line *line = &parser->line;
    struct rule *rule = parser->rule;

    rule->name = line->at;
    while (line->at < line->end && *line->at != '*' && !ifname_refused[(unsigned char)*line->at])
        line->at++;
    rule->name_len = (size_t)(line->at - rule->name);
    rule->is_pattern = line->at < line->end && *line->at == '*';
    if (rule->is_pattern && line->at + 1 < line->end && !is_blank(line->at[1]))
        return fail(parser, line->at, VMNETACL_CODE_PATTERN_INVALID, "'*' stands at the end of a name alone");
    if (rule->is_pattern && rule->name_len == 0)
        return fail(parser, line->at, VMNETACL_CODE_PATTERN_INVALID,
                    "'*' alone is no name; for every bridge write all");
    line->at += rule->is_pattern ? 1 : 0;
    if (line->at < line->end && !is_blank(*line->at))
        return fail(parser, line->at, VMNETACL_CODE_NAME_INVALID,
                    "the name of a bridge holds no blank, control byte, '/', ':' or '%'; write one name a line");
    if (!rule->is_pattern && ifname_is_dots(rule->name, rule->name_len))
        return fail(parser, rule->name, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'");
    if (rule->name_len > VMNETACL_NAME_MAX)
        return fail(parser, rule->name + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                    "the name of a bridge has at most 15 bytes");
    line_skip_blanks(line);
    return VMNETACL_OK;
}

/* "bridge" ( "all" | name | prefix "*" ) */
static enum vmnetacl_status parse_bridge(struct parser *parser)
{
    struct line *line = &parser->line;

    if (!token_take_word(line, "bridge"))
        return fail(parser, line->at, VMNETACL_CODE_BRIDGE_MISSING,
                    "the word bridge is missing; after whom the rule is for stands bridge NAME");
    if (line_is_empty(line))
        return fail(parser, line->at, VMNETACL_CODE_NAME_MISSING,
                    "the name of a bridge is missing; write a name or all");
    if (token_take_word(line, "all")) /* name_len is 0 */
        return VMNETACL_OK;
    return parse_pattern(parser);
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

enum vmnetacl_status rule_parse_line(struct lines *lines, bool *is_rule, struct rule *rule,
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
    rule->is_deny = token_take_word(&parser.line, "deny");
    if (!rule->is_deny && !token_take_word(&parser.line, "allow")) {
        token = token_take(&parser.line);
        return fail_word(&parser, &token, VMNETACL_CODE_KEYWORD_UNKNOWN, "unknown word '",
                         "'; a line begins with allow, deny or #");
    }
    status = parse_subject(&parser);
    if (status == VMNETACL_OK)
        status = parse_bridge(&parser);
    if (status == VMNETACL_OK)
        status = parse_options(&parser);
    return status;
}
