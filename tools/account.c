/* SPDX-License-Identifier: MIT */
#include "account.h"

#include "escape.h"
#include "memory.h"
#include "message.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* An entry of the user database, with room for its strings. */
struct entry {
    struct passwd passwd;
    char *strings;
};

/* By name, or by uid when name is NULL. Returns 0, ENOENT when there is none, or why the name service fails. */
static int entry_find(struct entry *entry, const char *name, uid_t uid)
{
    size_t size = 1024;
    struct passwd *found = NULL;
    int error;

    *entry = (struct entry){.strings = NULL};
    do {
        free(entry->strings);
        entry->strings = malloc(size *= 2);
        if (entry->strings == NULL)
            return ENOMEM;
        error = name != NULL ? getpwnam_r(name, &entry->passwd, entry->strings, size, &found)
                             : getpwuid_r(uid, &entry->passwd, entry->strings, size, &found);
    } while (error == ERANGE && size < 1024 * 1024);
    /* getpwnam(3) lists these as what systems say of a name that is not found. */
    if (found == NULL)
        return error == 0 || error == ESRCH || error == EBADF || error == EPERM ? ENOENT : error;
    return 0;
}

/* His groups by the user database. */
static void read_database(struct account *account, gid_t gid)
{
    int room = 64;

    for (;;) {
        account->database_count = room;
        account->database = reallocarray(account->database, (size_t)room, sizeof *account->database);
        if (account->database == NULL)
            die(EX_TEMPFAIL, "no memory left; try again");
        if (getgrouplist(account->name, gid, account->database, &account->database_count) >= 0)
            return;
        if (account->database_count <= room) { /* it does not lack room: musl tells of a failure, which glibc hides */
            account->database[0] = gid;
            account->database_count = 1;
            return;
        }
        if (room >= 2 * VMNETACL_GROUPS_MAX)
            die(EX_OSERR, "%s is in more than %d groups", account->name, VMNETACL_GROUPS_MAX);
        room *= 2; /* the count that getgrouplist() asks for is not what it needs with every name service */
    }
}

void account_of_process(struct account *account)
{
    struct entry entry;
    int count = getgroups(0, NULL);

    *account = (struct account){.is_self = true,
                                .caller = {.uid = getuid(), .gid = getgid(), .enforces = VMNETACL_OPTIONS_ALL}};
    if (count < 0)
        die(EX_OSERR, "cannot read the groups of this process: %m");
    account->groups = calloc((size_t)count + 1, sizeof *account->groups);
    if (account->groups == NULL)
        die(EX_TEMPFAIL, "no memory left; try again");
    count = getgroups(count, account->groups);
    if (count < 0)
        die(EX_OSERR, "cannot read the groups of this process: %m");
    account->caller.groups = account->groups;
    account->caller.groups_count = (size_t)count;
    if (entry_find(&entry, NULL, account->caller.uid) == 0) {
        account->name = memory_copy(entry.passwd.pw_name);
        read_database(account, entry.passwd.pw_gid);
    }
    free(entry.strings);
}

void account_of_user(struct account *account, const char *name)
{
    struct entry entry;
    int error = entry_find(&entry, name, 0);

    *account = (struct account){.is_self = false, .caller = {.enforces = VMNETACL_OPTIONS_ALL}};
    if (error == ENOENT)
        die(EX_NOUSER, "there is no user '%s'; 'getent passwd' lists those that this system knows", name);
    errno = error;
    if (error != 0)
        die(EX_TEMPFAIL, "cannot look up the user '%s': %m; try again", name);
    account->name = memory_copy(entry.passwd.pw_name);
    account->caller.uid = entry.passwd.pw_uid;
    account->caller.gid = entry.passwd.pw_gid;
    read_database(account, entry.passwd.pw_gid);
    account->caller.groups = account->database;
    account->caller.groups_count = (size_t)account->database_count;
    free(entry.strings);
}

bool account_become(struct account *account)
{
    if (geteuid() != 0 || account->is_self)
        return false;
    if (setgroups((size_t)account->database_count, account->database) != 0)
        return false; /* root of a container, without this privilege: it reads as root, and says so */
    if (setresgid(account->caller.gid, account->caller.gid, account->caller.gid) != 0 ||
        setresuid(account->caller.uid, account->caller.uid, account->caller.uid) != 0)
        die(EX_OSERR, "cannot become the user '%s': %m; ask as that user", account->name);
    account->is_self = true;
    return true;
}

void account_free(struct account *account)
{
    free(account->name);
    free(account->groups);
    free(account->database);
    *account = (struct account){.name = NULL};
}

bool account_has_group(const struct account *account, gid_t gid)
{
    if (account->caller.gid == gid)
        return true;
    for (size_t i = 0; i < account->caller.groups_count; i++)
        if (account->caller.groups[i] == gid)
            return true;
    return false;
}

bool account_is_listed_in(const struct account *account, gid_t gid)
{
    for (int i = 0; i < account->database_count; i++)
        if (account->database[i] == gid)
            return true;
    return false;
}

bool account_may_read(const struct account *account, const struct stat *status)
{
    if (account->caller.uid == 0)
        return true;
    if (account->caller.uid == status->st_uid)
        return (status->st_mode & S_IRUSR) != 0;
    if (account_has_group(account, status->st_gid))
        return (status->st_mode & S_IRGRP) != 0;
    return (status->st_mode & S_IROTH) != 0;
}

const char *account_login(const struct account *account)
{
    struct entry entry;
    bool is_his;

    if (account->name == NULL)
        return NULL;
    is_his = entry_find(&entry, account->name, 0) == 0 && entry.passwd.pw_uid == account->caller.uid;
    free(entry.strings);
    return is_his ? account->name : NULL;
}

char *account_describe(const struct account *account)
{
    char *name;
    char *text;

    if (account->name == NULL)
        return memory_format("uid %u", (unsigned)account->caller.uid);
    name = escape_copy(account->name, strlen(account->name));
    text = memory_format("%s (uid %u)", name, (unsigned)account->caller.uid);
    free(name);
    return text;
}
