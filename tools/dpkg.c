/* SPDX-License-Identifier: MIT */
#include "dpkg.h"

#include "memory.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATABASE "/var/lib/dpkg"

bool dpkg_has_file(const char *path)
{
    static const char local[] = "/usr/local/";
    static const char usr[] = "/usr/";

    return access(DATABASE "/status", F_OK) == 0 && strncmp(path, usr, sizeof usr - 1) == 0 &&
           strncmp(path, local, sizeof local - 1) != 0;
}

/*
 * The file has three lines for each diversion: the path in the package, where the file is, and the package that moved
 * it. Visits each with the first two.
 */
static void visit_diversions(void (*visit)(const char *packaged_path, const char *path, void *data), void *data)
{
    struct text_line line = {.number = 1};
    struct text text;
    char *packaged_path = NULL;

    if (text_read(&text, DATABASE "/diversions") != 0)
        return;
    for (; text_measure(&text, &line); text_next(&line)) {
        char *path = memory_format("%.*s", (int)line.len, text.bytes + line.offset);
        if (line.number % 3 == 2 && packaged_path != NULL)
            visit(packaged_path, path, data);
        free(packaged_path);
        packaged_path = path;
    }
    free(packaged_path);
    text_free(&text);
}

struct packaged {
    const char *path;
    char *packaged_path;
};

static void compare_diversion(const char *packaged_path, const char *path, void *data)
{
    struct packaged *packaged = data;

    if (packaged->packaged_path == NULL && strcmp(path, packaged->path) == 0)
        packaged->packaged_path = memory_copy(packaged_path);
}

char *dpkg_packaged_path(const char *path)
{
    struct packaged packaged = {.path = path};

    visit_diversions(compare_diversion, &packaged);
    return packaged.packaged_path != NULL ? packaged.packaged_path : memory_copy(path);
}

/* Each line of the file is "USER GROUP MODE PATH". */
char *dpkg_override(const char *packaged_path)
{
    struct text_line line = {.number = 1};
    struct text text;
    char *found = NULL;
    size_t path_len = strlen(packaged_path);

    if (text_read(&text, DATABASE "/statoverride") != 0)
        return NULL;
    for (; found == NULL && text_measure(&text, &line); text_next(&line)) {
        const char *begin = text.bytes + line.offset;
        size_t words_len = line.len - path_len - 1;
        if (line.len > path_len && begin[words_len] == ' ' &&
            memcmp(begin + words_len + 1, packaged_path, path_len) == 0)
            found = memory_format("%.*s", (int)words_len, begin);
    }
    text_free(&text);
    return found;
}

/* The file has a path a line. */
bool dpkg_package_has(const char *package, const char *path)
{
    char *list = memory_format(DATABASE "/info/%s.list", package);
    struct text_line line = {.number = 1};
    struct text text;
    bool is_found = false;
    size_t path_len = strlen(path);

    if (text_read(&text, list) == 0) {
        for (; !is_found && text_measure(&text, &line); text_next(&line))
            is_found = line.len == path_len && memcmp(text.bytes + line.offset, path, path_len) == 0;
        text_free(&text);
    }
    free(list);
    return is_found;
}

struct named {
    const char *name;
    void (*visit)(const char *path, void *data);
    void *data;
};

static void compare_name(const char *packaged_path, const char *path, void *data)
{
    const struct named *named = data;
    const char *slash = strrchr(packaged_path, '/');

    if (slash != NULL && strcmp(slash + 1, named->name) == 0)
        named->visit(path, named->data);
}

void dpkg_visit_diverted(const char *name, void (*visit)(const char *path, void *data), void *data)
{
    struct named named = {.name = name, .visit = visit, .data = data};

    visit_diversions(compare_name, &named);
}
