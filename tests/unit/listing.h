/* SPDX-License-Identifier: MIT */
/* Compare vmnetacl_enumerate() with the verdict on each bridge, and the index that it uses with the search. */
#ifndef UNIT_LISTING_H
#define UNIT_LISTING_H

#include "question.h"

struct listing {
    const struct vmnetacl_policy *policy;
    const struct vmnetacl_caller *caller;
    const struct vmnetacl_names *names;
    const char *const *bridges; /* in the order of their bytes, and among them all that allows name */
    size_t bridges_count;
};

/* How often each was seen. */
struct listing_seen {
    size_t verdicts[VMNETACL_INVALID + 1];
    size_t degraded;
    size_t may_allow; /* of a source's answers, this and the rest */
    size_t may_allow_with_allow;
    size_t may_deny;
    size_t has_failed;
};

/* NULL, or what vmnetacl_enumerate() or the index gets wrong. */
const char *listing_compare(const struct listing *listing, struct listing_seen *seen);

#endif
