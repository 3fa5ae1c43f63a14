/* SPDX-License-Identifier: MIT */
#include "account.h"

#include "escape.h"
#include "memory.h"
#include "message.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Who reads the files for a uid without groups: a group that owns none (nogroup). */
#define NO_GROUP 65534

/* The user as the user database has it. Unknown for a user who is not in it, or while it cannot be asked. */
static struct vmnetacl_caller *find_in_database(const char *name)
{
    struct vmnetacl_caller *found;

    (void)vmnetacl_caller_of_user(name, &found, NULL); /* then NULL */
    return found;
}

char *account_group_name(gid_t gid)
{
    size_t size = 2048;
    struct group entry;
    struct group *found = NULL;
    char *strings = NULL;
    char *name;
    int error;

    do {
        free(strings);
        strings = malloc(size *= 2);
        error = strings != NULL ? getgrgid_r(gid, &entry, strings, size, &found) : ENOMEM;
    } while (error == ERANGE && size < 64 * 1024 * 1024); /* the entry of a group lists all its members */
    name = memory_copy(found != NULL ? found->gr_name : NULL);
    free(strings);
    return name;
}

/*
 * The name of a uid, to be freed; NULL when the user database has none, or gives no answer. errno: why it gives none,
 * else 0.
 */
static char *find_name(uid_t uid)
{
    size_t size = 1024;
    struct passwd entry;
    struct passwd *found = NULL;
    char *strings = NULL;
    char *name;
    int error;

    do {
        free(strings);
        strings = malloc(size *= 2);
        error = strings != NULL ? getpwuid_r(uid, &entry, strings, size, &found) : ENOMEM;
    } while (error == ERANGE && size < 1024 * 1024);
    name = memory_copy(found != NULL ? found->pw_name : NULL);
    free(strings);
    errno = error == ENOENT || error == ESRCH ? 0 : error; /* getpwuid(3): some name services say so */
    return name;
}

void account_of_ids(struct account *account)
{
    struct vmnetacl_error error;

    *account = (struct account){.is_self = true};
    if (vmnetacl_caller_self(&account->made, &error) != VMNETACL_OK) {
        errno = error.system_errno;
        die(EX_OSERR, "%s: %m", error.message);
    }
    account->caller = *account->made;
    account->caller.enforces = VMNETACL_OPTIONS_ALL;
}

void account_of_process(struct account *account)
{
    account_of_ids(account);
    account->name = find_name(account->caller.uid);
    account->database = account->name != NULL ? find_in_database(account->name) : NULL;
}

void account_of_user(struct account *account, const char *name)
{
    struct vmnetacl_error error;
    enum vmnetacl_status status;

    *account = (struct account){.is_self = false};
    status = vmnetacl_caller_of_user(name, &account->database, &error);
    errno = error.system_errno;
    if (status == VMNETACL_NOTFOUND)
        die(EX_NOUSER, "unknown user '%s'; 'getent passwd' lists those that this system knows", name);
    if (status != VMNETACL_OK && error.system_errno == 0)
        die(EX_TEMPFAIL, "%s; try again", error.message);
    if (status != VMNETACL_OK)
        die(EX_TEMPFAIL, "%s: %m; try again", error.message);
    account->name = memory_copy(name);
    account->caller = *account->database;
    account->caller.enforces = VMNETACL_OPTIONS_ALL;
}

/* In decimal, and no value that setresuid(2) takes for "unchanged". */
static uid_t read_uid(const char *text)
{
    uint64_t uid = 0;
    bool is_valid = *text != '\0';

    for (const char *digit = text; is_valid && *digit != '\0'; digit++) {
        is_valid = *digit >= '0' && *digit <= '9';
        uid = uid * 10 + (uint64_t)(*digit - '0');
        is_valid = is_valid && uid < UINT32_MAX;
    }
    if (!is_valid)
        die(EX_USAGE, "'%s' is not a user id; --uid takes a number from 0 to 4294967294", text);
    return (uid_t)uid;
}

static struct account without_groups(uid_t uid)
{
    return (struct account){
        .caller = {.uid = uid, .gid = (gid_t)-1, .enforces = VMNETACL_OPTIONS_ALL}, /* no rule has this gid */
        .has_no_groups = true,
    };
}

void account_of_uid(struct account *account, const char *uid)
{
    uid_t number = read_uid(uid);
    char *name = find_name(number);

    if (name != NULL)
        account_of_user(account, name);
    else
        *account = without_groups(number);
    free(name);
}

bool account_find_uid(struct account *account, uid_t uid, struct vmnetacl_error *error)
{
    enum vmnetacl_status status = VMNETACL_OK;
    int failure;

    *account = without_groups(uid);
    account->name = find_name(uid);
    failure = errno;
    if (failure != 0) {
        *error = (struct vmnetacl_error){.code = VMNETACL_CODE_LOOKUP_FAILED,
                                         .system_errno = failure,
                                         .message = "cannot look up the user"};
        return false;
    }
    if (account->name != NULL)
        status = vmnetacl_caller_of_user(account->name, &account->database, error);
    if (status != VMNETACL_OK || account->database == NULL)
        return status == VMNETACL_OK;
    account->caller = *account->database;
    account->caller.uid = uid; /* the name can be that of two users */
    account->caller.enforces = VMNETACL_OPTIONS_ALL;
    account->has_no_groups = false;
    return true;
}

void account_choose(struct account *account, const char *user, const char *uid)
{
    if (user != NULL && uid != NULL)
        die(EX_USAGE, "--user and --uid exclude each other; give one of them");
    if (user != NULL)
        account_of_user(account, user);
    else if (uid != NULL)
        account_of_uid(account, uid);
    else
        account_of_process(account);
    (void)account_become(account); /* if not, caveats_find() reports it */
}

bool account_become(struct account *account)
{
    gid_t gid = account->has_no_groups ? NO_GROUP : account->caller.gid;

    if (geteuid() != 0 || account->is_self)
        return false;
    if (setgroups(account->caller.groups_count, account->caller.groups) != 0)
        return false; /* root in a container without this privilege; caveats_find() reports it */
    if (setresgid(gid, gid, gid) != 0 || setresuid(account->caller.uid, account->caller.uid, account->caller.uid) != 0)
        die(EX_OSERR, "cannot become the user with the uid %u: %m; ask as that user", (unsigned)account->caller.uid);
    account->is_self = true;
    return true;
}

void account_free(struct account *account)
{
    free(account->name);
    vmnetacl_caller_free(account->made);
    vmnetacl_caller_free(account->database);
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
    for (size_t i = 0; account->database != NULL && i < account->database->groups_count; i++)
        if (account->database->groups[i] == gid)
            return true;
    return false;
}

char *account_describe_group(gid_t gid, bool with_names)
{
    char *name = with_names ? account_group_name(gid) : NULL;
    char *text = name != NULL ? memory_format("the group '%s'", name) : memory_format("the group %u", (unsigned)gid);

    free(name);
    return text;
}

char *account_group_cure(const struct account *account, gid_t gid, bool with_names)
{
    bool is_listed = account_is_listed_in(account, gid);
    char *shown = is_listed ? account_describe(account) : account_describe_group(gid, with_names);
    char *cure = is_listed
                     ? memory_format("log out and in again: the user database has %s in the group", shown)
                     : memory_format("ask the administrator to add the user to %s, see usermod(8), then log in again; "
                                     "what else the group may do is granted, too",
                                     shown);

    free(shown);
    return cure;
}

/* permission: a bit of those of others */
static bool has_permission(const struct account *account, const struct stat *status, unsigned permission)
{
    if (account->caller.uid == 0)
        return true;
    if (account->caller.uid == status->st_uid)
        return (status->st_mode & permission << 6) != 0;
    if (account_has_group(account, status->st_gid))
        return (status->st_mode & permission << 3) != 0;
    return (status->st_mode & permission) != 0;
}

bool account_may_read(const struct account *account, const struct stat *status)
{
    return has_permission(account, status, S_IROTH);
}

bool account_may_write(const struct account *account, const struct stat *status)
{
    return has_permission(account, status, S_IWOTH);
}

const char *account_login(const struct account *account)
{
    return account->database != NULL && account->database->uid == account->caller.uid ? account->name : NULL;
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
