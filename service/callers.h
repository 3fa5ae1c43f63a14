/* SPDX-License-Identifier: MIT */
/*
 * How much of the service each user may have, so that no user can take it from another. Pure: no system call, no clock.
 *
 * A user can be turned away only for what has come with his own uid: more than CALLERS_RUNNING requests at once, or more
 * than CALLERS_BURST with less than CALLERS_INTERVAL_MS for each of them since. A uid that was
 * refused for its namespaces is refused again for CALLERS_REFUSED_MS without another look: a user can have thousands of
 * subordinate ids.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    CALLERS_MAX =
        2048, /* more than a flood with 1,000 uids; the one that was not seen for longest is forgotten first */
    CALLERS_RUNNING = 8,
    CALLERS_BURST = 20,
    CALLERS_INTERVAL_MS = 100,
    CALLERS_REFUSED_MS = 30000,
    CALLERS_LOG_MS = 60000, /* a user is logged once in this time */
};

enum callers_verdict {
    CALLERS_SERVE,
    CALLERS_TURN_AWAY, /* too much; trying again helps */
    CALLERS_REFUSE,    /* as it was a moment ago */
};

struct callers_entry {
    uid_t uid;
    unsigned running;
    long long credit_ms; /* up to CALLERS_BURST intervals; a request costs one */
    long long seen_ms;
    long long refused_until_ms;
    long long log_from_ms; /* not before */
};

/* All zero to begin with. */
struct callers {
    struct callers_entry list[CALLERS_MAX];
    size_t count;
};

/* A connection of this user has come. After CALLERS_SERVE, callers_end() must follow. now_ms never goes back. */
enum callers_verdict callers_begin(struct callers *callers, uid_t uid, long long now_ms);

/* A request of this user has ended. */
void callers_end(struct callers *callers, uid_t uid, bool is_refused, long long now_ms);

/* Is it time to log that this user was turned away? True once in CALLERS_LOG_MS. */
bool callers_log(struct callers *callers, uid_t uid, long long now_ms);
