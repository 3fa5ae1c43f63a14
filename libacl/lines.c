/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include "error.h"

#include <string.h>

/* isspace() of the C locale, whatever the program's locale. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct line *line)
{
    while (line->at < line->end && is_blank(*line->at))
        line->at++;
}

void lines_start(struct lines *lines, const char *file, const char *text, size_t text_len)
{
    const char *nul = text_len > 0 ? memchr(text, '\0', text_len) : NULL;

    *lines = (struct lines){.file = file, .next = text, .end = text + text_len};
    lines->nul = nul != NULL ? nul : lines->end;
}

bool lines_at_end(const struct lines *lines)
{
    return lines->next == lines->end;
}

void lines_error(const struct lines *lines, const struct line *line, const char *at, enum vmnetacl_code code,
                 struct vmnetacl_error *error)
{
    error_start(error, code, lines->file, lines->line, (unsigned)(at - line->start) + 1);
}

enum vmnetacl_status lines_next(struct lines *lines, struct line *line, struct vmnetacl_error *error)
{
    const char *newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
    const char *end = newline != NULL ? newline : lines->end;

    *line = (struct line){.start = lines->next, .at = lines->next, .end = end};
    lines->next = newline != NULL ? newline + 1 : lines->end;
    lines->line++;

    if (end - line->start > VMNETACL_LINE_MAX) {
        lines_error(lines, line, line->start + VMNETACL_LINE_MAX, VMNETACL_CODE_LINE_LONG, error);
        error_add(error, "the line is longer than 1023 bytes; split it");
        return VMNETACL_UNAVAIL;
    }
    if (lines->nul < end) {
        lines_error(lines, line, lines->nul, VMNETACL_CODE_LINE_NUL, error);
        error_add(error, "a NUL byte cannot be in a rule file; remove it");
        return VMNETACL_UNAVAIL;
    }
    skip_blanks(line);
    while (line->end > line->at && is_blank(line->end[-1]))
        line->end--;
    return VMNETACL_OK;
}

struct line line_take_word(struct line *line)
{
    struct line word = *line;

    while (line->at < line->end && *line->at != ' ' && *line->at != '\t')
        line->at++;
    word.end = line->at;
    skip_blanks(line);
    return word;
}

bool line_is_empty(const struct line *line)
{
    return line->at == line->end;
}

size_t line_len(const struct line *line)
{
    return (size_t)(line->end - line->at);
}

bool line_is(const struct line *line, const char *word)
{
    size_t len = strlen(word);

    return line_len(line) == len && memcmp(line->at, word, len) == 0;
}
