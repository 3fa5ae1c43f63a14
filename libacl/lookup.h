/* SPDX-License-Identifier: MIT */
/* Asking the name service, in a process that can do no harm with what it is told. */
#ifndef VMNETACL_LOOKUP_H
#define VMNETACL_LOOKUP_H

#include "accounts.h"
#include "names.h"

/* An account that is asked about. */
struct lookup_item {
    enum account_kind kind;
    const char *name; /* of USER and GROUP */
    uint32_t id;      /* of GID */
    bool wants_membership;
    bool is_denied;               /* a deny depends on it */
    struct account_answer answer; /* filled in by lookup_run() */
};

struct lookup {
    uid_t uid; /* whose memberships are in question */
    struct lookup_item *items;
    size_t count;
};

/*
 * Fork a worker, have it ask about each item, and take its answers. OK; else error is filled in and no answer is worth
 * anything: UNAVAIL, TRYAGAIN as vmnetacl_resolve(). *failed is then the item that it is about, or count. The worker is
 * gone when it returns.
 */
enum vmnetacl_status lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error);

#endif
