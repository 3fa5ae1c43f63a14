/* SPDX-License-Identifier: MIT */
/* Several sources of rules, asked in turn. */
#ifndef VMNETACL_POLICY_H
#define VMNETACL_POLICY_H

#include "source.h"

/* A source and where it reads from. */
struct policy_entry {
    const struct source *source;
    const char *path; /* must outlive the policy */
};

#define POLICY_ENTRIES_MAX 4

/*
 * As vmnetacl_load(), from given sources; owner is who must own what is read. At most POLICY_ENTRIES_MAX entries.
 * A source that ends in an error makes the policy fail: what it would have denied is not known.
 */
enum vmnetacl_status policy_load(const struct policy_entry *entries, size_t entries_count, uid_t owner,
                                 struct vmnetacl_policy **policy, struct vmnetacl_error *error);

#endif
