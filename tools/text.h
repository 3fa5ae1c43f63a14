/* SPDX-License-Identifier: MIT */
/* A text file in memory, and its lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The most bytes that are read: no file of rules is larger. */
#define TEXT_MAX (16 * 1024 * 1024)

struct text {
    char *bytes; /* NULL: nothing was read */
    size_t len;
};

/* A line of a text. Begin with {.number = 1}: all zero is not valid. */
struct text_line {
    unsigned number;
    size_t offset;
    size_t len; /* without the newline */
};

/* Read a file, which may be a pipe. Returns 0 or an errno; EFBIG when it has more than TEXT_MAX bytes. */
int text_read(struct text *text, const char *path);

void text_free(struct text *text);

/* Measure the line that begins at line->offset. Returns false after the last line. */
bool text_measure(const struct text *text, struct text_line *line);

/* Go on to the next line. */
void text_next(struct text_line *line);
