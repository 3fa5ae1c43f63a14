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

/*
 * Read a regular file, or a pipe that this process has open (/dev/fd/63). A FIFO or a device could block for ever.
 * Returns 0 or an errno; EFBIG when it has more than TEXT_MAX bytes, EMEDIUMTYPE when it is no such file.
 */
int text_read(struct text *text, const char *path);

/* Read all that an open file still has, whatever it is. As above. */
int text_read_open(struct text *text, int fd);

void text_free(struct text *text);

/* Measure the line that begins at line->offset. Returns false after the last line. */
bool text_measure(const struct text *text, struct text_line *line);

/* Go on to the next line. */
void text_next(struct text_line *line);
