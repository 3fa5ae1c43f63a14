/* SPDX-License-Identifier: MIT
 *
 * What the directory knows: the LDAP server and the userdb provider tell the same. The local users are lab.sh's.
 */
#ifndef VMNET_SERVICES_DIRECTORY_H
#define VMNET_SERVICES_DIRECTORY_H

#include <stddef.h>

/* A user whose primary group has his name and number. */
#define DIRECTORY_USER "vmremote"

enum {
    DIRECTORY_USER_UID = 6001,
    DIRECTORY_GROUP_COUNT = 3,
    DIRECTORY_CONNECTIONS_PER_UID = 64 /* of the userdb provider */
};

struct directory_group {
    const char *name;
    unsigned gid;
    const char *members[4]; /* NULL-terminated */
};

static const struct directory_group directory_groups[DIRECTORY_GROUP_COUNT] = {
    {.name = DIRECTORY_USER, .gid = DIRECTORY_USER_UID},
    {.name = "students", .gid = 7000, .members = {DIRECTORY_USER, "vmuser"}},
    {.name = "vmstaff", .gid = 7001, .members = {"vmother"}},
};

#endif
