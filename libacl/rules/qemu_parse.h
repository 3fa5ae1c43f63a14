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
#include "lines.h"

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

/* Fill in an error at a place in the line. Always UNAVAIL. */
enum vmnetacl_status qemu_fail(const struct lines *lines, const struct line *line, const char *at,
                               enum vmnetacl_code code, const char *message, struct vmnetacl_error *error);

/* The same for a line that begins with an unknown word. */
enum vmnetacl_status qemu_fail_word(const struct lines *lines, const struct line *line, struct vmnetacl_error *error);

/* "all" | name */
static inline enum vmnetacl_status qemu_parse_name(const struct lines *lines, const struct line *name,
                                                   struct qemu_statement *statement, struct vmnetacl_error *error)
{
    size_t len = line_len(name);
    const char *bad = ifname_bad_byte(name->at, name->end);

    if (len == 0)
        return qemu_fail(lines, name, name->at, VMNETACL_CODE_NAME_MISSING,
                         "the name of a bridge is missing; write a name or all", error);
    if (bad < name->end)
        return qemu_fail(lines, name, bad, VMNETACL_CODE_NAME_INVALID,
                         "the name of a bridge holds no blank, control byte, '/', ':' or '%'; "
                         "write one name a line, and comments on lines of their own",
                         error);
    if (ifname_is_dots(name->at, len))
        return qemu_fail(lines, name, name->at, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'",
                         error);
    if (len > VMNETACL_NAME_MAX)
        return qemu_fail(lines, name, name->at + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                         "the name of a bridge has at most 15 bytes", error);
    statement->argument = name->at;
    statement->argument_len = line_is(name, "all") ? 0 : len;
    return VMNETACL_OK;
}

/* absolute-path */
static inline enum vmnetacl_status qemu_parse_path(const struct lines *lines, const struct line *path,
                                                   struct qemu_statement *statement, struct vmnetacl_error *error)
{
    if (line_is_empty(path))
        return qemu_fail(lines, path, path->at, VMNETACL_CODE_PATH_MISSING,
                         "the path of the file to include is missing", error);
    /* A relative path would be looked up where the caller stands: he would choose the rules. */
    if (*path->at != '/')
        return qemu_fail(lines, path, path->at, VMNETACL_CODE_PATH_RELATIVE,
                         "the path of the file to include must be absolute; begin it with /", error);
    statement->argument = path->at;
    statement->argument_len = line_len(path);
    return VMNETACL_OK;
}

/* Parse the next line: OK, with statement filled in; or UNAVAIL, with error filled in and statement worthless. */
static inline enum vmnetacl_status qemu_parse_line(struct lines *lines, struct qemu_statement *statement,
                                                   struct vmnetacl_error *error)
{
    struct line line;
    enum vmnetacl_status status = lines_next(lines, &line, error);

    if (status != VMNETACL_OK)
        return status;
    statement->kind = QEMU_NOTHING;
    statement->line = lines->line;
    statement->column = (unsigned)(line.at - line.start) + 1;
    if (line_is_empty(&line) || *line.at == '#')
        return VMNETACL_OK;
    if (line_take_word(&line, "allow"))
        statement->kind = QEMU_ALLOW;
    else if (line_take_word(&line, "deny"))
        statement->kind = QEMU_DENY;
    else if (line_take_word(&line, "include"))
        statement->kind = QEMU_INCLUDE;
    else
        return qemu_fail_word(lines, &line, error);
    if (statement->kind == QEMU_INCLUDE)
        return qemu_parse_path(lines, &line, statement, error);
    return qemu_parse_name(lines, &line, statement, error);
}

#endif
