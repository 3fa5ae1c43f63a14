/* SPDX-License-Identifier: MIT */
/*
 * A text, line by line. Pure: works on a byte buffer and touches nothing else.
 *
 * Only lines_next() moves on to another line, and a column is always the distance from the line's start, so the two
 * cannot drift apart from the text. What is done for every one of a million lines is inline.
 */
#ifndef VMNETACL_LINES_H
#define VMNETACL_LINES_H

#include "vmnetacl.h"

#include <string.h>

struct lines {
    const char *file; /* for errors */
    const char *next; /* the first byte of the line to come */
    const char *end;  /* of the text */
    const char *nul;  /* the first NUL byte of the lines to come, or their end */
    unsigned line;    /* the number of the current line, from 1; 0 before the first */
};

/* A stretch of the current line, and where that line starts. Blanks around it are not part of it. */
struct line {
    const char *start; /* of the line: column 1 */
    const char *at;
    const char *end;
};

void lines_start(struct lines *lines, const char *file, const char *text, size_t text_len);

/* Go on with the text that follows; the last one ended with a newline, and all of it was taken. */
void lines_continue(struct lines *lines, const char *text, size_t text_len);

static inline bool lines_at_end(const struct lines *lines)
{
    return lines->next == lines->end;
}

/* What qemu-bridge-helper takes for a blank, whatever the locale: g_ascii_isspace(), which knows no vertical tab. */
static inline bool is_blank(char c)
{
    const uint64_t blanks = 1ULL << ' ' | 1ULL << '\t' | 1ULL << '\n' | 1ULL << '\f' | 1ULL << '\r';

    return (unsigned char)c <= ' ' && (blanks >> c & 1) != 0;
}

static inline size_t line_len(const struct line *line)
{
    return (size_t)(line->end - line->at);
}

static inline bool line_is_empty(const struct line *line)
{
    return line->at == line->end;
}

static inline void line_skip_blanks(struct line *line)
{
    while (line->at < line->end && is_blank(*line->at))
        line->at++;
}

/* Fill in the error of a line that is too long or holds a NUL. Always UNAVAIL. */
enum vmnetacl_status lines_refuse(struct lines *lines, const struct line *line, struct vmnetacl_error *error);

/*
 * Take the next line, without its newline and the blanks around it, of which a carriage return is one.
 * OK; UNAVAIL when it is longer than VMNETACL_LINE_MAX or holds a NUL. There must be one: see lines_at_end().
 */
static inline enum vmnetacl_status lines_next(struct lines *lines, struct line *line, struct vmnetacl_error *error)
{
    const char *newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
    const char *end = newline != NULL ? newline : lines->end;

    *line = (struct line){.start = lines->next, .at = lines->next, .end = end};
    lines->next = newline != NULL ? newline + 1 : end;
    lines->line++;
    if (end - line->start > VMNETACL_LINE_MAX || lines->nul < end)
        return lines_refuse(lines, line, error);
    line_skip_blanks(line);
    while (line->end > line->at && is_blank(line->end[-1]))
        line->end--;
    return VMNETACL_OK;
}

/* Does the line consist of this word only? */
static inline bool line_is(const struct line *line, const char *word)
{
    return line_len(line) == strlen(word) && memcmp(line->at, word, strlen(word)) == 0;
}

/* Does it begin with this word, up to a space, a tab or the end? Then take it off, with the blanks after it. */
static inline bool line_take_word(struct line *line, const char *word)
{
    size_t word_len = strlen(word);
    const char *after = line->at + word_len;

    if (line_len(line) < word_len || memcmp(line->at, word, word_len) != 0 ||
        (after < line->end && *after != ' ' && *after != '\t'))
        return false;
    line->at = after;
    line_skip_blanks(line);
    return true;
}

/* Fill in an error about a place in the current line; see error_set(). Returns the status that the code means. */
enum vmnetacl_status lines_fail(const struct lines *lines, const struct line *line, const char *at,
                                enum vmnetacl_code code, struct vmnetacl_error *error, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
