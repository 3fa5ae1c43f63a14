/* SPDX-License-Identifier: MIT */
/*
 * rules: write the rule file that both helpers read.
 */
#ifndef BENCH_RULES_H
#define BENCH_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct rules {
    size_t count;      /* lines, the one that allows START_BRIDGE included; at least 1 */
    size_t deny_every; /* every so many lines one is a deny; 0: none */
};

/*
 * Write the bridge.conf of the lab: distinct names of bridges that do not exist, and the one that matches as the
 * last line.
 */
bool rules_write(struct rules rules);

#endif
