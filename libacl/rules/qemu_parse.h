/* SPDX-License-Identifier: MIT */
/*
 * The grammar of bridge.conf. Pure: a line of text goes in, a statement comes out.
 *
 *     file      = { line newline } [ line ]
 *     line      = [ blanks ] [ comment | statement ] [ blanks ]
 *     comment   = "#" anything
 *     statement = ( "allow" | "deny" ) separator ( "all" | name )
 *               | "include" separator absolute-path
 *     separator = ( space | tab ) [ blanks ]
 *
 * As in vmnet-bridge.conf(5). A name or a path goes on to the last byte of the line that is no blank.
 *
 * Inline, since a million lines are an eighth faster so; what is done once, for an error, is in qemu_parse.c.
 */
#ifndef VMNETACL_QEMU_PARSE_H
#define VMNETACL_QEMU_PARSE_H

#include "ifname.h"
#include "token.h"

enum qemu_kind {
    QEMU_NOTHING, /* an empty line or a comment */
    QEMU_ALLOW,
    QEMU_DENY,
    QEMU_INCLUDE,
};

struct qemu_statement {
    enum qemu_kind kind;
    const char *argument; /* a name or a path, in the text that was parsed; not terminated */
    size_t argument_len;  /* 0 for "all" */
    unsigned line;
    unsigned column; /* of the statement's first byte */
};

/* Fill in the error of a name that no bridge can have. Always UNAVAIL. */
enum vmnetacl_status qemu_fail_name(const struct parser *parser);

/* The same for a line that begins with an unknown word. */
enum vmnetacl_status qemu_fail_word(struct parser *parser);

/* "all" | name */
static inline enum vmnetacl_status qemu_parse_name(const struct parser *parser, struct qemu_statement *statement)
{
    const struct line *name = &parser->line;
    size_t len = line_len(name);

    if (len == 0 || len > VMNETACL_NAME_MAX || ifname_bad_byte(name->at, name->end) < name->end ||
        ifname_is_dots(name->at, len))
        return qemu_fail_name(parser);
    statement->argument = name->at;
    statement->argument_len = line_is(name, "all") ? 0 : len;
    return VMNETACL_OK;
}

/* absolute-path */
static inline enum vmnetacl_status qemu_parse_path(const struct parser *parser, struct qemu_statement *statement)
{
    const struct line *path = &parser->line;

    if (line_is_empty(path))
        return parser_fail(parser, path->at, VMNETACL_CODE_PATH_MISSING, "missing path of the file to include");
    /* A relative path would begin in the caller's working directory: the caller would choose the rules. */
    if (*path->at != '/')
        return parser_fail(parser, path->at, VMNETACL_CODE_PATH_RELATIVE,
                           "the path of the file to include must be absolute; begin it with /");
    statement->argument = path->at;
    statement->argument_len = line_len(path);
    return VMNETACL_OK;
}

/* Parse the next line: OK, with statement filled in; or UNAVAIL, with error filled in and statement worthless. */
static inline enum vmnetacl_status qemu_parse_line(struct lines *lines, struct qemu_statement *statement,
                                                   struct vmnetacl_error *error)
{
    struct parser parser = {.lines = lines, .error = error};
    struct line *line = &parser.line;
    enum vmnetacl_status status = lines_next(lines, line, error);

    if (status != VMNETACL_OK)
        return status;
    statement->kind = QEMU_NOTHING;
    statement->line = lines->line;
    statement->column = (unsigned)(line->at - line->start) + 1;
    if (line_is_empty(line) || *line->at == '#')
        return VMNETACL_OK;
    if (line_take_word(line, "allow"))
        statement->kind = QEMU_ALLOW;
    else if (line_take_word(line, "deny"))
        statement->kind = QEMU_DENY;
    else if (line_take_word(line, "include"))
        statement->kind = QEMU_INCLUDE;
    else
        return qemu_fail_word(&parser);
    if (statement->kind == QEMU_INCLUDE)
        return qemu_parse_path(&parser, statement);
    return qemu_parse_name(&parser, statement);
}

#endif
