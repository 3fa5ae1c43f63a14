/* SPDX-License-Identifier: MIT */
#include "shell_word.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

const char *shell_word(const char *name, const char *placeholder)
{
    return name != NULL && name[0] != '\0' && name[0] != '-' && name[strspn(name, PLAIN)] == '\0' ? name : placeholder;
}

static bool is_printable(const char *word)
{
    while (*word >= ' ' && *word <= '~')
        word++;
    return *word == '\0';
}

/* An error is not reported: this is for stderr. */
static void print_quoted(FILE *out, const char *word)
{
    bool is_text = is_printable(word);

    (void)fputs(is_text ? "'" : "$'", out);
    for (; *word != '\0'; word++)
        if (is_text && *word == '\'')
            (void)fputs("'\\''", out);
        else if (is_text || (is_printable((char[]){*word, '\0'}) && *word != '\'' && *word != '\\'))
            (void)fputc(*word, out);
        else
            (void)fprintf(out, "\\%03o", (unsigned)(unsigned char)*word);
    (void)fputs("'", out);
}

/* A shell takes a '=' in the first word for an assignment, and zsh one at the beginning of any word for a command. */
void shell_command_print(FILE *out, char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        const char *plain = i == 0 ? PLAIN "/,:+@%" : PLAIN "/,:+@%=";
        if (i > 0)
            (void)fputs(" ", out);
        if (words[i][0] != '\0' && words[i][0] != '=' && words[i][strspn(words[i], plain)] == '\0')
            (void)fputs(words[i], out);
        else
            print_quoted(out, words[i]);
    }
}
