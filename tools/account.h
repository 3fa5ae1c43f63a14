/* SPDX-License-Identifier: MIT */
/* The user that a question is about: the one who runs the program, or another user, as after a new login. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>
#include <sys/stat.h>

struct account {
    char *name; /* NULL: the uid has none in the user database */
    struct vmnetacl_caller caller;
    bool is_self;                     /* it is this process, so files are read with the permissions of this user */
    struct vmnetacl_caller *made;     /* what caller was copied from, for this process; else NULL */
    struct vmnetacl_caller *database; /* the user by the user database; NULL when it has none of this name */
    bool has_no_groups;               /* a uid that the user database does not have, so its groups are unknown */
};

/*
 * The account that a command is about: of --user or --uid, each NULL when not given, or of this process. Ends the
 * program when both are given, or there is no such user. The process becomes that user if it can.
 */
void account_choose(struct account *account, const char *user, const char *uid);

/* The real ids of this process, and its groups. */
void account_of_process(struct account *account);

/* A user by uid, who need have no account. Without one, it is in no group. Ends the program when uid is no uid. */
void account_of_uid(struct account *account, const char *uid);

/*
 * The same, for a number. Returns false, with error filled in, when the user database gives no answer; then only the
 * uid of the account is known, and no verdict can be asked for.
 */
bool account_find_uid(struct account *account, uid_t uid, struct vmnetacl_error *error);

/* The same, without asking the name service: the name and the user database are unknown. */
void account_of_ids(struct account *account);

/* A user by name. Ends the program when there is none. The user is not this process, even if the uid is the same. */
void account_of_user(struct account *account, const char *name);

/*
 * Become this user for good, if this process is root's and has the privilege: from then on it can read only what the
 * user can. Returns whether it did.
 */
bool account_become(struct account *account);

void account_free(struct account *account);

/* Is the group one of the credentials? Does the user database list the user as a member? */
bool account_has_group(const struct account *account, gid_t gid);
bool account_is_listed_in(const struct account *account, gid_t gid);

/* The name of a group, to be freed; NULL when the user database has none of this number. */
char *account_group_name(gid_t gid);

/* The same for a sentence, and in any case: "the group 'kvm'", "the group 108". with_names: as it has a name. */
char *account_describe_group(gid_t gid, bool with_names);

/* What gives the user a group that he lacks: a new session, or the administrator. To be freed. */
char *account_group_cure(const struct account *account, gid_t gid, bool with_names);

/* Do the owner, the group and the mode of the file let the user read it? ACLs and capabilities are not considered. */
bool account_may_read(const struct account *account, const struct stat *status);
bool account_may_write(const struct account *account, const struct stat *status);

/* The name, if its uid in the user database is this uid; else NULL. Lives as long as the account. */
const char *account_login(const struct account *account);

/* "alice (uid 1000)", escaped. To be freed. */
char *account_describe(const struct account *account);
