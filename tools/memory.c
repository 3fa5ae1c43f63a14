/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

void *memory_grow(void *items, size_t count, size_t item_size)
{
    void *more = items;

    /* Full exactly when count is 0 or a power of two. */
    if ((count & (count - 1)) == 0)
        more = reallocarray(items, count == 0 ? 1 : count * 2, item_size);
    if (more == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    return more;
}

char *memory_copy(const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);

    if (text != NULL && copy == NULL)
        die(EX_TEMPFAIL, "out of memory; try again");
    return copy;
}

char *memory_vformat(const char *format, va_list arguments)
{
    char *text = NULL;

    if (vasprintf(&text, format, arguments) < 0)
        die(EX_TEMPFAIL, "out of memory; try again");
    return text;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = memory_vformat(format, arguments);
    va_end(arguments);
    return text;
}
