/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include "credentials.h"
#include "error.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* acl_permission_check() of the kernel looks at the bits of one class: the owner's, the group's or those of others. */
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

/* Has it an access control list, acl(5)? Then the list decides, and not the mode. */
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
 * access(2) decides by owner, mode and access control list. AppArmor, Landlock and Tomoyo forbid only open(2). SELinux
 * and Smack forbid access(2), too: if that fails, the mode tells whether the owner gave the permission. A list is not
 * evaluated here: if there is one, the failure counts as the owner's wish.
 */
bool permission_is_given(int fd, int how)
{
    struct stat st;

    if (faccessat(fd, "", how, AT_EACCESS | AT_EMPTY_PATH) == 0 || fstat(fd, &st) != 0)
        return true;
    return mode_lets_us(&st, how) && !has_list(fd);
}
