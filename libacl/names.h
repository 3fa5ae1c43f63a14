/* SPDX-License-Identifier: MIT */
/* What the name service says of the accounts of a policy, for one caller. */
#ifndef VMNETACL_NAMES_H
#define VMNETACL_NAMES_H

#include "vmnetacl.h"

struct account_answer {
    bool id_is_asked;
    bool is_known; /* there is such a user or group, and id is its number */
    bool membership_is_asked;
    bool is_member; /* by the user database, the caller is one of the group */
    uint32_t id;
};

struct vmnetacl_names {
    const struct vmnetacl_policy *policy; /* whose accounts they are */
    uid_t uid;                            /* of the caller */
    struct account_answer answers[];      /* under the accounts' indices */
};

#endif
