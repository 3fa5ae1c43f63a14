/* SPDX-License-Identifier: MIT */
/*
 * The line of a file that a finding is about. Most findings of one file come in the order of its lines.
 *
 * Only what the library has read may be shown: a file below --root DIR can be a link to one of which the owner of DIR
 * may not see a line.
 */
#pragma once

#include "text.h"

#include <stdio.h>
#include <sys/types.h>

/* A file that was read already. */
struct excerpt_text {
    char *path;
    struct text text;
};

/* Where lines come from. */
struct excerpt_origin {
    const char *root;           /* no file outside this directory is read, whatever links there are; NULL: "/" */
    uid_t owner;                /* nor one of another owner, which the library does not read, either */
    struct excerpt_text *texts; /* these come first */
    size_t texts_count;
};

/* Where the last line was found. All zero to begin with. */
struct excerpt {
    char *path;
    struct text text; /* what was read here; or a copy of one of origin's, which remains theirs */
    bool is_read;     /* it was read here */
    struct text_line line;
};

/*
 * Find a line, from 1, of a file whose path begins with the root, if there is one. Returns NULL when there is none, or
 * the file cannot be read so, or is not a regular file.
 * The line lives until the next call; its length is stored in line_len.
 */
const char *excerpt_find(struct excerpt *excerpt, const struct excerpt_origin *origin, const char *path, unsigned line,
                         size_t *line_len);

/* Show a line, escaped but for its tabs, and a caret below the byte at column, from 1; 0: no caret. */
void excerpt_print(FILE *out, const char *line, size_t line_len, unsigned column);

void excerpt_free(struct excerpt *excerpt);
