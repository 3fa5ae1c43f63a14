/* SPDX-License-Identifier: MIT */
#include "tap_holders.h"

#include "kernel_value.h"
#include "memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* tun_chr_show_fdinfo() in drivers/net/tun.c; the kernel's own lines come first (seq_show() in fs/proc/fd.c). */
#define FDINFO_NAME "iff:\t"

static bool has_holder(const struct tap_holders *holders, const char *tap, pid_t pid)
{
    for (size_t i = holders->count; i > 0 && holders->items[i - 1].pid == pid; i--)
        if (strcmp(holders->items[i - 1].tap, tap) == 0)
            return true;
    return false;
}

static void add(struct tap_holders *holders, const char *tap, pid_t pid)
{
    struct tap_holder holder = {.pid = pid};
    char *path;

    if (!vmnetacl_name_valid(tap, strlen(tap)) || has_holder(holders, tap, pid))
        return;
    strcpy(holder.tap, tap); /* a valid name fits */
    path = memory_format("/proc/%d/comm", (int)pid);
    holder.command = kernel_value_text(path);
    free(path);
    holders->items = memory_grow(holders->items, holders->count, sizeof *holders->items);
    holders->items[holders->count++] = holder;
}

/* Returns false when it may not be read; a descriptor that was closed meanwhile holds nothing. */
static bool read_descriptor(struct tap_holders *holders, const char *path, pid_t pid)
{
    char line[256];
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT || errno == ESRCH;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, FDINFO_NAME, sizeof FDINFO_NAME - 1) == 0)
            add(holders, line + sizeof FDINFO_NAME - 1, pid);
    }
    (void)fclose(file); /* only read from: nothing to fail */
    return true;
}

/* Is it known to be in another network namespace? */
static bool is_elsewhere(pid_t pid)
{
    char *path = memory_format("/proc/%d/ns/net", (int)pid);
    struct stat other;
    struct stat self;
    bool is_other = stat(path, &other) == 0 && stat("/proc/self/ns/net", &self) == 0 &&
                    (other.st_dev != self.st_dev || other.st_ino != self.st_ino);

    free(path);
    return is_other;
}

static bool read_process(struct tap_holders *holders, pid_t pid)
{
    char *path = memory_format("/proc/%d/fdinfo", (int)pid);
    DIR *directory = opendir(path);
    bool is_read = directory != NULL || errno == ENOENT || errno == ESRCH;
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        char *descriptor;
        if (entry->d_name[0] == '.')
            continue;
        descriptor = memory_format("%s/%s", path, entry->d_name);
        is_read = read_descriptor(holders, descriptor, pid) && is_read;
        free(descriptor);
    }
    if (directory != NULL)
        (void)closedir(directory); /* as above */
    free(path);
    return is_read;
}

static int compare(const void *left, const void *right)
{
    const struct tap_holder *a = left;
    const struct tap_holder *b = right;
    int order = strcmp(a->tap, b->tap);

    return order != 0 ? order : (a->pid > b->pid) - (a->pid < b->pid);
}

void tap_holders_read(struct tap_holders *holders)
{
    DIR *directory = opendir("/proc");
    const struct dirent *entry;

    *holders = (struct tap_holders){.are_all = directory != NULL};
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        pid_t pid = (pid_t)strtoul(entry->d_name, NULL, 10); /* 0 for what is no process */
        if (pid > 0 && !is_elsewhere(pid))
            holders->are_all = read_process(holders, pid) && holders->are_all;
    }
    if (directory != NULL)
        (void)closedir(directory); /* as above */
    if (holders->count > 0)
        qsort(holders->items, holders->count, sizeof *holders->items, compare);
}

static int compare_tap(const void *tap, const void *holder)
{
    return strcmp(tap, ((const struct tap_holder *)holder)->tap);
}

const struct tap_holder *tap_holders_of(const struct tap_holders *holders, const char *tap, size_t *count)
{
    const struct tap_holder *end;
    const struct tap_holder *first;

    *count = 0;
    if (holders->count == 0)
        return NULL;
    end = holders->items + holders->count;
    first = bsearch(tap, holders->items, holders->count, sizeof *holders->items, compare_tap);
    if (first == NULL)
        return NULL;
    while (first > holders->items && strcmp(first[-1].tap, tap) == 0)
        first--;
    while (first + *count < end && strcmp(first[*count].tap, tap) == 0)
        ++*count;
    return first;
}

void tap_holders_free(struct tap_holders *holders)
{
    for (size_t i = 0; i < holders->count; i++)
        free(holders->items[i].command);
    free(holders->items);
    *holders = (struct tap_holders){.items = NULL};
}
