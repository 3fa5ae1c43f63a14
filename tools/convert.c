/* SPDX-License-Identifier: MIT */
#include "convert.h"

#include "convert_lxc.h"
#include "convert_qemu.h"
#include "message.h"
#include "text.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

enum {
    CONVERT_WHOLE = 0,
    CONVERT_NOTES = 1,
};

/* Count the words of a line, and find the first. */
static size_t words_count(const char *line, size_t line_len, const char **first, size_t *first_len)
{
    size_t count = 0;

    *first = "";
    *first_len = 0;
    for (size_t i = 0; i < line_len; i++) {
        bool is_blank = strchr(" \t\r\f", line[i]) != NULL; /* a NUL is a blank, too */
        bool was_blank = i == 0 || strchr(" \t\r\f", line[i - 1]) != NULL;
        if (!is_blank && was_blank && count++ == 0)
            *first = line + i;
        if (!is_blank && count == 1)
            (*first_len)++;
    }
    return count;
}

/* The first line that is not a comment decides: "allow virbr0" has two words, "alice veth virbr0 2" four. */
static bool is_lxc(const struct text *text)
{
    struct text_line line = {.number = 1};

    for (; text_measure(text, &line); text_next(&line)) {
        const char *first;
        size_t first_len;
        size_t count = words_count(text->bytes + line.offset, line.len, &first, &first_len);
        if (count > 0 && *first != '#')
            return count >= 4;
    }
    return false;
}

static int convert_run(const struct options *options)
{
    struct text text;
    const char *path;
    bool from_lxc;
    bool is_whole;

    if (options->files_count == 0)
        die(EX_USAGE, "missing file; see 'vmnetctl convert --help'");
    if (options->from != NULL && strcmp(options->from, "qemu") != 0 && strcmp(options->from, "lxc-usernet") != 0)
        die(EX_USAGE, "unknown format '%s'; --from takes qemu or lxc-usernet", options->from);
    path = options->files[0];
    errno = text_read(&text, path);
    if (errno != 0)
        die(errno == ENOMEM ? EX_TEMPFAIL : EX_NOINPUT, "cannot read '%s': %m", path);
    from_lxc = options->from != NULL ? strcmp(options->from, "lxc-usernet") == 0 : is_lxc(&text);
    is_whole = from_lxc ? convert_lxc(&text, path) : convert_qemu(&text, path);
    return is_whole ? CONVERT_WHOLE : CONVERT_NOTES;
}

const struct command convert_command = {
    .name = "convert",
    .options = OPTION_FROM,
    .files_max = 1,
    .run = convert_run,
    .help = "Usage: vmnetctl convert [--from qemu|lxc-usernet] FILE\n"
            "Print the rules of FILE, a bridge.conf or an lxc-usernet file, as rules for a file in\n"
            "/etc/vmnet/rules.d. Comments are kept. A line without an equivalent becomes a note.\n"
            "The rules of a bridge.conf are for the users who may read it, by its owner and its mode.\n"
            "\n"
            "  --from FORMAT    the format of FILE, qemu or lxc-usernet; by default, its content decides\n"
            "\n"
            "Exits 0 if each line has an equivalent, 1 if a line became a note, 2 if FILE has an error.\n",
};
