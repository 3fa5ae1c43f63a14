/* SPDX-License-Identifier: MIT
 *
 * See vmtest.h. The functions that the C library calls, by nss(5): well-behaved but for what vmtest_act() does first.
 */
#define _GNU_SOURCE
#include "vmtest.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum {
    LINE_SIZE = 4096,
    NAME_SIZE = 256
};

/* A line, taken apart. */
struct entry {
    char kind[16];
    char name[NAME_SIZE];
    unsigned number;
    unsigned other;
    const char *members; /* in the line that it was read from; "" when there are none */
};

/* Read on up to an entry of this kind; false at the end. line holds LINE_SIZE. */
static bool entry_next(FILE *file, const char *kind, char *line, struct entry *entry)
{
    int end;

    while (file != NULL && fgets(line, LINE_SIZE, file) != NULL) {
        *entry = (struct entry){.number = 0};
        end = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%15s %255s %u %n", entry->kind, entry->name, &entry->number, &end) < 3 ||
            strcmp(entry->kind, kind) != 0)
            continue;
        entry->members = line + end;
        entry->other = (unsigned)strtoul(entry->members, NULL, 10);
        return true;
    }
    return false;
}

/* Open what is known. When that cannot be, it is to be said: who cannot look does not know that there is nobody. */
static FILE *conf_open(int *error)
{
    FILE *file = fopen(VMTEST_CONF, "re");

    if (file == NULL)
        *error = errno;
    return file;
}

/* Close what was read. False when not all of it could be, which is to be said as well. */
static bool conf_close(FILE *file, int *error)
{
    bool is_read = ferror(file) == 0;

    if (!is_read)
        *error = EIO;
    fclose(file);
    return is_read;
}

/* NAME, or, when name is NULL, the number: SUCCESS, NOTFOUND or UNAVAIL. */
static enum nss_status entry_find(const char *kind, const char *name, unsigned number, char *line, struct entry *entry,
                                  int *error)
{
    FILE *file = conf_open(error);
    bool found = false;

    if (file == NULL)
        return NSS_STATUS_UNAVAIL;
    while (!found && entry_next(file, kind, line, entry))
        found = name != NULL ? strcmp(entry->name, name) == 0 : entry->number == number;
    if (!conf_close(file, error))
        return NSS_STATUS_UNAVAIL;
    if (!found)
        *error = ENOENT;
    return found ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

/* Copy a string into the caller's buffer; NULL when it has no room. */
static char *put(char **buffer, size_t *size, const char *text, size_t len)
{
    char *copy = *buffer;

    if (len + 1 > *size)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    *buffer += len + 1;
    *size -= len + 1;
    return copy;
}

static enum nss_status want_room(int *error)
{
    *error = ERANGE;
    return NSS_STATUS_TRYAGAIN;
}

static enum nss_status find_user(const char *function, const char *name, uid_t uid, struct passwd *user, char *buffer,
                                 size_t size, int *error)
{
    char line[LINE_SIZE];
    struct entry entry;
    enum nss_status status;

    if (vmtest_act(function, &status, error))
        return status;
    status = entry_find("user", name, uid, line, &entry, error);
    if (status != NSS_STATUS_SUCCESS)
        return status;
    *user = (struct passwd){.pw_uid = entry.number, .pw_gid = entry.other};
    if (!vmtest_has_strings())
        return NSS_STATUS_SUCCESS;
    user->pw_name = put(&buffer, &size, entry.name, strlen(entry.name));
    user->pw_passwd = user->pw_gecos = put(&buffer, &size, "x", 1);
    user->pw_dir = user->pw_shell = put(&buffer, &size, "/", 1);
    return user->pw_name != NULL && user->pw_passwd != NULL && user->pw_dir != NULL ? NSS_STATUS_SUCCESS
                                                                                    : want_room(error);
}

/* The members as an array in the buffer; NULL when it has no room. */
static char **put_members(const char *members, char **buffer, size_t *size)
{
    const uintptr_t skip = -(uintptr_t)*buffer % _Alignof(char *);
    size_t count = *members != '\0';
    char **array;

    for (const char *comma = members; (comma = strchr(comma, ',')) != NULL; comma++)
        count++;
    if (*size < skip || (*size - skip) / sizeof *array < count + 1)
        return NULL;
    array = (char **)(void *)(*buffer + skip);
    *buffer += skip + (count + 1) * sizeof *array;
    *size -= skip + (count + 1) * sizeof *array;
    for (size_t i = 0; i < count; i++) {
        const size_t len = strcspn(members, ",");
        array[i] = put(buffer, size, members, len);
        if (array[i] == NULL)
            return NULL;
        members += len + 1;
    }
    array[count] = NULL;
    return array;
}

static enum nss_status find_group(const char *function, const char *name, gid_t gid, struct group *group, char *buffer,
                                  size_t size, int *error)
{
    char line[LINE_SIZE];
    struct entry entry;
    enum nss_status status;

    if (vmtest_act(function, &status, error))
        return status;
    status = entry_find("group", name, gid, line, &entry, error);
    if (status != NSS_STATUS_SUCCESS)
        return status;
    *group = (struct group){.gr_gid = entry.number};
    if (!vmtest_has_strings())
        return NSS_STATUS_SUCCESS;
    group->gr_name = put(&buffer, &size, entry.name, strlen(entry.name));
    group->gr_passwd = put(&buffer, &size, "x", 1);
    group->gr_mem = put_members(entry.members, &buffer, &size);
    return group->gr_name != NULL && group->gr_passwd != NULL && group->gr_mem != NULL ? NSS_STATUS_SUCCESS
                                                                                       : want_room(error);
}

static bool is_member(const char *members, const char *user)
{
    const size_t user_len = strlen(user);

    for (size_t len; *members != '\0'; members += members[len] == ',' ? len + 1 : len) {
        len = strcspn(members, ",");
        if (len == user_len && memcmp(members, user, len) == 0)
            return true;
    }
    return false;
}

struct groups {
    long *start; /* how many there are */
    long *size;
    gid_t **list;
    long limit;
};

/* As the C library's own services do it. False when there is no more room to be had. */
static bool groups_add(struct groups *groups, gid_t gid)
{
    if (*groups->start == *groups->size) {
        const long size = groups->limit > 0 && *groups->size * 2 > groups->limit ? groups->limit : *groups->size * 2;
        gid_t *list = size > *groups->size ? reallocarray(*groups->list, (size_t)size, sizeof *list) : NULL;
        if (list == NULL)
            return false;
        *groups->list = list;
        *groups->size = size;
    }
    (*groups->list)[(*groups->start)++] = gid;
    return true;
}

EXPORT enum nss_status _nss_vmtest_initgroups_dyn(const char *user, gid_t gid, long *start, long *size, gid_t **list,
                                                  long limit, int *error);
EXPORT enum nss_status _nss_vmtest_initgroups_dyn(const char *user, gid_t gid, long *start, long *size, gid_t **list,
                                                  long limit, int *error)
{
    struct groups groups = {.start = start, .size = size, .list = list, .limit = limit};
    const long before = *start;
    bool is_whole = true;
    char line[LINE_SIZE];
    struct entry entry;
    enum nss_status status;
    FILE *file;

    if (vmtest_act("initgroups", &status, error))
        return status;
    file = conf_open(error);
    if (file == NULL)
        return NSS_STATUS_UNAVAIL;
    while (entry_next(file, "group", line, &entry))
        if (entry.number != gid && is_member(entry.members, user))
            is_whole = groups_add(&groups, entry.number) && is_whole;
    if (ferror(file) == 0 && fseek(file, 0, SEEK_SET) != 0)
        is_whole = false;
    while (entry_next(file, "many", line, &entry))
        for (unsigned i = 0; strcmp(entry.name, user) == 0 && i < entry.number; i++)
            is_whole = groups_add(&groups, entry.other + i) && is_whole;
    if (!conf_close(file, error))
        return NSS_STATUS_UNAVAIL;
    if (!is_whole && limit <= 0) { /* up to a limit, all that there is room for is an answer */
        *error = ENOMEM;
        return NSS_STATUS_TRYAGAIN;
    }
    return *start > before ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

EXPORT enum nss_status _nss_vmtest_getpwnam_r(const char *name, struct passwd *user, char *buffer, size_t size,
                                              int *error);
EXPORT enum nss_status _nss_vmtest_getpwnam_r(const char *name, struct passwd *user, char *buffer, size_t size,
                                              int *error)
{
    return find_user("getpwnam", name, 0, user, buffer, size, error);
}

EXPORT enum nss_status _nss_vmtest_getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size, int *error);
EXPORT enum nss_status _nss_vmtest_getpwuid_r(uid_t uid, struct passwd *user, char *buffer, size_t size, int *error)
{
    return find_user("getpwuid", NULL, uid, user, buffer, size, error);
}

EXPORT enum nss_status _nss_vmtest_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
                                              int *error);
EXPORT enum nss_status _nss_vmtest_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size,
                                              int *error)
{
    return find_group("getgrnam", name, 0, group, buffer, size, error);
}

EXPORT enum nss_status _nss_vmtest_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t size, int *error);
EXPORT enum nss_status _nss_vmtest_getgrgid_r(gid_t gid, struct group *group, char *buffer, size_t size, int *error)
{
    return find_group("getgrgid", NULL, gid, group, buffer, size, error);
}
