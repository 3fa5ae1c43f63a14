/* SPDX-License-Identifier: MIT */
#include "qemu_parse.h"

#include "error.h"
#include "ifname.h"

static enum vmnetacl_status fail(const struct lines *lines, const struct line *line, const char *at,
                                 enum vmnetacl_code code, const char *message, struct vmnetacl_error *error)
{
    lines_error(lines, line, at, code, error);
    error_add(error, message);
    return VMNETACL_UNAVAIL;
}

static enum vmnetacl_status fail_keyword(const struct lines *lines, const struct line *line,
                                         struct vmnetacl_error *error)
{
    size_t word_len = 0;

    while (word_len < line_len(line) && word_len < 32 && line->at[word_len] != ' ' && line->at[word_len] != '\t')
        word_len++;
    lines_error(lines, line, line->at, VMNETACL_CODE_KEYWORD_UNKNOWN, error);
    error_add(error, "unknown word '");
    error_add_bytes(error, line->at, word_len);
    error_add(error, "'; a line begins with allow, deny, include or #");
    return VMNETACL_UNAVAIL;
}

/* "all" | name */
static enum vmnetacl_status parse_name(const struct lines *lines, const struct line *name,
                                       struct qemu_statement *statement, struct vmnetacl_error *error)
{
    size_t len = line_len(name);
    const char *bad = ifname_bad_byte(name->at, name->end);

    if (len == 0)
        return fail(lines, name, name->at, VMNETACL_CODE_NAME_MISSING,
                    "the name of a bridge is missing; write a name or all", error);
    if (bad < name->end)
        return fail(lines, name, bad, VMNETACL_CODE_NAME_INVALID,
                    "the name of a bridge holds no blank, control byte, '/', ':' or '%'; "
                    "write one name a line, and comments on lines of their own",
                    error);
    if (ifname_is_dots(name->at, len))
        return fail(lines, name, name->at, VMNETACL_CODE_NAME_INVALID, "no bridge can be called '.' or '..'", error);
    if (len > VMNETACL_NAME_MAX)
        return fail(lines, name, name->at + VMNETACL_NAME_MAX, VMNETACL_CODE_NAME_LONG,
                    "the name of a bridge has at most 15 bytes", error);
    statement->argument = name->at;
    statement->argument_len = line_is(name, "all") ? 0 : len;
    return VMNETACL_OK;
}

/* absolute-path */
static enum vmnetacl_status parse_path(const struct lines *lines, const struct line *path,
                                       struct qemu_statement *statement, struct vmnetacl_error *error)
{
    if (line_is_empty(path))
        return fail(lines, path, path->at, VMNETACL_CODE_PATH_MISSING, "the path of the file to include is missing",
                    error);
    /* A relative path would be looked up where the caller stands: he would choose the rules. */
    if (*path->at != '/')
        return fail(lines, path, path->at, VMNETACL_CODE_PATH_RELATIVE,
                    "the path of the file to include must be absolute; begin it with /", error);
    statement->argument = path->at;
    statement->argument_len = line_len(path);
    return VMNETACL_OK;
}

enum vmnetacl_status qemu_parse_line(struct lines *lines, struct qemu_statement *statement,
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
        return fail_keyword(lines, &line, error);
    if (statement->kind == QEMU_INCLUDE)
        return parse_path(lines, &line, statement, error);
    return parse_name(lines, &line, statement, error);
}
