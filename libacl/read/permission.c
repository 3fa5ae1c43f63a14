/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include "credentials.h"
#include "error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The bits of the class of this thread, inode_permission(): the owner's, the group's or those of others. */
static bool mode_lets_us(const struct stat *st, int how)
{
    struct vmnetacl_error error;
    struct credentials credentials = {.groups = NULL};
    bool is_known = credentials_capture(&credentials, &error) == VMNETACL_OK;
    mode_t bits = st->st_mode;

    if (credentials.uid == st->st_uid)
        bits >>= 6;
    else if (credentials_have_group(&credentials, st->st_gid))
        bits >>= 3;
    credentials_free(&credentials);
    return !is_known || (bits & (mode_t)how) != 0; /* R_OK and X_OK are these bits */
}

/* An access control list, acl(5), is only asked for where the mode would let us: it takes the place of the mode. */
static bool has_list(int fd)
{
    char path[32] = "/proc/self/fd/";
    char digits[10]; /* of 2147483647 */
    size_t first = sizeof digits;

    for (; first == sizeof digits || fd > 0; fd /= 10)
        digits[--first] = (char)('0' + fd % 10);
    memcpy(path + strlen(path), digits + first, sizeof digits - first); /* always fits */
    return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

/*
 * access(2) decides by owner, mode and list. AppArmor, Landlock and Tomoyo look only at open(2). SELinux and Smack also
 * look at access(2): hence the mode, if it does not permit it.
 */
bool permission_is_given(int fd, int how)
{
    struct stat st;

    if (faccessat(fd, "", how, AT_EACCESS | AT_EMPTY_PATH) == 0 || fstat(fd, &st) != 0)
        return true;
    return mode_lets_us(&st, how) && !has_list(fd);
}
