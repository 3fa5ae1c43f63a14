/* SPDX-License-Identifier: MIT */
#include "source.h"

#include "error.h"

#include <errno.h>
#include <string.h>

static const struct source *const sources[] = {&source_files, &source_qemu};

const struct source *source_find(const char *name, size_t name_len)
{
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        if (strlen(sources[i]->name) == name_len && memcmp(sources[i]->name, name, name_len) == 0)
            return sources[i];
    return NULL;
}

const struct vmnetacl_buffer *origin_find_buffer(const struct vmnetacl_origin *origin, const char *source, size_t *at)
{
    for (; origin->buffers != NULL && *at < origin->buffers_count; (*at)++)
        if (strcmp(origin->buffers[*at].source, source) == 0)
            return &origin->buffers[*at];
    return NULL;
}

const char *source_path(const struct source *source, const struct vmnetacl_origin *origin)
{
    const char *path = source->path(origin);

    return path != NULL ? path : source->system_path;
}

enum vmnetacl_status loading_go_on(struct loading *loading, enum vmnetacl_status status)
{
    if (status == VMNETACL_OK || loading->report == NULL || loading->error->code == VMNETACL_CODE_MEMORY)
        return status;
    loading->report(loading, loading->report_data);
    return VMNETACL_OK;
}

enum vmnetacl_status loading_fail_memory(struct loading *loading, const char *path)
{
    return error_set_system(loading->error, ENOMEM, path, "cannot get memory for the rules");
}

void loading_note_private(struct loading *loading, const char *path)
{
    if (loading->other->code == VMNETACL_CODE_NONE)
        (void)error_set(loading->other, VMNETACL_CODE_READER, path, 0, 0,
                        "not everybody may read it, so what another user reads is unknown; load the rules as the user "
                        "who asks"); /* no error yet */
}

struct trust loading_trust(const struct vmnetacl_origin *origin)
{
    return (struct trust){.root = origin->root, .owner = origin->owner, .size_max = VMNETACL_FILE_MAX};
}

enum vmnetacl_status loading_open(struct loading *loading, const char *path, const struct trust *trust,
                                  struct file *file)
{
    const struct vmnetacl_origin *origin = loading->origin;
    const struct vmnetacl_buffer *buffer;

    if (origin->buffers == NULL) {
        enum vmnetacl_status status = file_open(file, path, trust, loading->error);
        if (!file->everybody_may_read)
            loading_note_private(loading, path);
        return status;
    }
    for (size_t i = 0; (buffer = origin_find_buffer(origin, loading->source, &i)) != NULL; i++) {
        if (strcmp(buffer->path, path) != 0)
            continue;
        if (buffer->text_len > trust->size_max)
            return file_refuse_large(path, loading->error);
        file_open_buffer(file, buffer, i);
        return VMNETACL_OK;
    }
    return error_set(loading->error, VMNETACL_CODE_FILE_MISSING, path, 0, 0, "cannot open the file");
}

enum vmnetacl_status
loading_read(struct loading *loading, struct file *file,
             enum vmnetacl_status (*read_lines)(struct loading *loading, struct lines *lines, void *data), void *data)
{
    struct lines lines;
    enum vmnetacl_status status = file_read(file, loading->error);

    lines_start(&lines, file->path, file->block, file->lines_len);
    while (status == VMNETACL_OK && file->lines_len > 0) {
        status = read_lines(loading, &lines, data);
        if (status == VMNETACL_OK)
            status = file_read(file, loading->error);
        lines_continue(&lines, file->block, file->lines_len);
    }
    return status;
}
