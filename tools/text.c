/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

int text_read(struct text *text, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int error;

    *text = (struct text){.bytes = NULL};
    if (fd < 0)
        return errno;
    error = read_all(text, fd);
    (void)close(fd); /* it was only read, so this cannot lose data */
    if (error != 0)
        text_free(text);
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
