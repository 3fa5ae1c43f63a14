/* SPDX-License-Identifier: MIT */
/*
 * rules: write the rules: bridge.conf, which every helper reads, and for ours alone files in rules.d.
 */
#ifndef BENCH_RULES_H
#define BENCH_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* What ours reads. */
enum rules_kind {
    RULES_QEMU,    /* the same bridge.conf as the stock helper, and the sources that it looks for by itself */
    RULES_FILES,   /* as many rules for users, uids, groups and all in rules.d instead, of which the last matches */
    RULES_NAMES,   /* rules whose names have to be looked up: an allow for a group, and one for the user */
    RULES_MEMBERS, /* the same with a deny for a group, so that his groups have to be looked up, too */
};

struct rules {
    size_t count;      /* lines, the one that allows START_BRIDGE included; at least 1 */
    size_t deny_every; /* every so many lines of bridge.conf one is a deny; 0: none */
    enum rules_kind kind;
    const char *options; /* of the rule of RULES_FILES that matches; NULL: none */
};

/*
 * Write the rules of the lab: distinct names of bridges that do not exist, and the one that matches as the last line.
 */
bool rules_write(struct rules rules);

#endif
