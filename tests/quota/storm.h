/* SPDX-License-Identifier: MIT
 *
 * Many starts of one user at once, with helpers stopped, continued and killed at random, while other users start theirs
 * undisturbed; and the count of the live taps at each moment.
 */
#ifndef VMNET_QUOTA_STORM_H
#define VMNET_QUOTA_STORM_H

#include <stdbool.h>

enum {
    STORM_STARTERS = 200,
    STORM_FAULT_MAX = 512
};

struct storm {
    unsigned limit;      /* what the rules say at first */
    unsigned lowered_to; /* what they say later, 1; or 0: it stays */
    unsigned asks;       /* starts of each starter, one after the other */
};

struct storm_outcome {
    unsigned granted; /* of the storm's user, as the next two */
    unsigned refused;
    unsigned killed; /* or told to try again, as by the helper's own deadline */
    unsigned granted_others;
    unsigned granted_lowered; /* by helpers that started after the limit was lowered */
    unsigned most_live;
    char fault[STORM_FAULT_MAX]; /* the first thing that must not be; or "" */
};

/* Write the rule "allow all bridge virbr0 limit LIMIT", as an administrator's editor does: with rename(2). */
void storm_rules_write(unsigned limit);

/* Let it happen. When it returns, no process of it is left. */
void storm_run(const struct storm *storm, struct storm_outcome *outcome);

#endif
