/* SPDX-License-Identifier: MIT */
#include "convert.h"

#include "convert_line.h"
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
    CONVERT_ERROR = 2,
};

/* The kind of the first line whose kind is known. */
static enum convert_line kind_of(const struct text *text)
{
    struct text_line line = {.number = 1};
    enum convert_line kind = CONVERT_LINE_UNKNOWN;

    for (; kind == CONVERT_LINE_UNKNOWN && text_measure(text, &line); text_next(&line))
        kind = convert_line_kind(text->bytes + line.offset, line.len);
    return kind;
}

static bool begins_with_mark(const struct text *text)
{
    static const char mark[] = "\xef\xbb\xbf"; /* U+FEFF in UTF-8 */

    return text->len >= strlen(mark) && memcmp(text->bytes, mark, strlen(mark)) == 0;
}

/* Is it an lxc-usernet? Ends the program when it has no format that can be converted. */
static bool is_lxc(const struct text *text, const struct options *options)
{
    const char *path = options->files[0];
    enum convert_line kind = CONVERT_LINE_UNKNOWN;

    if (begins_with_mark(text))
        die(CONVERT_ERROR, "%s:1:1: the file begins with a byte order mark; save it as UTF-8 without one", path);
    if (options->from != NULL)
        return strcmp(options->from, "lxc-usernet") == 0;
    kind = kind_of(text);
    if (kind == CONVERT_LINE_RULE)
        die(CONVERT_ERROR,
            "'%s' is already a file of rules; check it with 'vmnetctl check', if its name ends with .rules", path);
    return kind == CONVERT_LINE_LXC || kind == CONVERT_LINE_LXC_USERLESS;
}

static int convert_run(const struct options *options)
{
    struct text text;
    const char *path;
    bool is_whole;

    if (options->files_count == 0)
        die(EX_USAGE, "missing file; see 'vmnetctl convert --help'");
    if (options->from != NULL && strcmp(options->from, "qemu") != 0 && strcmp(options->from, "lxc-usernet") != 0)
        die(EX_USAGE, "unknown format '%s'; --from takes qemu or lxc-usernet", options->from);
    path = options->files[0];
    errno = text_read(&text, path);
    if (errno == EMEDIUMTYPE)
        die(EX_NOINPUT, "'%s' is not a regular file; to convert what it gives, write that to a file", path);
    if (errno != 0)
        die(errno == ENOMEM ? EX_TEMPFAIL : EX_NOINPUT, "cannot read '%s': %m", path);
    if (is_lxc(&text, options))
        is_whole = convert_lxc(&text, path, options->drop_limits);
    else if (options->drop_limits)
        die(EX_USAGE, "--drop-limits is for lxc-usernet, and '%s' is a bridge.conf, which has no limits", path);
    else
        is_whole = convert_qemu(&text, path);
    return is_whole ? CONVERT_WHOLE : CONVERT_NOTES;
}

const struct command convert_command = {
    .name = "convert",
    .options = OPTION_FROM | OPTION_DROP_LIMITS,
    .files_max = 1,
    .run = convert_run,
    .help = "Usage: vmnetctl convert [--from qemu|lxc-usernet] [--drop-limits] FILE\n"
            "Print the rules of FILE, a bridge.conf or an lxc-usernet file, as rules for a file in\n"
            "/etc/vmnet/rules.d. Comments are kept. A line without an equivalent becomes a note.\n"
            "The rules of a bridge.conf are for the users who may read it, by its owner and its mode.\n"
            "\n"
            "  --from FORMAT    the format of FILE, qemu or lxc-usernet; by default, its content decides\n"
            "  --drop-limits    leave out the counts of an lxc-usernet file, and allow any number of taps\n"
            "\n"
            "Exits 0 if each line has an equivalent, 1 if a line has a note, 2 if FILE has an error.\n",
};
