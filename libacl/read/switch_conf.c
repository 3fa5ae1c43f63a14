/* SPDX-License-Identifier: MIT */
#include "switch_conf.h"

#include "error.h"
#include "token.h"

#include <assert.h>

/* The statuses that a list in brackets can name, and a set of those that it has named. */
enum listed {
    LISTED_ALLOW = 0x01,
    LISTED_DENY = 0x02,
    LISTED_NOTFOUND = 0x04,
    LISTED_UNAVAIL = 0x08,
    LISTED_TRYAGAIN = 0x10,
};

/* A word of letters. Takes the blanks after it, too. */
static struct token take_letters(struct line *line)
{
    struct token token = {.at = line->at};

    while (line->at < line->end && ((*line->at >= 'a' && *line->at <= 'z') || (*line->at >= 'A' && *line->at <= 'Z')))
        line->at++;
    token.len = (size_t)(line->at - token.at);
    line_skip_blanks(line);
    return token;
}

static bool take_byte(struct line *line, char byte)
{
    if (line_is_empty(line) || *line->at != byte)
        return false;
    line->at++;
    line_skip_blanks(line);
    return true;
}

static unsigned find_status(const struct token *token)
{
    if (token_is_caseless(token, "allow") || token_is_caseless(token, "success"))
        return LISTED_ALLOW;
    if (token_is_caseless(token, "deny"))
        return LISTED_DENY;
    if (token_is_caseless(token, "notfound"))
        return LISTED_NOTFOUND;
    if (token_is_caseless(token, "unavail"))
        return LISTED_UNAVAIL;
    if (token_is_caseless(token, "tryagain"))
        return LISTED_TRYAGAIN;
    return 0;
}

/* ( "return" | "continue" ) after a status */
static enum vmnetacl_status parse_action(struct parser *parser, unsigned listed, struct switch_entry *entry)
{
    struct token token = take_letters(&parser->line);
    bool is_return = token_is_caseless(&token, "return");

    if (token_is_caseless(&token, "merge"))
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_INVALID,
                           "merge is not supported, since a deny of any source counts; write return or continue");
    if (!is_return && !token_is_caseless(&token, "continue"))
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_INVALID, "the action must be return or continue");
    if (!is_return && listed == LISTED_DENY)
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_FORBIDDEN,
                           "the search ends with a DENY; remove this action");
    if (!is_return && listed == LISTED_TRYAGAIN)
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_FORBIDDEN,
                           "the search ends with a TRYAGAIN, which a caller can provoke; remove this action");
    if (listed == LISTED_ALLOW)
        entry->returns_on_allow = is_return;
    if (listed == LISTED_NOTFOUND)
        entry->returns_on_notfound = is_return;
    if (listed == LISTED_UNAVAIL)
        entry->continues_on_unavail = !is_return;
    return VMNETACL_OK;
}

/* status "=" action. The line is not empty. */
static enum vmnetacl_status parse_pair(struct parser *parser, unsigned *seen, struct switch_entry *entry)
{
    struct token token = take_letters(&parser->line);
    unsigned listed = find_status(&token);

    if (token.len == 0 && *parser->line.at == '!')
        return parser_fail(parser, parser->line.at, VMNETACL_CODE_ACTION_INVALID,
                           "'!' is not supported; name each status");
    if (listed == 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_INVALID,
                           "unknown status '%.*s'; write ALLOW, DENY, NOTFOUND, UNAVAIL or TRYAGAIN, as in "
                           "[NOTFOUND=return]",
                           token_shown_len(&token), token.at);
    if ((*seen & listed) != 0)
        return parser_fail(parser, token.at, VMNETACL_CODE_ACTION_REPEATED,
                           "duplicate status; ALLOW and SUCCESS are the same");
    *seen |= listed;
    if (!take_byte(&parser->line, '='))
        return parser_fail(parser, parser->line.at, VMNETACL_CODE_ACTION_INVALID, "expected '=' after the status");
    return parse_action(parser, listed, entry);
}

/* [ "[" action { action } "]" ] */
static enum vmnetacl_status parse_actions(struct parser *parser, struct switch_entry *entry)
{
    unsigned seen = 0;

    if (!take_byte(&parser->line, '['))
        return VMNETACL_OK;
    do {
        enum vmnetacl_status status;
        if (line_is_empty(&parser->line))
            return parser_fail(parser, parser->line.at, VMNETACL_CODE_ACTION_INVALID,
                               "expected ']', found the end of the line");
        status = parse_pair(parser, &seen, entry);
        if (status != VMNETACL_OK)
            return status;
    } while (!take_byte(&parser->line, ']'));
    return VMNETACL_OK;
}

/* name [ actions ] */
static enum vmnetacl_status parse_source(struct parser *parser, struct switch_table *table)
{
    struct switch_entry entry = {.source = NULL};
    struct token token = take_letters(&parser->line);

    if (token.len == 0)
        token = token_take(&parser->line); /* for the message */
    entry.source = source_find(token.at, token.len);
    if (entry.source == NULL)
        return parser_fail(parser, token.at, VMNETACL_CODE_SOURCE_UNKNOWN, "unknown source '%.*s'; write files or qemu",
                           token_shown_len(&token), token.at);
    for (size_t i = 0; i < table->count; i++)
        if (table->entries[i].source == entry.source)
            return parser_fail(parser, token.at, VMNETACL_CODE_SOURCE_REPEATED, "duplicate source '%.*s'; remove one",
                               token_shown_len(&token), token.at);
    assert(table->count < SWITCH_ENTRIES_MAX);
    table->entries[table->count] = entry;
    return parse_actions(parser, &table->entries[table->count++]);
}

/* source { source } */
static enum vmnetacl_status parse_sources(struct parser *parser, const struct token *word, struct switch_table *table)
{
    enum vmnetacl_status status = VMNETACL_OK;

    if (table->count > 0)
        return parser_fail(parser, word->at, VMNETACL_CODE_SWITCH_SECOND,
                           "a second acl line; name all sources in the first");
    if (line_is_empty(&parser->line))
        return parser_fail(parser, parser->line.at, VMNETACL_CODE_SOURCE_MISSING,
                           "missing sources; the usual line is 'acl: files qemu'");
    while (status == VMNETACL_OK && !line_is_empty(&parser->line))
        status = parse_source(parser, table);
    return status;
}

/* "required". There is no word for the contrary: without the line, it is so. */
static enum vmnetacl_status parse_log(struct parser *parser, const struct token *word, struct switch_table *table)
{
    if (table->requires_log)
        return parser_fail(parser, word->at, VMNETACL_CODE_SWITCH_SECOND, "a second log line; remove one");
    if (!token_take_word(&parser->line, "required") || !line_is_empty(&parser->line))
        return parser_fail(parser, parser->line.at, VMNETACL_CODE_ACTION_INVALID,
                           "'log:' takes only the word required; without the line, no record is required");
    table->requires_log = true;
    return VMNETACL_OK;
}

/* "any". Without the line, the service refuses a caller in another network namespace than its own. */
static enum vmnetacl_status parse_network(struct parser *parser, const struct token *word, struct switch_table *table)
{
    if (table->permits_any_network)
        return parser_fail(parser, word->at, VMNETACL_CODE_SWITCH_SECOND, "a second network line; remove one");
    if (!token_take_word(&parser->line, "any") || !line_is_empty(&parser->line))
        return parser_fail(parser, parser->line.at, VMNETACL_CODE_ACTION_INVALID,
                           "'network:' takes only the word any; without the line, the service refuses callers in other "
                           "network namespaces");
    table->permits_any_network = true;
    return VMNETACL_OK;
}

enum vmnetacl_status switch_parse_line(struct lines *lines, struct switch_table *table, struct vmnetacl_error *error)
{
    struct parser parser = {.lines = lines, .error = error};
    enum vmnetacl_status status = lines_next(lines, &parser.line, error);
    struct token token;

    if (status != VMNETACL_OK || line_is_empty(&parser.line) || *parser.line.at == '#')
        return status;
    token = token_take(&parser.line);
    if (parser_fail_mark(&parser, &token))
        return VMNETACL_UNAVAIL;
    if (token_is(&token, "acl:"))
        return parse_sources(&parser, &token, table);
    if (token_is(&token, "log:"))
        return parse_log(&parser, &token, table);
    if (token_is(&token, "network:"))
        return parse_network(&parser, &token, table);
    return parser_fail(&parser, token.at, VMNETACL_CODE_KEYWORD_UNKNOWN,
                       "unknown word '%.*s'; a line begins with acl:, log:, network: or #", token_shown_len(&token),
                       token.at);
}

static enum vmnetacl_status parse_lines(struct loading *loading, struct lines *lines, void *data)
{
    struct switch_table *table = data;
    enum vmnetacl_status status = VMNETACL_OK;

    while (status == VMNETACL_OK && !lines_at_end(lines))
        status = loading_go_on(loading, switch_parse_line(lines, table, loading->error));
    return status;
}

static enum vmnetacl_status parse_file(struct loading *loading, struct file *file, struct switch_table *table)
{
    enum vmnetacl_status status = loading_read(loading, file, parse_lines, table);

    /* When errors are reported, a line that is wrong has been; it is not missing as well. */
    if (status == VMNETACL_OK && table->count == 0 && loading->error->code == VMNETACL_CODE_NONE)
        return error_set(loading->error, VMNETACL_CODE_SWITCH_EMPTY, file->path, 0, 0,
                         "no line begins with 'acl:'; write 'acl: files qemu', or remove the file");
    return status;
}

const char *switch_path(const struct vmnetacl_origin *origin)
{
    size_t first = 0;
    const struct vmnetacl_buffer *buffer = origin_find_buffer(origin, SWITCH_NAME, &first);

    if (buffer != NULL)
        return buffer->path;
    return origin->switch_path != NULL ? origin->switch_path : SWITCH_SYSTEM_PATH;
}

enum vmnetacl_status switch_load(struct loading *loading, struct switch_table *table)
{
    const struct trust trust = loading_trust(loading->origin);
    struct lines lines;
    struct file file;
    enum vmnetacl_status status;

    *table = (struct switch_table){.count = 0};
    loading->source = SWITCH_NAME;
    loading->error->code = VMNETACL_CODE_NONE;
    status = loading_open(loading, switch_path(loading->origin), &trust, &file);
    if (status == VMNETACL_OK) {
        status = parse_file(loading, &file, table);
        file_close(&file);
        return status;
    }
    if (loading->error->code != VMNETACL_CODE_FILE_MISSING)
        return status;
    lines_start(&lines, "", SWITCH_DEFAULT, strlen(SWITCH_DEFAULT));
    return switch_parse_line(&lines, table, loading->error);
}
