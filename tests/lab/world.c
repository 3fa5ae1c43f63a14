/* SPDX-License-Identifier: MIT
 *
 * See world.h.
 */
#define _GNU_SOURCE
#include "world.h"

#include "run.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 30000 /* many times what any of them takes to end; less than the sleeps of tests/nss/deed.c */
};

static void content_write(int fd, const char *content, size_t content_len)
{
    while (content_len > 0) {
        const ssize_t len = write(fd, content, content_len);
        if (len < 0 && errno == EINTR)
            continue;
        if (len <= 0)
            lab_die("write");
        content += len;
        content_len -= (size_t)len;
    }
}

static void owner_and_mode_set(int fd, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
    if (fchown(fd, uid, gid) != 0 || fchmod(fd, mode) != 0)
        lab_die(path);
}

/* Always a new inode: the old one may be a running program, a FIFO or a symbolic link. */
static int file_create(const char *path)
{
    if (unlink(path) != 0 && errno != ENOENT)
        lab_die(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        lab_die(path);
    return fd;
}

void lab_file_write(const char *path, const void *content, size_t content_len, uid_t uid, gid_t gid, mode_t mode)
{
    const int fd = file_create(path);

    content_write(fd, content, content_len);
    owner_and_mode_set(fd, path, uid, gid, mode);
    close(fd);
}

void lab_text_write(const char *path, const char *text, uid_t uid, gid_t gid, mode_t mode)
{
    lab_file_write(path, text, strlen(text), uid, gid, mode);
}

void lab_program_install(const char *source, const char *target, uid_t uid, gid_t gid, mode_t mode)
{
    const int in = open(source, O_RDONLY | O_CLOEXEC);
    static char block[65536];
    ssize_t len;

    if (in < 0)
        lab_die(source);
    const int out = file_create(target);
    while ((len = read(in, block, sizeof block)) > 0)
        content_write(out, block, (size_t)len);
    if (len < 0)
        lab_die(source);
    owner_and_mode_set(out, target, uid, gid, mode);
    close(in);
    close(out);
}

__attribute__((format(printf, 1, 0))) static int command_status(const char *format, va_list values, char **command)
{
    if (vasprintf(command, format, values) < 0)
        lab_die("vasprintf");
    fflush(NULL);
    const int status = system(*command); /* the laboratory's own words, never an outsider's */
    if (status < 0)
        lab_die("system");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void lab_command(const char *format, ...)
{
    va_list values;
    char *command;

    va_start(values, format);
    const int status = command_status(format, values, &command);
    va_end(values);
    if (status != 0) {
        fprintf(stderr, "lab: status %d of: ", status);
        errno = ECHILD;
        lab_die(command);
    }
    free(command);
}

int lab_command_status(const char *format, ...)
{
    va_list values;
    char *command;

    va_start(values, format);
    const int status = command_status(format, values, &command);
    va_end(values);
    free(command);
    return status;
}

size_t lab_process_count(void)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    size_t count = 0;

    if (dir == NULL)
        lab_die("/proc");
    while ((entry = readdir(dir)) != NULL)
        count += isdigit((unsigned char)entry->d_name[0]) != 0;
    closedir(dir);
    return count;
}

size_t lab_process_count_becomes(size_t count)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    const long long deadline = lab_now_ms() + PATIENCE_MS;

    while (lab_process_count() > count) {
        if (lab_now_ms() > deadline)
            return lab_process_count();
        (void)nanosleep(&pause, NULL); /* as long as it lasts */
    }
    return 0;
}
