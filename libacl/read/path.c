/* SPDX-License-Identifier: MIT */
/*
 * Runs with the credentials of the program that loads the policy; in vmnet-helper these are the caller's, without a
 * capability in effect. The path is resolved directory by directory, each held open, so each check is on
 * the very object that the next step starts from.
 */
#include "path.h"

#include "error.h"
#include "permission.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct path_resolver {
    const char *path; /* as it was asked for: errors name it */
    const struct trust *trust;
    struct vmnetacl_error *error;
    int flags;                  /* of open(2), for the object at the end */
    struct resolved_path found; /* found.fd is -1 until the path is resolved */
    int directory_fd;
    struct stat root; /* the directory that is used as "/" */
    unsigned links_count;
    bool others_may_add; /* to the directory that was reached, but not replace what is in it */
    size_t linked_rest;  /* what was left of the path after a symbolic link, the least of all; SIZE_MAX: no link */
    char directory[VMNETACL_PATH_SIZE]; /* how we came to directory_fd: errors name it */
    char rest[VMNETACL_PATH_SIZE];      /* of the path, from directory_fd on */
};

/* unlink(2): in a sticky directory, such as /nix/store, only the owner of a file or of the directory can replace it. */
static bool group_may_replace(mode_t mode)
{
    return (mode & (S_IWGRP | S_ISVTX)) == S_IWGRP;
}

enum vmnetacl_status path_trust_directory(const char *path, const char *directory, const struct trust *trust,
                                          uid_t owner, mode_t mode, struct vmnetacl_error *error)
{
    if (owner != trust->owner)
        return error_set(error, VMNETACL_CODE_DIRECTORY_OWNER, path, 0, 0,
                         "its directory %s is not owned by %s; keep the file in a directory that is", directory,
                         trust_owner_name(trust));
    if ((mode & S_IWOTH) != 0)
        return error_set(error, VMNETACL_CODE_DIRECTORY_MODE, path, 0, 0,
                         "its directory %s is writable by everybody; keep the file in another", directory);
    if (group_may_replace(mode) && !trust->group_may_write_directory)
        return error_set(error, VMNETACL_CODE_DIRECTORY_MODE, path, 0, 0,
                         "its directory %s is writable by its group; keep the file in another", directory);
    return VMNETACL_OK;
}

static enum vmnetacl_status path_fail_system(struct path_resolver *resolver, const char *message)
{
    return error_set_system(resolver->error, errno, resolver->path, message);
}

/* Is it the directory that was reached which may not be searched, and not the object in it which may not be opened? */
static bool path_is_closed(const struct path_resolver *resolver)
{
    int fd = openat(resolver->directory_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        (void)close(fd); /* O_PATH: nothing to fail */
    return fd < 0 && errno == EACCES;
}

/*
 * EACCES: the object called name may not be opened, or its directory may not be searched. If the owner wants that, the
 * rules in it are not for us. A security module knows nothing of rules: what it hides may be a deny.
 */
static enum vmnetacl_status path_fail_denied(struct path_resolver *resolver, const char *name, const char *message)
{
    struct vmnetacl_error *error = resolver->error;
    bool is_closed = path_is_closed(resolver);
    int fd = is_closed ? resolver->directory_fd : openat(resolver->directory_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    bool is_given;

    if (fd < 0)
        return path_fail_system(resolver, message);
    is_given = permission_is_given(fd, is_closed ? X_OK : R_OK);
    if (!is_closed)
        (void)close(fd); /* O_PATH: nothing to fail */
    if (is_given && is_closed)
        (void)error_set(error, VMNETACL_CODE_FILE_FORBIDDEN, resolver->path, 0, 0,
                        "a security module, not its mode, forbids searching %s", resolver->directory);
    else if (is_given)
        (void)error_set(error, VMNETACL_CODE_FILE_FORBIDDEN, resolver->path, 0, 0,
                        "a security module, not its mode, forbids opening it");
    else if (is_closed)
        (void)error_set(error, VMNETACL_CODE_FILE_DENIED, resolver->path, 0, 0, "cannot search its directory %s",
                        resolver->directory);
    else
        (void)error_set(error, VMNETACL_CODE_FILE_DENIED, resolver->path, 0, 0, "%s", message);
    error->system_errno = EACCES;
    return error_status(error); /* hence the casts above */
}

/* Only here does an errno mean that there is no file or that it is not for us: from any other call it is a fault. */
static enum vmnetacl_status path_fail_open(struct path_resolver *resolver, const char *name, const char *message)
{
    enum vmnetacl_status status;

    if (errno == EACCES && name[0] != '/') /* the whole tree is closed: no owner hides rules by that */
        return path_fail_denied(resolver, name, message);
    status = path_fail_system(resolver, message);
    if (resolver->error->system_errno == ENOENT && strlen(resolver->rest) < resolver->linked_rest) {
        resolver->error->code = VMNETACL_CODE_FILE_MISSING;
    } else if (resolver->error->system_errno == ENOENT) {
        /* A dangling link is a broken configuration; it does not count as a file that was never written. */
        status = error_set(resolver->error, VMNETACL_CODE_FILE_DANGLING, resolver->path, 0, 0,
                           "the target of a symbolic link does not exist; create it, or remove the link");
    }
    return status;
}

static enum vmnetacl_status path_fail_long(struct path_resolver *resolver)
{
    errno = ENAMETOOLONG;
    return path_fail_system(resolver, "cannot resolve the path to the file");
}

/*
 * Any user may mount a FUSE file system on his own directory, and its server, his process, says who owns the files in
 * it. The file system of "/" is accepted: only root can have mounted it (virtiofs, in a virtual machine).
 */
static enum vmnetacl_status path_refuse_fuse(struct path_resolver *resolver, int fd, dev_t device)
{
    struct statfs file_system;

    if (device == resolver->root.st_dev)
        return VMNETACL_OK;
    if (fstatfs(fd, &file_system) != 0)
        return path_fail_system(resolver, "cannot examine the file system of the file");
    if (file_system.f_type != FUSE_SUPER_MAGIC)
        return VMNETACL_OK;
    return error_set(resolver->error, VMNETACL_CODE_FILE_FUSE, resolver->path, 0, 0,
                     "it is on a FUSE file system, whose server says who owns a file; keep it on another");
}

/* Can only root have filled the directory that was reached? */
static enum vmnetacl_status path_check_directory(struct path_resolver *resolver)
{
    struct stat st;
    enum vmnetacl_status status;

    if (fstat(resolver->directory_fd, &st) != 0)
        return path_fail_system(resolver, "cannot examine a directory on the way to the file");
    if (resolver->directory[1] == '\0') /* "/" */
        resolver->root = st;
    resolver->found.everybody_may_enter = resolver->found.everybody_may_enter && mode_lets_all(st.st_mode, S_IXOTH);
    resolver->found.group_may_write = resolver->found.group_may_write || group_may_replace(st.st_mode);
    resolver->others_may_add = (st.st_mode & S_IWGRP) != 0 && !group_may_replace(st.st_mode);
    status = path_trust_directory(resolver->path, resolver->directory, resolver->trust, st.st_uid, st.st_mode,
                                  resolver->error);
    return status == VMNETACL_OK ? path_refuse_fuse(resolver, resolver->directory_fd, st.st_dev) : status;
}

/* Nothing is above the directory that is used as "/": there, ".." is that directory itself. */
static enum vmnetacl_status path_stay_below_root(struct path_resolver *resolver, char *name)
{
    struct stat st;

    if (resolver->trust->root == NULL || strcmp(name, "..") != 0)
        return VMNETACL_OK;
    if (fstat(resolver->directory_fd, &st) != 0)
        return path_fail_system(resolver, "cannot examine a directory on the way to the file");
    if (st.st_dev == resolver->root.st_dev && st.st_ino == resolver->root.st_ino)
        name[1] = '\0';
    return VMNETACL_OK;
}

static enum vmnetacl_status path_follow_link(struct path_resolver *resolver, const char *name);

/*
 * Step into the directory called name: "/", or one in the directory that was reached. O_DIRECTORY has automounts
 * mounted: without it we would be in the empty directory below, where no file denies anything.
 */
static enum vmnetacl_status path_enter(struct path_resolver *resolver, const char *name)
{
    bool is_root = name[0] == '/';
    size_t used = is_root ? 0 : strlen(resolver->directory);
    size_t name_len = strlen(name);
    int fd;

    if (is_root) /* links on the way to this directory are followed */
        fd = open(resolver->trust->root != NULL ? resolver->trust->root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    else
        fd = openat(resolver->directory_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOTDIR && !is_root
                   ? path_follow_link(resolver, name)
                   : path_fail_open(resolver, name, "cannot open a directory on the way to the file");
    if (resolver->directory_fd >= 0)
        (void)close(resolver->directory_fd); /* O_PATH: nothing to fail */
    resolver->directory_fd = fd;
    if (used + 1 + name_len >= sizeof resolver->directory)
        return path_fail_long(resolver);
    if (used > 1)
        resolver->directory[used++] = '/';
    memcpy(resolver->directory + used, name, name_len + 1);
    return path_check_directory(resolver);
}

/* Put a path before what is left to resolve. An absolute one starts again at the root. */
static enum vmnetacl_status path_prepend(struct path_resolver *resolver, const char *path, size_t path_len)
{
    size_t rest_len = strlen(resolver->rest);
    size_t rest_size = rest_len > 0 ? 1 + rest_len + 1 : 1; /* with a '/' in front and a NUL after */

    if (path_len + rest_size > sizeof resolver->rest)
        return path_fail_long(resolver);
    memmove(resolver->rest + path_len + rest_size - 1 - rest_len, resolver->rest, rest_len + 1);
    memcpy(resolver->rest, path, path_len);
    if (rest_len > 0)
        resolver->rest[path_len] = '/';
    return path[0] == '/' ? path_enter(resolver, "/") : VMNETACL_OK;
}

/* Read a symbolic link, which must be root's where others may put one. */
static enum vmnetacl_status path_read_link(struct path_resolver *resolver, int fd,
                                           char target[static VMNETACL_PATH_SIZE], size_t *target_len)
{
    struct stat st;
    ssize_t len = -1;

    if (fd >= 0 && fstat(fd, &st) == 0) {
        len = S_ISLNK(st.st_mode) ? readlinkat(fd, "", target, VMNETACL_PATH_SIZE) : -1;
        errno = S_ISLNK(st.st_mode) ? errno : ENOTDIR;
    }
    if (len < 0)
        return path_fail_system(resolver, "cannot resolve the path to the file");
    if (resolver->others_may_add && st.st_uid != resolver->trust->owner)
        return error_set(resolver->error, VMNETACL_CODE_DIRECTORY_OWNER, resolver->path, 0, 0,
                         "a symbolic link to it in the directory %s is not owned by %s; use a direct path",
                         resolver->directory, trust_owner_name(resolver->trust));
    *target_len = (size_t)len;
    return *target_len < VMNETACL_PATH_SIZE ? VMNETACL_OK : path_fail_long(resolver);
}

static enum vmnetacl_status path_follow_link(struct path_resolver *resolver, const char *name)
{
    char target[VMNETACL_PATH_SIZE];
    size_t target_len = 0;
    int fd = openat(resolver->directory_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    enum vmnetacl_status status = path_read_link(resolver, fd, target, &target_len);

    if (fd >= 0)
        (void)close(fd); /* O_PATH: nothing to fail */
    if (status != VMNETACL_OK)
        return status;
    if (++resolver->links_count > VMNETACL_SYMLINK_MAX)
        return error_set(resolver->error, VMNETACL_CODE_FILE_LINKS, resolver->path, 0, 0,
                         "more than %u symbolic links on the way to the file; use a direct path",
                         (unsigned)VMNETACL_SYMLINK_MAX);
    if (strlen(resolver->rest) < resolver->linked_rest)
        resolver->linked_rest = strlen(resolver->rest);
    return path_prepend(resolver, target, target_len);
}

/* Look at what was opened; on failure it is closed. */
static enum vmnetacl_status path_check_found(struct path_resolver *resolver)
{
    enum vmnetacl_status status = fstat(resolver->found.fd, &resolver->found.stat) == 0
                                      ? path_refuse_fuse(resolver, resolver->found.fd, resolver->found.stat.st_dev)
                                      : path_fail_system(resolver, "cannot examine the file");

    if (status != VMNETACL_OK) {
        (void)close(resolver->found.fd); /* only read from: nothing to fail */
        resolver->found.fd = -1;
    }
    return status;
}

/* Take the next name off the path. False when none is left. */
static bool path_take_name(struct path_resolver *resolver, char name[static NAME_MAX + 2], bool *is_last)
{
    const char *start = resolver->rest + strspn(resolver->rest, "/");
    size_t len = strcspn(start, "/");
    const char *after = start + len + strspn(start + len, "/");

    if (len == 0)
        return false;
    *is_last = *after == '\0' && start[len] == '\0';
    /* A byte more than a name can have: the kernel then answers ENAMETOOLONG, and nothing is cut to something else. */
    len = len <= NAME_MAX ? len : NAME_MAX + 1;
    memcpy(name, start, len);
    name[len] = '\0';
    memmove(resolver->rest, after, strlen(after) + 1);
    return true;
}

/* Is it a device? To open one can have an effect, as that of a watchdog has, even if it is closed at once. */
static bool path_is_device(const struct path_resolver *resolver, const char *name)
{
    struct stat st;

    return (resolver->flags & O_DIRECTORY) == 0 &&
           fstatat(resolver->directory_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
}

enum vmnetacl_status path_refuse_kind(const char *path, struct vmnetacl_error *error)
{
    return error_set(error, VMNETACL_CODE_FILE_KIND, path, 0, 0, "not a regular file; put a plain text file there");
}

/*
 * Open what the next name stands for. O_NONBLOCK: a FIFO in the file's place must not hang us. O_NOCTTY: nor a terminal
 * become ours. A link is reported as ELOOP, and with O_DIRECTORY as ENOTDIR.
 */
static enum vmnetacl_status path_step(struct path_resolver *resolver)
{
    char name[NAME_MAX + 2] = "."; /* when none is left, as after a '/' at the end: the directory that was reached */
    bool is_last = true;
    enum vmnetacl_status status;

    if (!path_take_name(resolver, name, &is_last) && (resolver->flags & O_DIRECTORY) == 0) {
        errno = EISDIR;
        return path_fail_system(resolver, "cannot open the file");
    }
    status = path_stay_below_root(resolver, name);
    if (status != VMNETACL_OK)
        return status;
    if (!is_last)
        return path_enter(resolver, name);
    if (path_is_device(resolver, name))
        return path_refuse_kind(resolver->path, resolver->error);
    resolver->found.fd =
        openat(resolver->directory_fd, name, resolver->flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    resolver->found.others_may_add = resolver->others_may_add;
    if (resolver->found.fd >= 0)
        return path_check_found(resolver);
    if (errno == ELOOP || (errno == ENOTDIR && (resolver->flags & O_DIRECTORY) != 0))
        return path_follow_link(resolver, name);
    return path_fail_open(resolver, name,
                          (resolver->flags & O_DIRECTORY) != 0 ? "cannot open the directory" : "cannot open the file");
}

enum vmnetacl_status path_open(const char *path, const struct trust *trust, int flags, struct resolved_path *found,
                               struct vmnetacl_error *error)
{
    struct path_resolver resolver = {.path = path,
                                     .trust = trust,
                                     .error = error,
                                     .flags = flags,
                                     .found = {.fd = -1, .everybody_may_enter = true},
                                     .directory_fd = -1,
                                     .linked_rest = SIZE_MAX};
    enum vmnetacl_status status = path_prepend(&resolver, path, strlen(path));

    while (status == VMNETACL_OK && resolver.found.fd < 0)
        status = path_step(&resolver);
    if (resolver.directory_fd >= 0)
        (void)close(resolver.directory_fd); /* O_PATH: nothing to fail */
    *found = resolver.found;
    return status;
}
