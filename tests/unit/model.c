/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdio.h>
#include <string.h>

struct model {
    const struct vmnetacl_buffer *files;
    size_t files_count;
    const char *bridge;
    bool allowed, denied, broken;
};

static bool name_is_good(const char *name)
{
    if (strlen(name) < 1 || strlen(name) > 15 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (; *name != '\0'; name++)
        if ((unsigned char)*name <= ' ' || strchr("/:%\x7f\xa0", *name) != NULL)
            return false;
    return true;
}

static void read_file(struct model *model, const char *path, int depth);

/* A line without its newline, NUL-terminated. */
static void read_line(struct model *model, char *line, int depth)
{
    static const char blanks[] = " \t\n\f\r";
    size_t word_len;
    char *rest;

    line += strspn(line, blanks);
    while (*line != '\0' && strchr(blanks, line[strlen(line) - 1]) != NULL)
        line[strlen(line) - 1] = '\0';
    if (*line == '\0' || *line == '#')
        return;
    word_len = strcspn(line, " \t");
    rest = line + word_len + strspn(line + word_len, blanks);
    line[word_len] = '\0';
    if (strcmp(line, "include") == 0 && *rest == '/')
        read_file(model, rest, depth + 1);
    else if (strcmp(line, "allow") == 0 && name_is_good(rest))
        model->allowed |= strcmp(rest, "all") == 0 || strcmp(rest, model->bridge) == 0;
    else if (strcmp(line, "deny") == 0 && name_is_good(rest))
        model->denied |= strcmp(rest, "all") == 0 || strcmp(rest, model->bridge) == 0;
    else
        model->broken = true;
}

static void read_text(struct model *model, const struct vmnetacl_buffer *file, int depth)
{
    char line[1024];
    size_t len = 0;

    for (size_t i = 0; i <= file->text_len && !model->broken; i++) {
        if (i == file->text_len || file->text[i] == '\n') {
            line[len] = '\0';
            read_line(model, line, depth);
            len = 0;
        } else if (len == 1023 || file->text[i] == '\0') {
            model->broken = true;
        } else {
            line[len++] = file->text[i];
        }
    }
}

/* A file that includes itself gets too deep in the end. */
static void read_file(struct model *model, const char *path, int depth)
{
    for (size_t i = 0; i < model->files_count && !model->broken; i++) {
        if (strcmp(model->files[i].path, path) == 0) {
            model->broken = depth > 8;
            read_text(model, &model->files[i], depth);
        }
    }
}

enum vmnetacl_status model_decide(const struct vmnetacl_buffer *files, size_t files_count, const char *bridge)
{
    struct model model = {.files = files, .files_count = files_count, .bridge = bridge};

    read_file(&model, files[0].path, 0);
    if (model.broken)
        return VMNETACL_UNAVAIL;
    if (model.denied)
        return VMNETACL_DENY;
    return model.allowed ? VMNETACL_ALLOW : VMNETACL_NOTFOUND;
}
