/* SPDX-License-Identifier: MIT */
/* Which sources are asked, in which order, and what follows from what they say: vmnet-switch.conf(5). */
#ifndef VMNETACL_SWITCH_CONF_H
#define VMNETACL_SWITCH_CONF_H

#include "lines.h"
#include "source.h"

#define SWITCH_ENTRIES_MAX 4 /* no source is named twice, so never more than there are */

#define SWITCH_NAME        "switch" /* what findings and buffers call it */
#define SWITCH_SYSTEM_PATH "/etc/vmnet/switch.conf"
#define SWITCH_DEFAULT     "acl: files qemu"

/* A source, and after which of its answers the search does otherwise than usual. */
struct switch_entry {
    const struct source *source;
    bool returns_on_allow;     /* usual: the next source may still deny */
    bool returns_on_notfound;  /* usual: the next is asked */
    bool continues_on_unavail; /* usual: no verdict. Never after a DENY or a TRYAGAIN, which a caller can provoke */
};

struct switch_table {
    struct switch_entry entries[SWITCH_ENTRIES_MAX];
    size_t count;             /* 0: no line was read yet */
    bool requires_log;        /* a grant without a record in the system log is none */
    bool permits_any_network; /* the service answers callers in other network namespaces, too */
};

/*
 * Parse the next line of switch.conf. Pure.
 *
 *     line    = [ blanks ] [ "#" anything | "acl:" source { source } | "log:" blanks "required" |
 *               "network:" blanks "any" ]
 *     source  = blanks name [ blanks "[" action { blanks action } "]" ]
 *     action  = status "=" ( "return" | "continue" )
 *     status  = "ALLOW" | "SUCCESS" | "DENY" | "NOTFOUND" | "UNAVAIL" | "TRYAGAIN"
 *
 * Statuses and actions in any case, blanks around brackets and '=' as in nsswitch.conf(5). OK; or UNAVAIL, with error
 * filled in and table worthless.
 */
enum vmnetacl_status switch_parse_line(struct lines *lines, struct switch_table *table, struct vmnetacl_error *error);

/* Where the origin has it, or the usual place. In buffers it is the first of this source. */
const char *switch_path(const struct vmnetacl_origin *origin);

/* Read the switch of an origin, or take the default. OK; UNAVAIL, TRYAGAIN with loading->error filled in. */
enum vmnetacl_status switch_load(struct loading *loading, struct switch_table *table);

#endif
