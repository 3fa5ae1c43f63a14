/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static int read_all(struct text *text, int fd)
{
    size_t room = 0;
    ssize_t got;

    for (;;) {
        if (text->len == room) {
            char *more = realloc(text->bytes, room = room == 0 ? 4096 : room * 2);
            if (more == NULL)
                return ENOMEM;
            text->bytes = more;
        }
        got = read(fd, text->bytes + text->len, room - text->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            return 0;
        text->len += (size_t)got;
        if (text->len > TEXT_MAX)
            return EFBIG;
    }
}

int text_read_open(struct text *text, int fd)
{
    int error;

    *text = (struct text){.bytes = NULL};
    error = read_all(text, fd);
    if (error != 0)
        text_free(text);
    return error;
}

/* A pipe without a name is one that a shell made for us; its writer is there, or it is at its end. */
static int require_readable(int fd)
{
    struct stat status;
    struct statfs system;

    if (fstat(fd, &status) != 0)
        return errno;
    if (S_ISREG(status.st_mode))
        return 0;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (!S_ISFIFO(status.st_mode) || fstatfs(fd, &system) != 0 || system.f_type != PIPEFS_MAGIC)
        return EMEDIUMTYPE;
    return fcntl(fd, F_SETFL, 0) == 0 ? 0 : errno; /* wait for the writer */
}

int text_read(struct text *text, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int error;

    *text = (struct text){.bytes = NULL};
    if (fd < 0)
        return errno;
    error = require_readable(fd);
    if (error == 0)
        error = text_read_open(text, fd);
    (void)close(fd); /* it was only read, so this cannot lose data */
    return error;
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){.bytes = NULL};
}

bool text_measure(const struct text *text, struct text_line *line)
{
    const char *begin;
    const char *newline;

    if (line->offset >= text->len)
        return false;
    begin = text->bytes + line->offset;
    newline = memchr(begin, '\n', text->len - line->offset);
    line->len = newline != NULL ? (size_t)(newline - begin) : text->len - line->offset;
    return true;
}

void text_next(struct text_line *line)
{
    line->offset += line->len + 1;
    line->number++;
}
