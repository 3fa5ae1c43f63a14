/* SPDX-License-Identifier: MIT */
/* What the name service says of the users and groups that a question depends on, for one caller. */
#ifndef VMNETACL_NAMES_H
#define VMNETACL_NAMES_H

#include "accounts.h"
#include "credentials.h"
#include "ruleset.h"
#include "vmnetacl.h"

enum account_state {
    ACCOUNT_SKIPPED, /* it was not asked about: another allow matches */
    ACCOUNT_KNOWN,   /* there is such a user or group, and id is its number */
    ACCOUNT_ABSENT,  /* there is none */
    ACCOUNT_FAILED,  /* the lookup failed, and only an allow depends on it */
};

struct account_answer {
    enum account_state state;
    bool is_for_deny; /* is_caller is known */
    bool is_caller;   /* a deny applies to the caller, who is the user or in the group */
    uint32_t id;
};

struct vmnetacl_names {
    const struct vmnetacl_policy *policy; /* compared, never dereferenced: it may have been freed */
    uint64_t generation;                  /* of that policy */
    struct credentials caller;            /* whom they were looked up for */
    struct accounts accounts;
    struct account_answer *answers; /* under the accounts' indices */
    struct vmnetacl_error failure;  /* of the first that is ACCOUNT_FAILED; else its code is NONE */
};

/* What is said of the account that a rule names, or whose gid it gives; NULL when it was not asked about. */
const struct account_answer *names_find(const struct vmnetacl_names *names, const struct rule *rule);

/* Add what a rule speaks of to accounts: *index is its place. False when out of memory. Not for ALL and UID. */
bool names_intern(struct accounts *accounts, const struct rule *rule, uint32_t *index);

#endif
