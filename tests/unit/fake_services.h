/* SPDX-License-Identifier: MIT */
/*
 * The name service of the tests of query_run(), function by function, in a program that is linked with -Wl,--wrap for
 * each of them.
 */
#ifndef UNIT_FAKE_SERVICES_H
#define UNIT_FAKE_SERVICES_H

#include "query.h"
#include "unit.h"

enum {
    UID = 1000,
    GID = 100,
    LIST_MAX = 8,
    ANOTHER = -2
};

struct user {
    const char *name;
    uid_t uid;
    gid_t gid;
};

struct group_of {
    const char *name;
    gid_t gid;
    const char *member; /* NULL: none is listed */
};

/* A call that fails. */
struct fault {
    const char *call; /* "getpwnam alice", "getpwnam *", "getgrgid 7", "getgrouplist"; NULL: none */
    int error;        /* 0: it says "not found"; ANOTHER: it finds the next one with that name */
    unsigned number;  /* of such calls, the one that fails, from 1; 0: all */
};

struct world {
    struct user users[LIST_MAX];
    struct group_of groups[LIST_MAX];
    gid_t memberships[LIST_MAX]; /* by getgrouplist(3); ends with 0 */
    struct fault fault;
};

/* A question: each item is "allow user NAME", "deny group NAME", "deny gid N" and so on. */
struct question {
    const char *items[16];
    const gid_t *groups; /* of the caller's credentials; ends with 0; NULL: none but GID */
    bool every_bridge;
    bool ordered; /* it matters which allow matches first */
};

struct answers {
    int error;
    struct lookup_failure failure;
    size_t count;
    struct worker_answer list[16];
};

#define USERS                                                                                                          \
    {                                                                                                                  \
        {"alice", UID, GID}, {"bob", 1001, 101},                                                                       \
        {                                                                                                              \
            "alias", UID, 102                                                                                          \
        }                                                                                                              \
    }
#define GROUPS                                                                                                         \
    {                                                                                                                  \
        {"own", GID, NULL}, {"club", 7, "alice"}, {"far", 8, NULL},                                                    \
        {                                                                                                              \
            "other", 9, "bob"                                                                                          \
        }                                                                                                              \
    }

extern const gid_t eight[];
extern const gid_t nameless[];

/* Seen and set by a test after world_start(). */
extern char asked[8192];        /* the calls, as in struct fault, with "; " in between */
extern size_t allocations_left; /* before one of query_run() fails; SIZE_MAX: none does */
extern bool has_no_files;

/* From now on, this is what the services know. */
void world_start(const struct world *of);

/* query_run() with this question. */
void ask(const struct question *question, struct answers *answers);

/* "known 7 caller, absent, ..." */
const char *answers_text(const struct answers *answers);

#endif
