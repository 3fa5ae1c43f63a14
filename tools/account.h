/* SPDX-License-Identifier: MIT */
/* Who asks: the one who runs the program, or another user as a new login of his would be. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>
#include <sys/stat.h>

struct account {
    char *name; /* NULL: the user database has none for the uid */
    struct vmnetacl_caller caller;
    bool is_self;                     /* it is this process: files are read as this user would read them */
    struct vmnetacl_caller *made;     /* what caller was copied from, for this process; else NULL */
    struct vmnetacl_caller *database; /* the user by the user database; NULL when it has none of this name */
};

/* The real ids of this process, and its groups. */
void account_of_process(struct account *account);

/* A user by name, who must exist: else the program ends. He is not this process, even when he has the same uid. */
void account_of_user(struct account *account, const char *name);

/*
 * If this process is root's and may, it becomes this user for good: what it reads from now on, he could read. Returns
 * whether it did.
 */
bool account_become(struct account *account);

void account_free(struct account *account);

/* His credentials hold the group; or the user database says that he is in it. */
bool account_has_group(const struct account *account, gid_t gid);
bool account_is_listed_in(const struct account *account, gid_t gid);

/* By owner, group and mode alone, may he read the file? */
bool account_may_read(const struct account *account, const struct stat *status);

/* His name, if the user database knows it as that of his uid; else NULL. Lives as long as the account. */
const char *account_login(const struct account *account);

/* "alice (uid 1000)", escaped. To be freed. */
char *account_describe(const struct account *account);
