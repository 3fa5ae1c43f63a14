/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct faults faults;

void faults_start(void)
{
    faults = (struct faults){.first = 0};
}

static bool fails(enum fault_call call)
{
    size_t number = ++faults.calls[call];

    if (call != faults.call || faults.first == 0 || number < faults.first || number > faults.last)
        return false;
    errno = faults.error;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_reallocarray(void *memory, size_t count, size_t size);
char *__real_strndup(const char *text, size_t len);
void __real_free(void *memory);
int __real_open(const char *path, int flags, ...);
int __real_openat(int directory_fd, const char *path, int flags, ...);
ssize_t __real_read(int fd, void *bytes, size_t len);
int __real_fstat(int fd, struct stat *st);
int __real_fstatfs(int fd, struct statfs *file_system);
ssize_t __real_readlinkat(int directory_fd, const char *path, char *target, size_t target_size);
int __real_close(int fd);
DIR *__real_fdopendir(int fd);
struct dirent *__real_readdir(DIR *stream);
int __real_closedir(DIR *stream);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_reallocarray(void *memory, size_t count, size_t size);
char *__wrap_strndup(const char *text, size_t len);
void __wrap_free(void *memory);
int __wrap_open(const char *path, int flags, ...);
int __wrap_openat(int directory_fd, const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
int __wrap_fstat(int fd, struct stat *st);
int __wrap_fstatfs(int fd, struct statfs *file_system);
ssize_t __wrap_readlinkat(int directory_fd, const char *path, char *target, size_t target_size);
int __wrap_close(int fd);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir(DIR *stream);
int __wrap_closedir(DIR *stream);

/* What _FORTIFY_SOURCE makes of openat(), read() and readlinkat(). */
int __wrap___openat_2(int directory_fd, const char *path, int flags);
ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size);
ssize_t __wrap___readlinkat_chk(int directory_fd, const char *path, char *target, size_t target_size, size_t room);

static void *counted(void *memory)
{
    if (memory != NULL)
        faults.live_allocations++;
    return memory;
}

void *__wrap_malloc(size_t size)
{
    return fails(FAULT_ALLOCATION) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_ALLOCATION) ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
    if (fails(FAULT_ALLOCATION))
        return NULL;
    return memory == NULL ? counted(__real_malloc(size)) : __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    if (fails(FAULT_ALLOCATION))
        return NULL;
    return memory == NULL ? counted(__real_reallocarray(NULL, count, size)) : __real_reallocarray(memory, count, size);
}

char *__wrap_strndup(const char *text, size_t len)
{
    return fails(FAULT_ALLOCATION) ? NULL : counted(__real_strndup(text, len));
}

void __wrap_free(void *memory)
{
    if (memory != NULL)
        faults.live_allocations--;
    __real_free(memory);
}

static int opened(int fd)
{
    if (fd >= 0)
        faults.open_descriptors++;
    return fd;
}

/* For the tests' own files: they have no mode but this. */
#define MODE 0644

int __wrap_open(const char *path, int flags, ...)
{
    return fails(FAULT_OPEN) ? -1 : opened(__real_open(path, flags, MODE));
}

int __wrap_openat(int directory_fd, const char *path, int flags, ...)
{
    return fails(FAULT_OPEN) ? -1 : opened(__real_openat(directory_fd, path, flags, MODE));
}

int __wrap___openat_2(int directory_fd, const char *path, int flags)
{
    return __wrap_openat(directory_fd, path, flags);
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
    if (fails(FAULT_READ))
        return -1;
    if (faults.before_read != NULL)
        faults.before_read(fd);
    return __real_read(fd, bytes, faults.short_read > 0 && faults.short_read < len ? faults.short_read : len);
}

ssize_t __wrap___read_chk(int fd, void *bytes, size_t len, size_t bytes_size)
{
    if (len > bytes_size)
        abort();
    return __wrap_read(fd, bytes, len);
}

int __wrap_fstat(int fd, struct stat *st)
{
    if (fails(FAULT_FSTAT))
        return -1;
    if (faults.before_fstat != NULL)
        faults.before_fstat(fd);
    return __real_fstat(fd, st);
}

int __wrap_fstatfs(int fd, struct statfs *file_system)
{
    return fails(FAULT_FSTATFS) ? -1 : __real_fstatfs(fd, file_system);
}

ssize_t __wrap_readlinkat(int directory_fd, const char *path, char *target, size_t target_size)
{
    return fails(FAULT_READLINKAT) ? -1 : __real_readlinkat(directory_fd, path, target, target_size);
}

ssize_t __wrap___readlinkat_chk(int directory_fd, const char *path, char *target, size_t target_size, size_t room)
{
    if (target_size > room)
        abort();
    return __wrap_readlinkat(directory_fd, path, target, target_size);
}

int __wrap_close(int fd)
{
    faults.open_descriptors--;
    return __real_close(fd);
}

DIR *__wrap_fdopendir(int fd)
{
    return fails(FAULT_FDOPENDIR) ? NULL : __real_fdopendir(fd);
}

struct dirent *__wrap_readdir(DIR *stream)
{
    return fails(FAULT_READDIR) ? NULL : __real_readdir(stream);
}

/* The stream's descriptor is closed with it. */
int __wrap_closedir(DIR *stream)
{
    faults.open_descriptors--;
    return __real_closedir(stream);
}
