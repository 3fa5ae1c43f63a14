/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include "error.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* capget(2) without libcap, which the library does not need otherwise. */
static bool may_read_all(void)
{
    const uint32_t reading = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

    memset(sets, 0xff, sizeof sets);
    (void)syscall(SYS_capget, &header, sets); /* fails only for wrong arguments; then sets say all, which denies */
    return (sets[0].effective & reading) != 0;
}

enum vmnetacl_status credentials_capture(struct credentials *credentials, struct vmnetacl_error *error)
{
    int count = getgroups(0, NULL);

    /* setfsuid(2): an id that is none changes nothing, and the old one is returned. */
    *credentials = (struct credentials){.uid = (uid_t)setfsuid((uid_t)-1),
                                        .gid = (gid_t)setfsgid((gid_t)-1),
                                        .reads_all = may_read_all()};
    credentials->groups = calloc(count > 0 ? (size_t)count : 1, sizeof *credentials->groups);
    if (credentials->groups == NULL)
        return error_set_system(error, ENOMEM, NULL, "cannot get memory for the rules");
    if (count > 0)
        count = getgroups(count, credentials->groups);
    if (count < 0)
        return error_set_system(error, errno, NULL, "cannot read the groups of this process");
    credentials->groups_count = (size_t)count;
    return VMNETACL_OK;
}

bool credentials_copy(struct credentials *credentials, const struct vmnetacl_caller *caller)
{
    size_t count = caller->groups_count;

    *credentials = (struct credentials){.uid = caller->uid, .gid = caller->gid};
    credentials->groups = calloc(count > 0 ? count : 1, sizeof *credentials->groups);
    if (credentials->groups == NULL)
        return false;
    if (count > 0) /* else the groups may be NULL, which memcpy(3) does not take */
        memcpy(credentials->groups, caller->groups, count * sizeof *credentials->groups);
    credentials->groups_count = count;
    return true;
}

void credentials_free(struct credentials *credentials)
{
    free(credentials->groups);
    *credentials = (struct credentials){.groups = NULL};
}

static bool is_in(gid_t gid, gid_t first, const gid_t *groups, size_t count)
{
    if (gid == first)
        return true;
    for (size_t i = 0; i < count; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

bool credentials_have_group(const struct credentials *credentials, gid_t gid)
{
    return is_in(gid, credentials->gid, credentials->groups, credentials->groups_count);
}

/* The same list, as it nearly always is: the kernel gives the groups in ascending order. */
static bool are_alike(const struct credentials *credentials, const struct vmnetacl_caller *caller)
{
    size_t count = credentials->groups_count;

    return credentials->gid == caller->gid && count == caller->groups_count &&
           (count == 0 || memcmp(credentials->groups, caller->groups, count * sizeof *caller->groups) == 0);
}

bool credentials_hold_for(const struct credentials *credentials, const struct vmnetacl_caller *caller)
{
    const gid_t *groups = credentials->groups;
    size_t count = credentials->groups_count;

    if (credentials->uid != caller->uid || (credentials->reads_all && caller->uid != 0))
        return false;
    if (are_alike(credentials, caller))
        return true;
    if (!is_in(credentials->gid, caller->gid, caller->groups, caller->groups_count) ||
        !is_in(caller->gid, credentials->gid, groups, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_in(groups[i], caller->gid, caller->groups, caller->groups_count))
            return false;
    for (size_t i = 0; i < caller->groups_count; i++)
        if (!is_in(caller->groups[i], credentials->gid, groups, count))
            return false;
    return true;
}
