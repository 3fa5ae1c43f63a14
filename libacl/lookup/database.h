/* SPDX-License-Identifier: MIT */
/* The user database of the C library: getpwnam_r(3), getpwuid_r(3), getgrnam_r(3) and getgrgid_r(3). */
#ifndef VMNETACL_DATABASE_H
#define VMNETACL_DATABASE_H

#include <grp.h>
#include <pwd.h>
#include <stddef.h>

/* All zero at first. */
struct database {
    char *buffer; /* what the entry that was found last points into */
    size_t size;
};

/*
 * Find the user with this name, or with this uid when name is NULL; the group, likewise. 0, and *found is entry, or
 * NULL when there is none; else an errno. The strings of entry live until the next call.
 */
int database_find_user(struct database *database, const char *name, uid_t uid, struct passwd *entry,
                       struct passwd **found);
int database_find_group(struct database *database, const char *name, gid_t gid, struct group *entry,
                        struct group **found);

void database_free(struct database *database);

#endif
