/* SPDX-License-Identifier: MIT */
#include "libvirt_conf.h"

#include "memory.h"
#include "text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* bridge_helper = "PATH", as libvirt's virconf.c reads it. Returns PATH, to be freed, or NULL. */
static char *read_setting(const char *line, size_t len)
{
    static const char key[] = "bridge_helper";
    const char *end = line + len;
    const char *close;

    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if ((size_t)(end - line) < sizeof key - 1 || memcmp(line, key, sizeof key - 1) != 0)
        return NULL;
    line += sizeof key - 1;
    while (line < end && (*line == ' ' || *line == '\t' || *line == '='))
        line++;
    if (line == end || (*line != '"' && *line != '\''))
        return NULL;
    close = memchr(line + 1, *line, (size_t)(end - line - 1));
    return close == NULL ? NULL : memory_format("%.*s", (int)(close - line - 1), line + 1);
}

char *libvirt_conf_bridge_helper(const char *path, bool *has_file)
{
    struct text_line line = {.number = 1};
    struct text text;
    struct stat status;
    char *found = NULL;

    *has_file =
        stat(path, &status) == 0 && S_ISREG(status.st_mode) && text_read(&text, path) == 0; /* a pipe may block */
    if (!*has_file)
        return NULL;
    for (; text_measure(&text, &line); text_next(&line)) {
        char *value = read_setting(text.bytes + line.offset, line.len);
        if (value == NULL)
            continue;
        free(found);
        found = value;
    }
    text_free(&text);
    return found;
}
