/* SPDX-License-Identifier: MIT */
#include "excerpt.h"

#include "escape.h"
#include "memory.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How many bytes of a long line are shown on either side of the caret. */
#define EXCERPT_SIDE 80

/* Open a file with no symbolic link and no ".." leading out of the root; -1 on failure, also before Linux 5.6. */
static int open_below(const struct excerpt_origin *origin, const char *path)
{
    const char *root = origin->root == NULL ? "/" : origin->root;
    size_t root_len = origin->root == NULL ? 0 : strlen(root);
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, /* a FIFO would block */
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int root_fd;
    int fd;

    if (path[0] != '/' || strncmp(path, root, root_len) != 0)
        return -1;
    root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return -1;
    fd = (int)syscall(SYS_openat2, root_fd, path + root_len, &how, sizeof how);
    (void)close(root_fd); /* only a place */
    return fd;
}

static void excerpt_open(struct excerpt *excerpt, const struct excerpt_origin *origin, const char *path)
{
    struct stat status;
    int fd;

    excerpt_free(excerpt);
    excerpt->path = memory_copy(path);
    for (size_t i = 0; i < origin->texts_count; i++) {
        if (strcmp(origin->texts[i].path, path) != 0)
            continue;
        excerpt->text = origin->texts[i].text;
        return;
    }
    fd = open_below(origin, path);
    if (fd < 0)
        return;
    excerpt->is_read = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == origin->owner &&
                       text_read_open(&excerpt->text, fd) == 0;
    (void)close(fd); /* it was only read, so this cannot lose data */
}

const char *excerpt_find(struct excerpt *excerpt, const struct excerpt_origin *origin, const char *path, unsigned line,
                         size_t *line_len)
{
    if (line == 0)
        return NULL;
    if (excerpt->path == NULL || strcmp(excerpt->path, path) != 0)
        excerpt_open(excerpt, origin, path);
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
    if (excerpt->is_read)
        text_free(&excerpt->text);
    *excerpt = (struct excerpt){.path = NULL};
}
