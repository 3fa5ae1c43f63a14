/* SPDX-License-Identifier: MIT */
/* The errors of bridge.conf's grammar. */
#include "qemu_parse.h"

#include "error.h"

enum vmnetacl_status qemu_fail_name(const struct parser *parser)
{
    const struct line *name = &parser->line;
    const char *bad = ifname_bad_byte(name->at, name->end);

    if (line_is_empty(name))
        return parser_fail(parser, name->at, VMNETACL_CODE_NAME_MISSING,
                           "missing name of a bridge; write a name or all");
    if (bad < name->end)
        return parser_fail(parser, bad, VMNETACL_CODE_NAME_INVALID,
                           "the name of a bridge cannot contain blanks, control bytes, '/', ':' or '%%'; "
                           "write one name in each line, and a comment in a line of its own");
    if (ifname_is_dots(name->at, line_len(name)))
        return parser_fail(parser, name->at, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'");
    return parser_fail(parser, name->at + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                       "the name of a bridge has at most 15 bytes");
}

enum vmnetacl_status qemu_fail_word(struct parser *parser)
{
    const struct token token = token_take(&parser->line);

    if (parser_fail_mark(parser, &token))
        return VMNETACL_UNAVAIL;
    return parser_fail(parser, token.at, VMNETACL_CODE_KEYWORD_UNKNOWN,
                       "unknown word '%.*s'; a line begins with allow, deny, include or #, in lower case",
                       token_shown_len(&token), token.at);
}
