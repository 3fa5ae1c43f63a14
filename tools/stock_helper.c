/* SPDX-License-Identifier: MIT */
#include "stock_helper.h"

#include "text.h"

#include <stddef.h>
#include <string.h>

#define HELPER VMNET_HELPER_PATH

/* A script that only starts another program is not longer. */
#define SCRIPT_MAX 4096

/* Where upstream and Fedora have it, and where Debian and Arch have it. */
static const char *const paths[] = {"/usr/libexec/qemu-bridge-helper", "/usr/lib/qemu/qemu-bridge-helper"};

/* Does a line that is no comment have the path of ours as a word? */
static bool line_starts_ours(const char *line, size_t len)
{
    const char *end = line + len;
    const char *found = len > 0 && line[0] == '#' ? NULL : memmem(line, len, HELPER, strlen(HELPER));

    if (found == NULL || (found > line && strchr(" \t\"'=", found[-1]) == NULL))
        return false;
    found += strlen(HELPER);
    return found == end || (*found != '\0' && strchr(" \t\"';", *found) != NULL);
}

static bool script_starts_ours(const struct text *script)
{
    struct text_line line = {.number = 1};

    if (script->len < 2 || memcmp(script->bytes, "#!", 2) != 0)
        return false;
    for (; text_measure(script, &line); text_next(&line))
        if (line_starts_ours(script->bytes + line.offset, line.len))
            return true;
    return false;
}

static bool is_copy(const struct text *program)
{
    struct text ours;
    bool is_same;

    if (text_read(&ours, HELPER) != 0)
        return false;
    is_same = program->len > 0 && program->len == ours.len && memcmp(program->bytes, ours.bytes, ours.len) == 0;
    text_free(&ours);
    return is_same;
}

bool stock_helper_is_ours(const char *path, const struct stat *status)
{
    struct stat ours;
    bool has_ours = stat(HELPER, &ours) == 0;
    struct text text;
    bool is_ours;

    if (strcmp(path, HELPER) == 0 || (has_ours && ours.st_dev == status->st_dev && ours.st_ino == status->st_ino))
        return true;
    if ((status->st_size > SCRIPT_MAX && !(has_ours && status->st_size == ours.st_size)) || text_read(&text, path) != 0)
        return false;
    is_ours = script_starts_ours(&text) || is_copy(&text);
    text_free(&text);
    return is_ours;
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
