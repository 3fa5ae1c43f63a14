/* SPDX-License-Identifier: MIT */
/*
 * The functions return 0 without an entry for "not found"; every other result without an entry is an error, ENOENT and
 * ESRCH included. If the last service in nsswitch.conf(5) is down, glibc returns errno, whatever it is
 * (nss/getXXbyYY_r.c). So we set errno before the call: 0 would look like "not found" if the service does not set it.
 */
#include "database.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define BUFFER_MIN ((size_t)16 * 1024)
#define BUFFER_MAX ((size_t)64 * 1024 * 1024) /* a group with a million members */

/* Must the call be repeated, in a larger buffer or as it was? If not, *error is what it failed with. */
static bool is_again(struct database *database, int *error)
{
    size_t size = database->size > 0 ? database->size * 2 : BUFFER_MIN;
    char *buffer;

    if (*error != ERANGE)
        return *error == EINTR;
    if (size > BUFFER_MAX)
        return false;
    buffer = realloc(database->buffer, size);
    if (buffer == NULL) {
        *error = ENOMEM;
        return false;
    }
    database->buffer = buffer;
    database->size = size;
    return true;
}

int database_find_user(struct database *database, const char *name, uid_t uid, struct passwd *entry,
                       struct passwd **found)
{
    int error = database->buffer == NULL ? ERANGE : 0;

    *found = NULL;
    while (error == 0 || is_again(database, &error)) {
        errno = EIO;
        error = name != NULL ? getpwnam_r(name, entry, database->buffer, database->size, found)
                             : getpwuid_r(uid, entry, database->buffer, database->size, found);
        if (error == 0)
            return 0;
        *found = NULL;
    }
    return error;
}

int database_find_group(struct database *database, const char *name, gid_t gid, struct group *entry,
                        struct group **found)
{
    int error = database->buffer == NULL ? ERANGE : 0;

    *found = NULL;
    while (error == 0 || is_again(database, &error)) {
        errno = EIO;
        error = name != NULL ? getgrnam_r(name, entry, database->buffer, database->size, found)
                             : getgrgid_r(gid, entry, database->buffer, database->size, found);
        if (error == 0)
            return 0;
        *found = NULL;
    }
    return error;
}

void database_free(struct database *database)
{
    free(database->buffer);
}
