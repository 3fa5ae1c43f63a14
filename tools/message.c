/* SPDX-License-Identifier: MIT */
#include "message.h"

#include "escape.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

noreturn void die(int code, const char *format, ...)
{
    int error = errno;
    char text[2048];
    va_list arguments;

    va_start(arguments, format);
    errno = error;
    (void)vsnprintf(text, sizeof text, format, arguments); /* truncated when too long */
    va_end(arguments);
    (void)fflush(stdout); /* what was found so far comes before the reason */
    (void)fputs("vmnetctl: ", stderr);
    escape_print(stderr, text, strlen(text));
    (void)fputs("\n", stderr); /* an error on stderr cannot be reported */
    exit(code);
}
