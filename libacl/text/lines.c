/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include "error.h"

void lines_start(struct lines *lines, const char *file, const char *text, size_t text_len)
{
    *lines = (struct lines){.file = file};
    lines_continue(lines, text, text_len);
}

/* The first NUL of the lines to come. */
static void find_nul(struct lines *lines)
{
    size_t len = (size_t)(lines->end - lines->next);
    const char *nul = len > 0 ? memchr(lines->next, '\0', len) : NULL;

    lines->nul = nul != NULL ? nul : lines->end;
}

void lines_continue(struct lines *lines, const char *text, size_t text_len)
{
    lines->next = text;
    lines->end = text + text_len;
    find_nul(lines);
}

enum vmnetacl_status lines_fail(const struct lines *lines, const struct line *line, const char *at,
                                enum vmnetacl_code code, struct vmnetacl_error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)error_vset(error, code, lines->file, lines->line, (unsigned)(at - line->start) + 1, format, arguments);
    va_end(arguments);
    return error_status(error);
}

enum vmnetacl_status lines_refuse(struct lines *lines, const struct line *line, struct vmnetacl_error *error)
{
    enum vmnetacl_status status;

    if (line->end - line->start > VMNETACL_LINE_MAX)
        status = lines_fail(lines, line, line->start + VMNETACL_LINE_MAX, VMNETACL_CODE_LINE_LONG, error,
                            "the line is longer than %u bytes; split it", (unsigned)VMNETACL_LINE_MAX);
    else
        status = lines_fail(lines, line, lines->nul, VMNETACL_CODE_LINE_NUL, error,
                            "a NUL byte cannot be in a rule file; remove it");
    find_nul(lines); /* the linter goes on after an error */
    return status;
}
