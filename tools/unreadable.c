/* SPDX-License-Identifier: MIT */
#include "unreadable.h"

#include "escape.h"
#include "memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *unreadable_directory(const char *path)
{
    char *directory = memory_copy(path);
    char *slash = directory;

    while ((slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        if (access(directory, X_OK) != 0)
            break;
        *slash = '/';
    }
    if (slash != NULL && errno == EACCES)
        return directory;
    free(directory);
    return NULL;
}

/* "mode 0750, owner root, group kvm", escaped; to be freed. */
static char *describe_mode(const struct stat *status)
{
    char *group = account_group_name(status->st_gid);
    char *owner = status->st_uid == 0 ? memory_copy("root") : memory_format("uid %u", (unsigned)status->st_uid);
    char *shown = group == NULL ? NULL : escape_copy(group, strlen(group));
    char *text = shown != NULL
                     ? memory_format("mode %04o, owner %s, group %s", (unsigned)(status->st_mode & 07777), owner, shown)
                     : memory_format("mode %04o, owner %s, group %u", (unsigned)(status->st_mode & 07777), owner,
                                     (unsigned)status->st_gid);

    free(shown);
    free(owner);
    free(group);
    return text;
}

/* The bits of its group that the user would have after a new login. */
static bool will_have_after_login(const struct account *account, const struct stat *status, mode_t bits)
{
    return (status->st_mode & bits) == bits && status->st_gid != 0 && !account_has_group(account, status->st_gid) &&
           account_is_listed_in(account, status->st_gid);
}

char *unreadable_advice(const struct account *account, const char *path)
{
    char *directory = unreadable_directory(path);
    const char *closed = directory != NULL ? directory : path;
    char *name = escape_copy(closed, strlen(closed));
    char *who = account->is_self ? account_describe(account) : memory_copy("you");
    struct stat status;
    bool is_known = stat(closed, &status) == 0;
    char *mode = is_known ? describe_mode(&status) : memory_copy("whose mode cannot be seen");
    bool needs_login =
        account->is_self && is_known && will_have_after_login(account, &status, directory ? S_IXGRP : S_IRGRP);
    char *text =
        memory_format("%s%s (%s) does not let %s %s it; %s",
                      is_known && S_ISDIR(status.st_mode) ? "the directory " : "", name, mode, who,
                      directory != NULL ? "search" : "read",
                      needs_login ? "log out and in again: the user database has the user in the group"
                                  : "without it there is no verdict for you: the administrator can let you read it");

    free(mode);
    free(who);
    free(name);
    free(directory);
    return text;
}
