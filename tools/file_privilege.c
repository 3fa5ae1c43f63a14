/* SPDX-License-Identifier: MIT */
#include "file_privilege.h"

#include "memory.h"

#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

static uint32_t read_le32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* capabilities(7) and struct vfs_cap_data of <linux/capability.h>: permitted and effective, as setcap's "=ep". */
bool file_has_capability(const char *path)
{
    unsigned char data[sizeof(struct vfs_ns_cap_data)];
    ssize_t len = getxattr(path, "security.capability", data, sizeof data);

    return len >= 8 && (read_le32(data) & VFS_CAP_FLAGS_EFFECTIVE) != 0 &&
           (read_le32(data + 4) & UINT32_C(1) << CAP_NET_ADMIN) != 0;
}

bool file_may_execute(const char *path, const struct account *account, const struct stat *status)
{
    if (account->is_self)
        return access(path, X_OK) == 0;
    if (account->caller.uid == 0)
        return (status->st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
    if (account->caller.uid == status->st_uid)
        return (status->st_mode & S_IXUSR) != 0;
    if (account_has_group(account, status->st_gid))
        return (status->st_mode & S_IXGRP) != 0;
    return (status->st_mode & S_IXOTH) != 0;
}

char *file_describe_mode(const struct stat *status, bool with_names)
{
    const struct passwd *owner = with_names ? getpwuid(status->st_uid) : NULL;
    char *group = with_names ? account_group_name(status->st_gid) : NULL;
    char *owner_text = owner != NULL ? memory_copy(owner->pw_name) : memory_format("%u", (unsigned)status->st_uid);
    char *group_text = group != NULL ? memory_copy(group) : memory_format("%u", (unsigned)status->st_gid);
    char *text = memory_format("%s:%s, mode %04o", owner_text, group_text, (unsigned)(status->st_mode & 07777));

    free(group_text);
    free(owner_text);
    free(group);
    return text;
}
