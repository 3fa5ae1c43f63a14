/* SPDX-License-Identifier: MIT */
#include "memory_files.h"

#include "error.h"
#include "policy.h"

#include <stdlib.h>
#include <string.h>

static const struct model_file *files;
static size_t files_count;
static bool inode_is_shared;

void memory_files_set(const struct model_file *new_files, size_t new_files_count)
{
    files = new_files;
    files_count = new_files_count;
    inode_is_shared = false;
}

void memory_files_set_inode_shared(const struct model_file *new_files, size_t new_files_count)
{
    memory_files_set(new_files, new_files_count);
    inode_is_shared = true;
}

enum vmnetacl_status memory_files_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    const struct policy_entry entry = {.source = &source_qemu, .path = files[0].path};

    return policy_load(&entry, 1, 0, policy, error);
}

enum vmnetacl_status memory_files_decide(const char *bridge)
{
    const struct vmnetacl_caller caller = {.uid = 1000, .gid = 1000};
    struct vmnetacl_policy *policy;
    enum vmnetacl_status status = memory_files_load(&policy, NULL);

    if (status == VMNETACL_OK)
        status = vmnetacl_decide(policy, &caller, bridge, NULL);
    vmnetacl_free(policy);
    return status;
}

enum vmnetacl_status __wrap_file_open(struct file *file, const char *path, const struct file_trust *trust,
                                      struct vmnetacl_error *error);
enum vmnetacl_status __wrap_file_read(struct file *file, struct vmnetacl_error *error);
void __wrap_file_close(struct file *file);

enum vmnetacl_status __wrap_file_open(struct file *file, const char *path, const struct file_trust *trust,
                                      struct vmnetacl_error *error)
{
    (void)trust; /* a file's owner and mode are not what is tested with these */
    for (size_t i = 0; i < files_count; i++) {
        if (strcmp(files[i].path, path) != 0)
            continue;
        *file = (struct file){.path = path, .fd = (int)i, .stat = {.st_ino = inode_is_shared && i > 0 ? 2 : i + 1}};
        return VMNETACL_OK;
    }
    error_start(error, VMNETACL_CODE_FILE_MISSING, path, 0, 0);
    return error_status(error);
}

/* A line at a time, in memory of just its size: a sanitizer sees a read behind it, or of the line before. */
enum vmnetacl_status __wrap_file_read(struct file *file, struct vmnetacl_error *error)
{
    const struct model_file *from = &files[file->fd];
    size_t left = from->text_len - file->total;
    const char *start = from->text + file->total;
    const char *newline = memchr(start, '\n', left);

    (void)error; /* nothing here can fail */
    free(file->block);
    file->lines_len = newline != NULL ? (size_t)(newline - start) + 1 : left;
    file->block = malloc(file->lines_len > 0 ? file->lines_len : 1);
    if (file->block == NULL)
        abort();
    memcpy(file->block, start, file->lines_len);
    file->total += file->lines_len;
    return VMNETACL_OK;
}

void __wrap_file_close(struct file *file)
{
    free(file->block);
}
