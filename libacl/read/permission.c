/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include "credentials.h"
#include "error.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LIST "system.posix_acl_access"

/* An access control list, acl(5), as getxattr(2) gives it. */
struct list {
    struct posix_acl_xattr_header header;
    struct posix_acl_xattr_entry entries[];
};

/* getxattr(2) takes a path, since fgetxattr(2) takes no O_PATH descriptor. The caller has filled path with zeros. */
static void descriptor_path(int fd, char path[static 32])
{
    static const char directory[] = "/proc/self/fd/";
    char digits[10]; /* of 2147483647 */
    size_t first = sizeof digits;

    for (; first == sizeof digits || fd > 0; fd /= 10)
        digits[--first] = (char)('0' + fd % 10);
    memcpy(path, directory, sizeof directory - 1);
    memcpy(path + sizeof directory - 1, digits + first, sizeof digits - first);
}

/* acl_permission_check() of the kernel looks at the bits of one class: the owner's, the group's or those of others. */
static bool mode_lets_us(const struct stat *st, const struct credentials *credentials, int how)
{
    mode_t bits = st->st_mode;

    if (credentials->uid == st->st_uid)
        bits >>= 6;
    else if (credentials_have_group(credentials, st->st_gid))
        bits >>= 3;
    return (bits & (mode_t)how) != 0; /* R_OK and X_OK are these bits, and those of a list */
}

/* posix_acl_permission() of the kernel, for a caller other than the owner. */
static bool entries_let_us(const struct posix_acl_xattr_entry *entries, size_t count, const struct stat *st,
                           const struct credentials *credentials, int how)
{
    int mask = ~0, of_user = -1, of_groups = -1, of_others = 0; /* -1: no entry is for us */

    for (size_t i = 0; i < count; i++) {
        int tag = le16toh(entries[i].e_tag);
        int bits = le16toh(entries[i].e_perm) & how;
        uint32_t id = tag == ACL_GROUP_OBJ ? st->st_gid : le32toh(entries[i].e_id);

        if (tag == ACL_MASK)
            mask = bits;
        else if (tag == ACL_USER && id == credentials->uid)
            of_user = bits;
        else if ((tag == ACL_GROUP_OBJ || tag == ACL_GROUP) && credentials_have_group(credentials, id))
            of_groups = of_groups > 0 ? of_groups : bits; /* one of them suffices */
        else if (tag == ACL_OTHER)
            of_others = bits;
    }
    if (of_user >= 0)
        return (of_user & mask) != 0;
    return of_groups >= 0 ? (of_groups & mask) != 0 : of_others != 0;
}

/* The list replaces the mode, except for the owner. */
static bool list_lets_us(const char *path, size_t size, const struct stat *st, const struct credentials *credentials,
                         int how)
{
    struct list *list = calloc(1, size);
    size_t count = (size - sizeof list->header) / sizeof list->entries[0];
    bool is_given = list == NULL || getxattr(path, LIST, list, size) != (ssize_t)size ||
                    le32toh(list->header.a_version) != POSIX_ACL_XATTR_VERSION ||
                    entries_let_us(list->entries, count, st, credentials, how);

    free(list);
    return is_given;
}

static bool owner_lets_us(int fd, const struct stat *st, const struct credentials *credentials, int how)
{
    char path[32] = "";
    ssize_t size;

    descriptor_path(fd, path);
    size = getxattr(path, LIST, NULL, 0);
    /* ENODATA: the file has no list; ENOTSUP: the file system has no lists; any other: there may be a list. */
    if (size < 0 && errno != ENODATA && errno != ENOTSUP)
        return true;
    /* The mask of a list is the group's bits of the mode. acl_permission_check() ignores a list with an empty mask. */
    if (size < (ssize_t)sizeof(struct list) || credentials->uid == st->st_uid || (st->st_mode & S_IRWXG) == 0)
        return mode_lets_us(st, credentials, how);
    return list_lets_us(path, (size_t)size, st, credentials, how);
}

/*
 * faccessat2(2) decides by owner, mode and access control list. AppArmor, Landlock and Tomoyo do not take part, since
 * they forbid only open(2). But SELinux and Smack do, and kernels before 5.8 do not have the call. So when it fails, we
 * compute what the owner permits.
 */
bool permission_is_given(int fd, int how)
{
    struct vmnetacl_error error;
    struct credentials credentials = {.groups = NULL};
    struct stat st;
    bool is_given;

    if (faccessat(fd, "", how, AT_EACCESS | AT_EMPTY_PATH) == 0 || fstat(fd, &st) != 0)
        return true;
    is_given = credentials_capture(&credentials, &error) != VMNETACL_OK || owner_lets_us(fd, &st, &credentials, how);
    credentials_free(&credentials);
    return is_given;
}
