/* SPDX-License-Identifier: MIT */
/*
 * A text, line by line. Pure: works on a byte buffer and touches nothing else.
 *
 * Only lines_next() moves on to another line, and a column is always the distance from the line's start, so the two
 * cannot drift apart from the text.
 */
#ifndef VMNETACL_LINES_H
#define VMNETACL_LINES_H

#include "vmnetacl.h"

struct lines {
    const char *file; /* for errors */
    const char *next; /* the first byte of the line to come */
    const char *end;  /* of the text */
    const char *nul;  /* the first NUL byte of the text, or its end */
    unsigned line;    /* the number of the current line, from 1; 0 before the first */
};

/* A stretch of the current line, and where that line starts. Blanks around it are not part of it. */
struct line {
    const char *start; /* of the line: column 1 */
    const char *at;
    const char *end;
};

void lines_start(struct lines *lines, const char *file, const char *text, size_t text_len);

bool lines_at_end(const struct lines *lines);

/*
 * Take the next line, without its newline and the blanks around it (isspace() in the C locale, so a carriage return is
 * one). OK; UNAVAIL when it is longer than VMNETACL_LINE_MAX or holds a NUL.
 */
enum vmnetacl_status lines_next(struct lines *lines, struct line *line, struct vmnetacl_error *error);

/* Split off the first word, which ends at a space or tab; the line keeps the rest, without the blanks before it. */
struct line line_take_word(struct line *line);

bool line_is_empty(const struct line *line);
bool line_is(const struct line *line, const char *word);
size_t line_len(const struct line *line);

/* Start an error at a place in the current line. */
void lines_error(const struct lines *lines, const struct line *line, const char *at, enum vmnetacl_code code,
                 struct vmnetacl_error *error);

#endif
