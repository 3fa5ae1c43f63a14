/* SPDX-License-Identifier: MIT */
/* What today's rules say of the users who have taps. Each question is asked once. */
#pragma once

#include "account.h"
#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>

struct status_owner {
    uid_t uid;
    bool is_known; /* false: the user database gave no answer; error says why, and only the uid is known */
    struct account account;
    struct vmnetacl_error error;
};

struct status_verdict {
    const struct status_owner *owner;
    char bridge[VMNETACL_NAME_MAX + 1];
    enum vmnetacl_status status; /* ALLOW, DENY, NOTFOUND; any other: there is no verdict, and error says why */
    struct vmnetacl_grant grant;
    struct vmnetacl_place rule; /* that decided; its strings live as long as the policy */
    struct vmnetacl_error error;
};

/* All zero to begin with. Each owner and each verdict stays where it is. */
struct status_verdicts {
    bool is_loaded; /* policy or error is that of the rules */
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;
    struct status_owner **owners;
    size_t owners_count;
    struct status_verdict **items;
    size_t count;
};

const struct status_owner *status_owner_of(struct status_verdicts *verdicts, uid_t uid);
const struct status_verdict *status_verdict_of(struct status_verdicts *verdicts, const struct status_owner *owner,
                                               const char *bridge);

/* Is there a verdict? */
bool status_verdict_is_there(const struct status_verdict *verdict);

void status_verdicts_free(struct status_verdicts *verdicts);
