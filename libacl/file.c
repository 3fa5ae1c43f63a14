/* SPDX-License-Identifier: MIT */
/*
 * Runs with the credentials of whoever loads the policy; in vmnet-helper that is the caller, without a capability in
 * effect. The path is walked folder by folder, each held open by a descriptor, so every check is on the very object
 * that the next step starts from.
 */
#include "file.h"

#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE ((off_t)64 * 1024) /* much more than the longest line, and little enough to stay in a cache */

struct walk {
    const char *path; /* as it was asked for: errors name it */
    const struct file_trust *trust;
    struct vmnetacl_error *error;
    int folder_fd;
    unsigned links_count;
    size_t linked_rest; /* what was left of the path behind a symbolic link, the least of all; SIZE_MAX: no link */
    char folder[VMNETACL_PATH_SIZE]; /* how we came to folder_fd: errors name it */
    char rest[VMNETACL_PATH_SIZE];   /* of the path, from folder_fd on */
};

static enum vmnetacl_status walk_fail_folder(struct walk *walk, enum vmnetacl_code code, const char *message)
{
    error_start(walk->error, code, walk->path, 0, 0);
    error_add(walk->error, "its folder ");
    error_add(walk->error, walk->folder);
    error_add(walk->error, message);
    return VMNETACL_UNAVAIL;
}

static enum vmnetacl_status walk_fail_system(struct walk *walk, const char *what)
{
    error_system(walk->error, errno, walk->path, what);
    return error_status(walk->error);
}

/* Only here does an errno mean that there is no file or that it is not for us: from any other call it is a fault. */
static enum vmnetacl_status walk_fail_open(struct walk *walk, const char *what)
{
    enum vmnetacl_status status = walk_fail_system(walk, what);

    if (walk->error->system_errno == EACCES) {
        walk->error->code = VMNETACL_CODE_FILE_DENIED;
    } else if (walk->error->system_errno == ENOENT && strlen(walk->rest) < walk->linked_rest) {
        walk->error->code = VMNETACL_CODE_FILE_MISSING;
    } else if (walk->error->system_errno == ENOENT) {
        /* A link that leads nowhere is a broken configuration, and not one that nobody has written. */
        error_start(walk->error, VMNETACL_CODE_FILE_DANGLING, walk->path, 0, 0);
        error_add(walk->error, "a symbolic link leads nowhere; mend or remove it");
    }
    return status;
}

static enum vmnetacl_status walk_fail_long(struct walk *walk)
{
    errno = ENAMETOOLONG;
    return walk_fail_system(walk, "walk the path to the file");
}

/* Is the folder that the walk is in one that only root can have filled? */
static enum vmnetacl_status walk_check_folder(struct walk *walk, const struct stat *st)
{
    if (st->st_uid != walk->trust->owner)
        return walk_fail_folder(walk, VMNETACL_CODE_FOLDER_OWNER, " is not owned by root; chown it to root");
    if ((st->st_mode & S_IWOTH) != 0)
        return walk_fail_folder(walk, VMNETACL_CODE_FOLDER_MODE, " is writable by everybody; chmod it o-w");
    if ((st->st_mode & S_IWGRP) != 0 && !walk->trust->group_writable_folder)
        return walk_fail_folder(walk, VMNETACL_CODE_FOLDER_MODE, " is writable by its group; chmod it g-w");
    return VMNETACL_OK;
}

static enum vmnetacl_status walk_link(struct walk *walk, const char *name);

/*
 * Step into the folder called name: "/", or one in the folder that the walk is in. O_DIRECTORY has automounts mounted:
 * without it we would be in the empty folder below, where no file denies anything.
 */
static enum vmnetacl_status walk_enter(struct walk *walk, const char *name)
{
    size_t used = name[0] == '/' ? 0 : strlen(walk->folder);
    size_t name_len = strlen(name);
    struct stat st;
    int fd = openat(walk->folder_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return errno == ENOTDIR ? walk_link(walk, name) : walk_fail_open(walk, "open a folder on the way to the file");
    if (walk->folder_fd >= 0)
        (void)close(walk->folder_fd); /* O_PATH: nothing to write back, so nothing to fail */
    walk->folder_fd = fd;
    if (used + 1 + name_len >= sizeof walk->folder)
        return walk_fail_long(walk);
    if (used > 1)
        walk->folder[used++] = '/';
    memcpy(walk->folder + used, name, name_len + 1);
    if (fstat(fd, &st) != 0)
        return walk_fail_system(walk, "examine a folder on the way to the file");
    return walk_check_folder(walk, &st);
}

/* Put a path in front of what is left to walk. An absolute one starts again at the root. */
static enum vmnetacl_status walk_prepend(struct walk *walk, const char *path, size_t path_len)
{
    size_t rest_len = strlen(walk->rest);
    size_t rest_size = rest_len > 0 ? 1 + rest_len + 1 : 1; /* with a '/' in front and a NUL behind */

    if (path_len + rest_size > sizeof walk->rest)
        return walk_fail_long(walk);
    memmove(walk->rest + path_len + rest_size - 1 - rest_len, walk->rest, rest_len + 1);
    memcpy(walk->rest, path, path_len);
    if (rest_len > 0)
        walk->rest[path_len] = '/';
    return path[0] == '/' ? walk_enter(walk, "/") : VMNETACL_OK;
}

static enum vmnetacl_status walk_link(struct walk *walk, const char *name)
{
    char target[VMNETACL_PATH_SIZE];
    ssize_t len = readlinkat(walk->folder_fd, name, target, sizeof target);

    if (len < 0 && errno == EINVAL) /* readlink(2): not a symbolic link */
        errno = ENOTDIR;
    if (len < 0)
        return walk_fail_system(walk, "walk the path to the file");
    if ((size_t)len == sizeof target)
        return walk_fail_long(walk);
    if (++walk->links_count > VMNETACL_SYMLINK_MAX) {
        error_start(walk->error, VMNETACL_CODE_FILE_LINKS, walk->path, 0, 0);
        error_add(walk->error, "more than 16 symbolic links on the way to the file; use a direct path");
        return VMNETACL_UNAVAIL;
    }
    if (strlen(walk->rest) < walk->linked_rest)
        walk->linked_rest = strlen(walk->rest);
    return walk_prepend(walk, target, (size_t)len);
}

/* Take the next name off the path. False when none is left. */
static bool walk_take_name(struct walk *walk, char name[static NAME_MAX + 2], bool *is_last)
{
    const char *start = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(start, "/");
    const char *after = start + len + strspn(start + len, "/");

    if (len == 0)
        return false;
    *is_last = *after == '\0' && start[len] == '\0';
    /* A byte more than a name can have: the kernel then answers ENAMETOOLONG, and nothing is cut to something else. */
    len = len <= NAME_MAX ? len : NAME_MAX + 1;
    memcpy(name, start, len);
    name[len] = '\0';
    memmove(walk->rest, after, strlen(after) + 1);
    return true;
}

/*
 * Open what the next name stands for. fd is the file when the walk has come to it, and -1 as long as it has not.
 * O_NONBLOCK: a FIFO in the file's place must not hang us. O_NOCTTY: nor a terminal become ours.
 */
static enum vmnetacl_status walk_step(struct walk *walk, int *fd)
{
    char name[NAME_MAX + 2];
    bool is_last;

    if (!walk_take_name(walk, name, &is_last)) {
        errno = EISDIR;
        return walk_fail_system(walk, "open the file");
    }
    if (!is_last)
        return walk_enter(walk, name);
    *fd = openat(walk->folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd >= 0)
        return VMNETACL_OK;
    return errno == ELOOP ? walk_link(walk, name) : walk_fail_open(walk, "open the file");
}

static enum vmnetacl_status walk_to_file(const char *path, const struct file_trust *trust, int *fd,
                                         struct vmnetacl_error *error)
{
    struct walk walk = {.path = path, .trust = trust, .error = error, .folder_fd = -1, .linked_rest = SIZE_MAX};
    enum vmnetacl_status status;

    *fd = -1;
    status = walk_prepend(&walk, path, strlen(path));
    while (status == VMNETACL_OK && *fd < 0)
        status = walk_step(&walk, fd);
    if (walk.folder_fd >= 0)
        (void)close(walk.folder_fd); /* as above */
    return status;
}

static enum vmnetacl_status file_fail(const char *path, enum vmnetacl_code code, const char *message,
                                      struct vmnetacl_error *error)
{
    error_start(error, code, path, 0, 0);
    error_add(error, message);
    return error_status(error);
}

static enum vmnetacl_status file_check(const char *path, const struct stat *st, const struct file_trust *trust,
                                       struct vmnetacl_error *error)
{
    if (!S_ISREG(st->st_mode))
        return file_fail(path, VMNETACL_CODE_FILE_KIND, "not a regular file; put a plain text file there", error);
    if (st->st_uid != trust->owner)
        return file_fail(path, VMNETACL_CODE_FILE_OWNER, "the file is not owned by root; chown it to root", error);
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return file_fail(path, VMNETACL_CODE_FILE_MODE,
                         "others than root may write to the file; remove that with chmod go-w", error);
    if (st->st_size < 0 || (uintmax_t)st->st_size > trust->size_max)
        return file_fail(path, VMNETACL_CODE_FILE_LARGE, "the file is larger than a rule file can be; split it", error);
    return VMNETACL_OK;
}

enum vmnetacl_status file_open(struct file *file, const char *path, const struct file_trust *trust,
                               struct vmnetacl_error *error)
{
    struct file opened = {.path = path, .fd = -1};
    enum vmnetacl_status status = walk_to_file(path, trust, &opened.fd, error);

    if (status != VMNETACL_OK)
        return status;
    if (fstat(opened.fd, &opened.stat) != 0) {
        error_system(error, errno, path, "examine the file");
        status = error_status(error);
    } else {
        status = file_check(path, &opened.stat, trust, error);
    }
    if (status == VMNETACL_OK) {
        /* The byte more shows a file that grows. */
        opened.block_size = opened.stat.st_size < BLOCK_SIZE ? (size_t)opened.stat.st_size + 1 : BLOCK_SIZE;
        opened.block = malloc(opened.block_size);
        if (opened.block == NULL) {
            error_system(error, ENOMEM, path, "get memory for the file");
            status = error_status(error);
        }
    }
    if (status == VMNETACL_OK)
        *file = opened;
    else
        (void)close(opened.fd); /* only read from: nothing to fail */
    return status;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* Fill the block up. at_end: is there nothing behind it? */
static enum vmnetacl_status file_fill(struct file *file, bool *at_end, struct vmnetacl_error *error)
{
    ssize_t count = 1;

    while (file->filled < file->block_size && count != 0) {
        count = read(file->fd, file->block + file->filled, file->block_size - file->filled);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0) {
            error_system(error, errno, file->path, "read the file");
            return error_status(error);
        }
        file->filled += (size_t)count;
        file->total += (size_t)count;
    }
    *at_end = count == 0;
    return VMNETACL_OK;
}

/*
 * Has nobody written to the file since it was opened? A rule that was half written may be half a deny. What was read
 * so far is of no use if so, and the end is early enough to find out.
 */
static enum vmnetacl_status file_check_unchanged(const struct file *file, struct vmnetacl_error *error)
{
    struct stat now;

    if (fstat(file->fd, &now) != 0) {
        error_system(error, errno, file->path, "examine the file");
        return error_status(error);
    }
    if (file->total != (size_t)file->stat.st_size || now.st_size != file->stat.st_size ||
        !same_time(now.st_mtim, file->stat.st_mtim) || !same_time(now.st_ctim, file->stat.st_ctim))
        return file_fail(file->path, VMNETACL_CODE_FILE_CHANGED, "the file changed while it was read", error);
    return VMNETACL_OK;
}

enum vmnetacl_status file_read(struct file *file, struct vmnetacl_error *error)
{
    bool at_end = false;
    const char *newline;
    enum vmnetacl_status status;

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
    free(file->block);
    (void)close(file->fd); /* only read from: nothing to fail */
}
