/* SPDX-License-Identifier: MIT */
/* The line of a file that a finding is about. Most findings of one file come in the order of its lines. */
#pragma once

#include "text.h"

#include <stdio.h>

/* Where the last line was found. All zero to begin with. */
struct excerpt {
    char *path;
    struct text text;
    struct text_line line;
};

/*
 * Find a line, from 1. Returns NULL when there is none, or the file cannot be read, or is not a regular file.
 * The line lives until the next call; its length is stored in line_len.
 */
const char *excerpt_find(struct excerpt *excerpt, const char *path, unsigned line, size_t *line_len);

/* Show a line, escaped but for its tabs, and a caret below the byte at column, from 1; 0: no caret. */
void excerpt_print(FILE *out, const char *line, size_t line_len, unsigned column);

void excerpt_free(struct excerpt *excerpt);
