/* SPDX-License-Identifier: MIT */
/* Who asks: a user of the user database, as a new session would be. */
#include "caller.h"
#include "database.h"
#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/*
 * The groups of a user by the user database, gid among them. The room doubles until it suffices: the count that
 * getgrouplist(3) asks for is not what it needs with every name service.
 */
static enum vmnetacl_status read_groups(const char *user, gid_t gid, struct vmnetacl_caller **caller,
                                        struct vmnetacl_error *error)
{
    for (int room = 64; room <= 2 * VMNETACL_GROUPS_MAX; room *= 2) {
        struct vmnetacl_caller *made = caller_make((size_t)room);
        int count = room;
        if (made == NULL)
            return error_set_system(error, ENOMEM, NULL, "cannot get memory for the caller");
        if (getgrouplist(user, gid, caller_groups(made), &count) >= 0) {
            made->groups_count = (size_t)count;
            *caller = made;
            return VMNETACL_OK;
        }
        free(made);
        if (count <= room) /* it does not lack room: musl tells of a failure, which glibc hides */
            return error_set(error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0,
                             "cannot look up the groups of user '%s' (try 'getent initgroups')", user);
    }
    return error_set(error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0, "user '%s' is in more than %u groups", user,
                     (unsigned)VMNETACL_GROUPS_MAX);
}

static enum vmnetacl_status read_user(struct database *database, const char *user, struct vmnetacl_caller **caller,
                                      struct vmnetacl_error *error)
{
    struct passwd entry;
    struct passwd *found;
    int failure = database_find_user(database, user, 0, &entry, &found);
    enum vmnetacl_status status;

    if (failure != 0) {
        status = error_set(error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0,
                           "cannot look up user '%s' (try 'getent passwd')", user);
        error->system_errno = failure;
        return status;
    }
    if (found == NULL) {
        (void)error_set(error, VMNETACL_CODE_ACCOUNT_UNKNOWN, NULL, 0, 0, "unknown user '%s'; see 'getent passwd'",
                        user); /* of a rule it is a warning; here it is the answer */
        return VMNETACL_NOTFOUND;
    }
    status = read_groups(found->pw_name, found->pw_gid, caller, error);
    if (status == VMNETACL_OK) {
        (*caller)->uid = found->pw_uid;
        (*caller)->gid = found->pw_gid;
    }
    return status;
}

enum vmnetacl_status vmnetacl_caller_of_user(const char *user, struct vmnetacl_caller **caller,
                                             struct vmnetacl_error *error)
{
    struct vmnetacl_error unwanted;
    struct database database = {.buffer = NULL};
    enum vmnetacl_status status;

    error = error != NULL ? error : &unwanted;
    if (caller != NULL)
        *caller = NULL;
    if (caller == NULL || user == NULL)
        return error_set(error, VMNETACL_CODE_ARGUMENT, NULL, 0, 0, "no user, or no place for the caller");
    if (getauxval(AT_SECURE) != 0)
        return error_set(error, VMNETACL_CODE_SECURE, NULL, 0, 0,
                         "a privileged program does not load the code of name services");
    status = read_user(&database, user, caller, error);
    database_free(&database);
    return status;
}
