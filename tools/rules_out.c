/* SPDX-License-Identifier: MIT */
/* Errors of stdout are checked once, with ferror(3) in main(). */
#include "rules_out.h"

#include "escape.h"
#include "memory.h"
#include "terminal.h"
#include "vmnetacl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rules_out_blank(void)
{
    (void)fputs("\n", stdout);
}

/* A file keeps text in any language. For a terminal, all but printable ASCII and tabs is escaped. */
static size_t shown_byte(char out[5], char byte)
{
    if (byte != '\t' && ((unsigned char)byte < 0x80 || terminal_is_there()))
        return vmnetacl_escape(out, 5, &byte, 1);
    out[0] = byte;
    out[1] = '\0';
    return 1;
}

void rules_out_comment(const char *text, size_t text_len)
{
    size_t width = 0;
    char shown[5];

    if (text_len == 0 || text[0] != '#')
        width += (size_t)printf("# ");
    for (size_t i = 0; i < text_len; i++) {
        size_t shown_len = shown_byte(shown, text[i]);
        if (width + shown_len > VMNETACL_LINE_MAX)
            width = (size_t)printf("\n# ") - 1;
        (void)fputs(shown, stdout);
        width += shown_len;
    }
    (void)fputs("\n", stdout);
}

void rules_out_head(const char *path)
{
    char *shown = escape_copy(path, strlen(path));
    char *head = memory_format("# Converted by vmnetctl %s from %s", VMNET_VERSION, shown);

    rules_out_comment(head, strlen(head));
    free(head);
    free(shown);
}

void rules_out_note(unsigned line, const char *text, size_t text_len, const char *why)
{
    char *note = memory_format("# NOTE on line %u: %s:", line, why);
    char *quoted = memory_format("#     %.*s", (int)text_len, text);

    rules_out_comment(note, strlen(note));
    rules_out_comment(quoted, strlen(quoted));
    free(note);
    free(quoted);
}

void rules_out_rule(const char *rule)
{
    (void)puts(rule);
}
