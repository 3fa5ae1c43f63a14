/* SPDX-License-Identifier: MIT */
/*
 * What a source of rules is to the policy that combines several of them.
 *
 * A source is one file that fills in a struct source; the policy's table names it, and nothing else knows it.
 */
#ifndef VMNETACL_SOURCE_H
#define VMNETACL_SOURCE_H

#include "file.h"
#include "vmnetacl.h"

struct source_rules; /* what a source has read; its layout is the source's own */

struct source {
    const char *name;

    /*
     * Read every rule from path. OK: *rules is the caller's to give to free. NOTFOUND: there is nothing at path, and
     * *rules is NULL. UNAVAIL, TRYAGAIN: error is filled in and *rules is NULL.
     */
    enum vmnetacl_status (*load)(const char *path, uid_t owner, struct source_rules **rules,
                                 struct vmnetacl_error *error);

    /*
     * ALLOW or DENY, with the rule's place and the grant in decision (the verdict in it is the policy's to set), or
     * NOTFOUND. Allocates nothing and cannot fail. name is valid, name_len bytes and a NUL.
     */
    enum vmnetacl_status (*decide)(const struct source_rules *rules, const struct vmnetacl_caller *caller,
                                   const char *name, size_t name_len, struct vmnetacl_decision *decision);

    /* The path of the index-th file that was read, or NULL when there are no more. */
    const char *(*path_at)(const struct source_rules *rules, size_t index);

    void (*free)(struct source_rules *rules); /* not NULL */
};

extern const struct source source_qemu;

#endif
