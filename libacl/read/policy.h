/* SPDX-License-Identifier: MIT */
/* What a loaded policy is made of. */
#ifndef VMNETACL_POLICY_H
#define VMNETACL_POLICY_H

#include "credentials.h"
#include "ruleset.h"
#include "source.h"
#include "switch_conf.h"

struct loaded_source {
    struct switch_entry entry;
    char *path;
    enum vmnetacl_status status; /* OK, NOTFOUND, UNAVAIL or TRYAGAIN; only with OK there are rules */
    struct ruleset ruleset;
    struct vmnetacl_error error; /* of UNAVAIL and TRYAGAIN */
    struct vmnetacl_error other; /* for a caller other than the reader: code READER; or NONE */
};

struct vmnetacl_policy {
    struct loaded_source sources[SWITCH_ENTRIES_MAX];
    size_t sources_count;
    bool requires_log;           /* by switch.conf */
    bool permits_any_network;    /* the same */
    struct vmnetacl_error other; /* as a source's, because of switch.conf */
    struct credentials reader;   /* set when one of these has a code */
    uint64_t generation;         /* tells this policy from any other of this process */
};

/* May rules come from this origin? INVALID, with error filled in, if not. */
enum vmnetacl_status policy_check_origin(const struct vmnetacl_origin *origin, struct vmnetacl_error *error);

/*
 * Load each source of the table, into an empty policy. TRYAGAIN with error filled in when there is no memory for that;
 * what is in policy then must be freed as well.
 */
enum vmnetacl_status policy_load_sources(struct vmnetacl_policy *policy, const struct switch_table *table,
                                         struct loading *loading);

#endif
