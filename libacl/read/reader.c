/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "error.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <unistd.h>

enum vmnetacl_status reader_capture(struct reader *reader, struct vmnetacl_error *error)
{
    int count = getgroups(0, NULL);

    /* setfsuid(2): an id that is none changes nothing, and the old one is returned. */
    *reader = (struct reader){.uid = (uid_t)setfsuid((uid_t)-1), .gid = (gid_t)setfsgid((gid_t)-1)};
    reader->groups = calloc(count > 0 ? (size_t)count : 1, sizeof *reader->groups);
    if (reader->groups == NULL)
        return error_set_system(error, ENOMEM, NULL, "cannot get memory for the rules");
    if (count > 0)
        count = getgroups(count, reader->groups);
    if (count < 0)
        return error_set_system(error, errno, NULL, "cannot read the groups of this process");
    reader->groups_count = (size_t)count;
    return VMNETACL_OK;
}

void reader_free(struct reader *reader)
{
    free(reader->groups);
    *reader = (struct reader){.groups = NULL};
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

bool reader_is_caller(const struct reader *reader, const struct vmnetacl_caller *caller)
{
    if (reader->uid != caller->uid || !is_in(reader->gid, caller->gid, caller->groups, caller->groups_count) ||
        !is_in(caller->gid, reader->gid, reader->groups, reader->groups_count))
        return false;
    for (size_t i = 0; i < reader->groups_count; i++)
        if (!is_in(reader->groups[i], caller->gid, caller->groups, caller->groups_count))
            return false;
    for (size_t i = 0; i < caller->groups_count; i++)
        if (!is_in(caller->groups[i], reader->gid, reader->groups, reader->groups_count))
            return false;
    return true;
}
