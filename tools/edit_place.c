/* SPDX-License-Identifier: MIT */
#include "edit_place.h"

#include "memory.h"
#include "message.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <sysexits.h>
#include <unistd.h>

/* Where the directory of the copy is made: only root may write there. */
#define PRIVATE_TEMPLATE "/run/vmnetctl-edit.XXXXXX"

/* What a signal handler or exit(3) removes; NULL: nothing yet. */
static const char *volatile copy_to_remove;
static const char *volatile private_to_remove;
static const char *volatile fresh_to_remove;
static const char *volatile lock_to_remove;
static volatile pid_t child_to_end;

static void remove_files(void)
{
    if (copy_to_remove != NULL)
        (void)unlink(copy_to_remove); /* it may be gone; here and below */
    if (private_to_remove != NULL)
        (void)rmdir(private_to_remove); /* an editor that was killed may have left its own copy there */
    if (fresh_to_remove != NULL)
        (void)unlink(fresh_to_remove);
    if (lock_to_remove != NULL)
        (void)unlink(lock_to_remove);
    copy_to_remove = private_to_remove = fresh_to_remove = lock_to_remove = NULL;
}

static void end_by_signal(int number)
{
    pid_t child = child_to_end;

    if (child > 0)
        (void)kill(child, number); /* it may have ended */
    remove_files();
    (void)signal(number, SIG_DFL); /* a valid number */
    (void)raise(number);
}

static void handle_signals(void)
{
    static const int numbers[] = {SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGXFSZ};
    const struct sigaction action = {.sa_handler = end_by_signal};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], &action, NULL) != 0)
            die(EX_OSERR, "cannot handle signals: %m");
    if (atexit(remove_files) != 0)
        die(EX_TEMPFAIL, "out of memory; try again");
}

void edit_place_set_child(pid_t child)
{
    child_to_end = child;
}

static bool ends_with_rules(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 6 && strcmp(name + len - 6, ".rules") == 0;
}

/* Is this directory the one of a well-known path? */
static bool is_directory_of(const char *directory, const char *path)
{
    char *copy = memory_copy(path);
    char *real;
    bool is_same;

    *strrchr(copy, '/') = '\0';
    real = realpath(*copy == '\0' ? "/" : copy, NULL);
    is_same = real != NULL && strcmp(real, directory) == 0;
    free(real);
    free(copy);
    return is_same;
}

/* The source that reads this name in this directory; NULL: none. */
static const char *source_of(const char *directory, const char *name)
{
    if (ends_with_rules(name) && is_directory_of(directory, "/etc/vmnet/rules.d/"))
        return "files";
    if (strcmp(name, "switch.conf") == 0 && is_directory_of(directory, "/etc/vmnet/switch.conf"))
        return "switch";
    if (strcmp(name, strrchr(VMNET_QEMU_CONF, '/') + 1) == 0 && is_directory_of(directory, VMNET_QEMU_CONF))
        return "qemu";
    return NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* The directory of a path, resolved, to be freed. */
static char *directory_of(const char *path)
{
    char *copy = memory_format("./%s", path);
    char *real;

    if (path[0] == '/')
        memmove(copy, copy + 2, strlen(path) + 1);
    *strrchr(copy, '/') = '\0';
    real = realpath(*copy == '\0' ? "/" : copy, NULL);
    if (real == NULL)
        die(EX_NOINPUT, "cannot examine the directory of '%s': %m", path);
    free(copy);
    return real;
}

/* A symbolic link must lead to a file beside it, which is edited then. */
static void find(struct edit_place *place, const char *path)
{
    char *name = memory_copy(base_name(path));
    struct stat status;

    place->directory = directory_of(path);
    if (source_of(place->directory, name) == NULL)
        die(EX_USAGE, "'%s' is no place of rules; edit takes /etc/vmnet/rules.d/*.rules, /etc/vmnet/switch.conf and %s",
            path, VMNET_QEMU_CONF);
    place->path = memory_format("%s/%s", place->directory, name);
    if (lstat(place->path, &status) == 0 && S_ISLNK(status.st_mode)) {
        char *target = realpath(place->path, NULL);
        char *directory = target == NULL ? NULL : directory_of(target);
        if (target == NULL || strcmp(directory, place->directory) != 0 ||
            source_of(directory, base_name(target)) == NULL)
            die(EX_USAGE, "'%s' is a symbolic link to another directory, or to no file of rules; edit its target",
                path);
        free(directory);
        free(place->path);
        free(name);
        place->path = target;
        name = memory_copy(base_name(target));
    }
    place->source = source_of(place->directory, name);
    place->fresh = memory_format("%s/.%s.new", place->directory, name);
    place->lock = memory_format("%s/.%s.lock", place->directory, name);
    free(name);
}

/* The lock is the file that is at its path while it is held: another edit may have removed the one that we opened. */
static void take_lock(const struct edit_place *place)
{
    int fd = open(place->lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    struct stat ours;
    struct stat there;

    if (fd < 0)
        die(EX_OSERR, "cannot lock '%s': %m; edit rules as root", place->path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &ours) != 0 || lstat(place->lock, &there) != 0 ||
        ours.st_ino != there.st_ino || ours.st_dev != there.st_dev)
        die(EX_TEMPFAIL, "'%s' is being edited by another vmnetctl edit; try again", place->path);
    lock_to_remove = place->lock; /* the descriptor remains open until the program ends */
}

/* Create a file and write to it. The descriptor is returned, or -1 with errno. */
static int write_new(const char *path, const struct text *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    size_t written = 0;

    while (fd >= 0 && written < text->len) {
        ssize_t some = write(fd, text->bytes + written, text->len - written);
        if (some < 0 && errno != EINTR) {
            int error = errno;
            (void)close(fd); /* it is not whole */
            errno = error;
            return -1;
        }
        written += some < 0 ? 0 : (size_t)some;
    }
    return fd;
}

static void make_copy(struct edit_place *place)
{
    int fd;

    place->private = memory_copy(PRIVATE_TEMPLATE);
    if (mkdtemp(place->private) == NULL)
        die(EX_OSERR, "cannot make a directory in /run: %m");
    private_to_remove = place->private;
    place->copy = memory_format("%s/%s", place->private, base_name(place->path));
    copy_to_remove = place->copy;
    fd = write_new(place->copy, &place->text);
    if (fd < 0 || close(fd) != 0)
        die(EX_OSERR, "cannot write '%s': %m", place->copy);
}

/* All that is known about the file is of the one descriptor: what is at its path may change. */
static void read_file(struct edit_place *place)
{
    int error;

    place->fd = open(place->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (place->fd < 0 && errno == ENOENT)
        return;
    if (place->fd < 0)
        die(EX_NOINPUT, "cannot read '%s': %m", place->path);
    if (fstat(place->fd, &place->status) != 0)
        die(EX_NOINPUT, "cannot examine '%s': %m", place->path);
    if (!S_ISREG(place->status.st_mode))
        die(EX_NOINPUT, "'%s' is not a regular file", place->path);
    error = text_read_open(&place->text, place->fd);
    errno = error;
    if (error != 0)
        die(EX_NOINPUT, "cannot read '%s': %m", place->path);
}

void edit_place_open(struct edit_place *place, const char *path)
{
    *place = (struct edit_place){.fd = -1};
    find(place, path);
    if (geteuid() != 0)
        die(EX_OSERR, "only root's files are obeyed as rules, so edit rules as root: sudo vmnetctl edit");
    handle_signals();
    take_lock(place);
    read_file(place);
    make_copy(place);
}

/* Is the file that is at the path now still the one that was read, and has not changed? */
static bool is_same(const struct edit_place *place)
{
    const struct stat *old = &place->status;
    struct stat now;

    if (lstat(place->path, &now) != 0)
        return place->fd < 0 && errno == ENOENT;
    return place->fd >= 0 && now.st_dev == old->st_dev && now.st_ino == old->st_ino && now.st_size == old->st_size &&
           now.st_mtim.tv_sec == old->st_mtim.tv_sec && now.st_mtim.tv_nsec == old->st_mtim.tv_nsec;
}

/* Returns false with errno. */
static bool copy_attribute(int to, int from, const char *name)
{
    char value[65536]; /* XATTR_SIZE_MAX of <linux/limits.h> */
    char found[65536];
    ssize_t len = fgetxattr(from, name, value, sizeof value);
    ssize_t found_len = fgetxattr(to, name, found, sizeof found);

    if (len < 0 && errno != ENODATA && errno != ENOTSUP)
        return false;
    if (len < 0) /* the directory may have given it one */
        return found_len < 0 || fremovexattr(to, name) == 0;
    if (len == found_len && memcmp(value, found, (size_t)len) == 0)
        return true;
    return fsetxattr(to, name, value, (size_t)len, 0) == 0;
}

/*
 * Who may read a file of rules decides whom its rules are for, so the access control list must not be lost: then the
 * bits of the group in the mode are its mask, which the owning group would be given. Returns false with errno.
 */
static bool take_attributes(const struct edit_place *place, int fd)
{
    static const char *const names[] = {"system.posix_acl_access", "security.selinux", "security.SMACK64"};

    if (place->fd < 0)
        return fchown(fd, 0, 0) == 0 && fchmod(fd, 0644) == 0;
    if (fchown(fd, place->status.st_uid, place->status.st_gid) != 0)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!copy_attribute(fd, place->fd, names[i]))
            return false;
    return fchmod(fd, place->status.st_mode & 07777) == 0;
}

/* The text of the user must not be lost: from now on, nothing removes the copy. */
static void keep_copy(void)
{
    copy_to_remove = private_to_remove = NULL;
}

void edit_place_install(const struct edit_place *place, const struct text *text)
{
    int directory = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = -1;

    keep_copy();
    if (!is_same(place))
        die(EX_TEMPFAIL, "'%s' was changed by another program meanwhile, and is not installed; your text is in '%s'",
            place->path, place->copy);
    (void)unlink(place->fresh); /* an edit that was killed may have left it */
    fresh_to_remove = place->fresh;
    if (directory >= 0)
        fd = write_new(place->fresh, text);
    if (fd < 0 || !take_attributes(place, fd) || fsync(fd) != 0 || close(fd) != 0 ||
        rename(place->fresh, place->path) != 0)
        die(EX_OSERR, "cannot install '%s': %m; your text is in '%s'", place->path, place->copy);
    fresh_to_remove = NULL;
    copy_to_remove = place->copy;
    private_to_remove = place->private;
    if (fsync(directory) != 0)
        die(EX_OSERR, "'%s' is installed, but may be lost if the system crashes now: %m", place->path);
    (void)close(directory); /* it was only read */
}

/* Remove what the editor has left beside the copy, such as a backup. */
static void empty_private(const struct edit_place *place)
{
    DIR *directory = opendir(place->private);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        (void)unlinkat(dirfd(directory), entry->d_name, 0); /* a directory remains, as "." does */
    if (directory != NULL)
        (void)closedir(directory); /* it was only read */
}

void edit_place_close(struct edit_place *place)
{
    empty_private(place);
    remove_files();
    if (place->fd >= 0)
        (void)close(place->fd); /* it was only read */
    text_free(&place->text);
    free(place->directory);
    free(place->path);
    free(place->private);
    free(place->copy);
    free(place->fresh);
    free(place->lock);
    *place = (struct edit_place){.fd = -1};
}
