/* SPDX-License-Identifier: MIT */
#include "excerpt.h"

#include "escape.h"
#include "memory.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* How many bytes of a long line are shown on either side of the caret. */
#define EXCERPT_SIDE 80

static void excerpt_open(struct excerpt *excerpt, const char *path)
{
    struct stat status;

    excerpt_free(excerpt);
    excerpt->path = memory_copy(path);
    /* A FIFO would block. Replacing the file between the two calls gains nothing: we run as the user. */
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
        (void)text_read(&excerpt->text, path); /* without it there is no excerpt */
}

const char *excerpt_find(struct excerpt *excerpt, const char *path, unsigned line, size_t *line_len)
{
    if (line == 0)
        return NULL;
    if (excerpt->path == NULL || strcmp(excerpt->path, path) != 0)
        excerpt_open(excerpt, path);
    if (excerpt->line.number == 0 || excerpt->line.number > line)
        excerpt->line = (struct text_line){.number = 1};
    while (text_measure(&excerpt->text, &excerpt->line)) {
        if (excerpt->line.number == line) {
            *line_len = excerpt->line.len;
            return excerpt->text.bytes + excerpt->line.offset;
        }
        text_next(&excerpt->line);
    }
    return NULL;
}

/* Print a byte, or as many blanks as it is wide. A tab is printed as a tab in both lines, which keeps them aligned. */
static void print_byte(FILE *out, char byte, bool is_shown)
{
    char shown[5];
    size_t width;

    if (byte == '\t') {
        (void)fputc('\t', out);
        return;
    }
    width = vmnetacl_escape(shown, sizeof shown, &byte, 1);
    (void)fprintf(out, "%*s", (int)width, is_shown ? shown : "");
}

void excerpt_print(FILE *out, const char *line, size_t line_len, unsigned column)
{
    size_t caret = column == 0 ? 0 : column - 1; /* may be one past the end, where something is missing */
    size_t begin = caret > EXCERPT_SIDE ? caret - EXCERPT_SIDE : 0;
    size_t end = line_len > caret + EXCERPT_SIDE ? caret + EXCERPT_SIDE : line_len;
    const char *before = begin > 0 ? "..." : "";

    if (caret > line_len)
        return; /* the file has changed */
    (void)fprintf(out, "    %s", before);
    for (size_t i = begin; i < end; i++)
        print_byte(out, line[i], true);
    (void)fputs(end < line_len ? "...\n" : "\n", out);
    if (column == 0)
        return;
    (void)fprintf(out, "    %*s", (int)strlen(before), "");
    for (size_t i = begin; i < caret; i++)
        print_byte(out, line[i], false);
    (void)fprintf(out, "%s^%s\n", terminal_style(STYLE_GOOD), terminal_style(STYLE_PLAIN));
}

void excerpt_free(struct excerpt *excerpt)
{
    free(excerpt->path);
    text_free(&excerpt->text);
    *excerpt = (struct excerpt){.path = NULL};
}
