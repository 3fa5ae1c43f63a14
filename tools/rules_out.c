/* SPDX-License-Identifier: MIT */
/* Errors of stdout are checked once, with ferror(3) in main(). */
#include "rules_out.h"

#include "escape.h"
#include "memory.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rules_out_blank(void)
{
    (void)fputs("\n", stdout);
}

static enum escape_keep kept(void)
{
    return terminal_is_there() ? ESCAPE_KEEP_ASCII : ESCAPE_KEEP_TEXT;
}

size_t rules_out_whole(const char *text, size_t text_len)
{
    return escape_whole(text, text_len, kept());
}

/* Print bytes, in a new comment if the line becomes too long. */
static void print_within(size_t *width, const char *bytes, size_t bytes_len)
{
    if (*width + bytes_len > VMNETACL_LINE_MAX)
        *width = (size_t)printf("\n# ") - 1;
    (void)fwrite(bytes, 1, bytes_len, stdout);
    *width += bytes_len;
}

void rules_out_comment(const char *text, size_t text_len)
{
    const enum escape_keep keep = kept();
    size_t width = 0;
    size_t len;
    char escaped[5];

    if (text_len == 0 || text[0] != '#')
        width += (size_t)printf("# ");
    for (size_t i = 0; i < text_len; i += len) {
        len = text[i] == '\t' ? 1 : escape_kept_len(text + i, text_len - i, keep);
        if (len > 0)
            print_within(&width, text + i, len);
        else
            print_within(&width, escaped, vmnetacl_escape(escaped, sizeof escaped, text + i, len = 1));
    }
    (void)fputs("\n", stdout);
}

void rules_out_say(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = memory_vformat(format, arguments);
    va_end(arguments);
    rules_out_comment(text, strlen(text));
    free(text);
}

void rules_out_head(const char *path)
{
    rules_out_say("# Converted by vmnetctl %s from %s", VMNET_VERSION, path);
}

void rules_out_note(unsigned line, const char *text, size_t text_len, const char *why)
{
    rules_out_say("# NOTE on line %u: %s:", line, why);
    rules_out_say("#     %.*s", (int)text_len, text);
}

void rules_out_rule(const char *rule)
{
    (void)puts(rule);
}
