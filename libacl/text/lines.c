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

void lines_error(const struct lines *lines, const struct line *line, const char *at, enum vmnetacl_code code,
                 struct vmnetacl_error *error)
{
    error_start(error, code, lines->file, lines->line, (unsigned)(at - line->start) + 1);
}

enum vmnetacl_status lines_refuse(struct lines *lines, const struct line *line, struct vmnetacl_error *error)
{
    if (line->end - line->start > VMNETACL_LINE_MAX) {
        lines_error(lines, line, line->start + VMNETACL_LINE_MAX, VMNETACL_CODE_LINE_LONG, error);
        error_add(error, "the line is longer than 1023 bytes; split it");
    } else {
        lines_error(lines, line, lines->nul, VMNETACL_CODE_LINE_NUL, error);
        error_add(error, "a NUL byte cannot be in a rule file; remove it");
    }
    find_nul(lines); /* for who goes on after an error */
    return VMNETACL_UNAVAIL;
}
