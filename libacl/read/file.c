/* SPDX-License-Identifier: MIT */
#include "file.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE ((off_t)64 * 1024) /* much more than the longest line, and little enough to stay in a cache */

enum vmnetacl_status file_refuse_large(const char *path, struct vmnetacl_error *error)
{
    return error_set(error, VMNETACL_CODE_FILE_LARGE, path, 0, 0,
                     "the file is larger than a rule file can be; split it");
}

static enum vmnetacl_status file_check(const char *path, const struct stat *st, const struct trust *trust,
                                       struct vmnetacl_error *error)
{
    if (!S_ISREG(st->st_mode))
        return path_refuse_kind(path, error);
    if (st->st_uid != trust->owner)
        return error_set(error, VMNETACL_CODE_FILE_OWNER, path, 0, 0, "the file is not owned by %s; chown it",
                         trust_owner_name(trust));
    if ((st->st_mode & (S_IWOTH | (trust->group_may_write_file ? 0 : S_IWGRP))) != 0)
        return error_set(error, VMNETACL_CODE_FILE_MODE, path, 0, 0,
                         "users other than the owner may write to the file; chmod it go-w");
    if (st->st_size < 0 || (uintmax_t)st->st_size > trust->size_max)
        return file_refuse_large(path, error);
    return VMNETACL_OK;
}

enum vmnetacl_status file_open(struct file *file, const char *path, const struct trust *trust,
                               struct vmnetacl_error *error)
{
    struct file opened = {.path = path};
    struct trust strict = *trust;
    struct resolved_path found;
    enum vmnetacl_status status = path_open(path, trust, O_RDONLY, &found, error);

    file->everybody_may_read = path_is_public(&found, status, error);
    if (status != VMNETACL_OK)
        return status;
    opened.fd = found.fd;
    opened.stat = found.stat;
    opened.group_may_write = found.group_may_write || (found.stat.st_mode & S_IWGRP) != 0;
    opened.everybody_may_read = found.everybody_may_enter && mode_lets_all(opened.stat.st_mode, S_IROTH);
    /* In a sticky directory the group can link a file of root's that it may write: it may be none of ours. */
    strict.group_may_write_file = trust->group_may_write_file && !found.others_may_add;
    status = file_check(path, &opened.stat, &strict, error);
    if (status == VMNETACL_OK) {
        /* The byte more shows a file that grows. */
        opened.block_size = opened.stat.st_size < BLOCK_SIZE ? (size_t)opened.stat.st_size + 1 : BLOCK_SIZE;
        opened.block = malloc(opened.block_size);
        if (opened.block == NULL)
            status = error_set_system(error, ENOMEM, path, "cannot get memory for the file");
    }
    if (status == VMNETACL_OK)
        *file = opened;
    else
        (void)close(opened.fd); /* only read from: nothing to fail */
    file->everybody_may_read = opened.everybody_may_read;
    return status;
}

void file_open_buffer(struct file *file, const struct vmnetacl_buffer *buffer, size_t index)
{
    *file = (struct file){.path = buffer->path,
                          .fd = -1,
                          .stat = {.st_ino = index + 1, .st_size = (off_t)buffer->text_len},
                          .everybody_may_read = true,
                          .block = (char *)(uintptr_t)buffer->text, /* only read from */
                          .filled = buffer->text_len};
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Fill the block up. at_end: is there nothing after it? */
static enum vmnetacl_status file_fill(struct file *file, bool *at_end, struct vmnetacl_error *error)
{
    ssize_t count = 1;

    while (file->filled < file->block_size && count != 0) {
        count = read(file->fd, file->block + file->filled, file->block_size - file->filled);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set_system(error, errno, file->path, "cannot read the file");
        file->filled += (size_t)count;
        file->total += (size_t)count;
    }
    *at_end = count == 0;
    return VMNETACL_OK;
}

/*
 * Is the file unchanged since it was opened? A half-written rule may be half of a deny. It is enough to check this at
 * the end of the file: if the file has changed, all that was read is discarded.
 */
static enum vmnetacl_status file_check_unchanged(const struct file *file, struct vmnetacl_error *error)
{
    struct stat now;

    if (fstat(file->fd, &now) != 0)
        return error_set_system(error, errno, file->path, "cannot examine the file");
    if (file->total != (size_t)file->stat.st_size || now.st_size != file->stat.st_size ||
        !same_time(now.st_mtim, file->stat.st_mtim) || !same_time(now.st_ctim, file->stat.st_ctim))
        return error_set(error, VMNETACL_CODE_FILE_CHANGED, file->path, 0, 0, "the file changed while it was read");
    return VMNETACL_OK;
}

enum vmnetacl_status file_read(struct file *file, struct vmnetacl_error *error)
{
    bool at_end = false;
    const char *newline;
    enum vmnetacl_status status;

    if (file->fd < 0) { /* the first time all of a buffer, then nothing */
        file->lines_len = file->filled;
        file->filled = 0;
        return VMNETACL_OK;
    }
    file->filled -= file->lines_len;
    memmove(file->block, file->block + file->lines_len, file->filled);
    file->lines_len = 0;
    status = file_fill(file, &at_end, error);
    if (status == VMNETACL_OK && (at_end || file->total > (size_t)file->stat.st_size))
        status = file_check_unchanged(file, error);
    if (status != VMNETACL_OK)
        return status;
    newline = at_end ? NULL : memrchr(file->block, '\n', file->filled);
    file->lines_len = newline != NULL ? (size_t)(newline - file->block) + 1 : file->filled;
    return VMNETACL_OK;
}

void file_close(struct file *file)
{
    if (file->fd < 0)
        return;
    free(file->block);
    (void)close(file->fd); /* only read from: nothing to fail */
}
