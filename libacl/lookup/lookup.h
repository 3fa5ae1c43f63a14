/* SPDX-License-Identifier: MIT */
/* Asking the name service, in a process that can do no harm with what it is told. */
#ifndef VMNETACL_LOOKUP_H
#define VMNETACL_LOOKUP_H

#include "accounts.h"
#include "names.h"

/* An account that is asked about. */
struct lookup_item {
    enum account_kind kind;
    const char *name;             /* of USER and GROUP */
    uint32_t id;                  /* of GID */
    bool is_allowed;              /* an allow depends on it */
    bool is_denied;               /* a deny depends on it */
    struct account_answer answer; /* filled in by lookup_run() */
};

struct lookup {
    const struct vmnetacl_caller *caller;
    bool first_suffices;      /* once an allow matches, no other allow matters */
    bool is_for_every_bridge; /* an allow that matches may be for a bridge other than the one asked for */
    const struct accounts *accounts;
    struct lookup_item *items; /* under the accounts' indices */
    size_t count;
};

/* What failed. */
enum lookup_call {
    LOOKUP_NONE,
    LOOKUP_USER,        /* getpwnam_r(3) of the item's name */
    LOOKUP_UID,         /* getpwuid_r(3) of id, the caller's */
    LOOKUP_GROUP,       /* getgrnam_r(3) of the item's name */
    LOOKUP_GID,         /* getgrgid_r(3) of id */
    LOOKUP_MEMBERSHIPS, /* getgrouplist(3) of the caller */
    LOOKUP_NO_ACCOUNT,  /* none failed: the caller's uid, id, is unknown */
    LOOKUP_NAMELESS,    /* none failed: the caller's group id has no name, and the item is an unknown group */
};

struct lookup_failure {
    size_t item;
    enum lookup_call call;
    uint32_t id;
    int error; /* errno of the call; EINVAL when none failed */
};

/*
 * Fork a worker, have it ask about each item, and take its answers. The worker is gone when this returns.
 *
 * timeout_ms: when the worker is killed.
 * failed: the index of the item that *error is about; count: all.
 * Returns OK; error->code is then NONE, or that of the first lookup that failed and only an allow depended on.
 * UNAVAIL or TRYAGAIN, as vmnetacl_resolve(): error is filled in, and no answer is valid.
 */
enum vmnetacl_status lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error);

#endif
