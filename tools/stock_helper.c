/* SPDX-License-Identifier: MIT */
#include "stock_helper.h"

#include "text.h"

#include <stddef.h>
#include <string.h>

/* A script that only starts another program is not longer. */
#define SCRIPT_MAX 4096

/* What it is called, and the installed file: they differ where a wrapper starts it. */
static const char *const ours[] = {VMNET_HELPER_PATH, VMNET_HELPER_INSTALLED};

/* Where upstream and Fedora have it, and where Debian and Arch have it. */
static const char *const paths[] = {"/usr/libexec/qemu-bridge-helper", "/usr/lib/qemu/qemu-bridge-helper"};

/* Does a line that is no comment have the path as a word? */
static bool line_has(const char *line, size_t len, const char *path)
{
    const char *end = line + len;
    const char *found = len > 0 && line[0] == '#' ? NULL : memmem(line, len, path, strlen(path));

    if (found == NULL || (found > line && strchr(" \t\"'=", found[-1]) == NULL))
        return false;
    found += strlen(path);
    return found == end || (*found != '\0' && strchr(" \t\"';", *found) != NULL);
}

static bool script_starts(const struct text *script, const char *path)
{
    struct text_line line = {.number = 1};

    if (script->len < 2 || memcmp(script->bytes, "#!", 2) != 0)
        return false;
    for (; text_measure(script, &line); text_next(&line))
        if (line_has(script->bytes + line.offset, line.len, path))
            return true;
    return false;
}

static bool is_copy(const struct text *program, const char *path)
{
    struct text text;
    bool is_same;

    if (text_read(&text, path) != 0)
        return false;
    is_same = program->len > 0 && program->len == text.len && memcmp(program->bytes, text.bytes, text.len) == 0;
    text_free(&text);
    return is_same;
}

static bool is_as(const char *path, const struct stat *status, const char *our_path)
{
    struct stat our_status;
    bool has_ours = stat(our_path, &our_status) == 0;
    struct text text;
    bool is_found;

    if (has_ours && our_status.st_dev == status->st_dev && our_status.st_ino == status->st_ino)
        return true;
    if ((status->st_size > SCRIPT_MAX && !(has_ours && status->st_size == our_status.st_size)) ||
        text_read(&text, path) != 0)
        return false;
    is_found = script_starts(&text, our_path) || is_copy(&text, our_path);
    text_free(&text);
    return is_found;
}

bool stock_helper_is_ours(const char *path, const struct stat *status)
{
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcmp(path, ours[i]) == 0 || is_as(path, status, ours[i]))
            return true;
    return false;
}

void stock_helper_find(struct stock_helper *stock)
{
    struct stat status;

    *stock = (struct stock_helper){.path = NULL};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && !stock->is_ours; i++) {
        if (stat(paths[i], &status) != 0)
            continue;
        stock->path = paths[i];
        stock->is_ours = stock_helper_is_ours(paths[i], &status);
    }
}
