/* SPDX-License-Identifier: MIT */
#include "edit_place.h"

#include "memory.h"
#include "message.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sysexits.h>
#include <unistd.h>

/* What a signal handler or exit(3) removes; NULL: nothing yet. */
static const char *volatile copy_to_remove;
static const char *volatile lock_to_remove;
static volatile pid_t child_to_end;

static void remove_files(void)
{
    if (copy_to_remove != NULL)
        (void)unlink(copy_to_remove); /* it may be gone; here and below */
    if (lock_to_remove != NULL)
        (void)unlink(lock_to_remove);
    copy_to_remove = lock_to_remove = NULL;
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
    static const int numbers[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
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
    place->copy = memory_format("%s/.%s.edit", place->directory, name);
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

/* Write a new file in the place of the copy. The descriptor is returned. */
static int write_copy(const struct edit_place *place, const struct text *text)
{
    size_t written = 0;
    int fd;

    if (unlink(place->copy) != 0 && errno != ENOENT)
        die(EX_OSERR, "cannot remove '%s': %m", place->copy);
    fd = open(place->copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        die(EX_OSERR, "cannot create '%s': %m", place->copy);
    copy_to_remove = place->copy;
    while (written < text->len) {
        ssize_t some = write(fd, text->bytes + written, text->len - written);
        if (some < 0 && errno != EINTR)
            die(EX_OSERR, "cannot write '%s': %m", place->copy);
        written += some < 0 ? 0 : (size_t)some;
    }
    return fd;
}

void edit_place_open(struct edit_place *place, const char *path)
{
    int error;

    *place = (struct edit_place){.is_new = false};
    find(place, path);
    handle_signals();
    take_lock(place);
    error = text_read(&place->text, place->path);
    place->is_new = error == ENOENT;
    errno = error;
    if (error == EMEDIUMTYPE)
        die(EX_NOINPUT, "'%s' is not a regular file", place->path);
    if (error != 0 && !place->is_new)
        die(EX_NOINPUT, "cannot read '%s': %m", place->path);
    if (!place->is_new && lstat(place->path, &place->status) != 0)
        die(EX_NOINPUT, "cannot examine '%s': %m", place->path);
    if (close(write_copy(place, &place->text)) != 0)
        die(EX_OSERR, "cannot write '%s': %m", place->copy);
}

void edit_place_install(const struct edit_place *place, const struct text *text)
{
    uid_t uid = place->is_new ? 0 : place->status.st_uid;
    gid_t gid = place->is_new ? 0 : place->status.st_gid;
    mode_t mode = place->is_new ? 0644 : place->status.st_mode & 07777;
    int fd = write_copy(place, text);
    int directory = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (directory < 0)
        die(EX_OSERR, "cannot open '%s': %m", place->directory);
    if (fchown(fd, uid, gid) != 0 || fchmod(fd, mode) != 0)
        die(EX_OSERR, "cannot give '%s' the owner and the mode of the file: %m", place->copy);
    if (fsync(fd) != 0 || close(fd) != 0)
        die(EX_OSERR, "cannot write '%s': %m", place->copy);
    if (rename(place->copy, place->path) != 0)
        die(EX_OSERR, "cannot install '%s': %m", place->path);
    copy_to_remove = NULL;
    if (fsync(directory) != 0)
        die(EX_OSERR, "'%s' is installed, but may be lost if the system crashes now: %m", place->path);
    (void)close(directory); /* it was only read */
}

void edit_place_close(struct edit_place *place)
{
    remove_files();
    text_free(&place->text);
    free(place->directory);
    free(place->path);
    free(place->copy);
    free(place->lock);
    *place = (struct edit_place){.directory = NULL};
}
