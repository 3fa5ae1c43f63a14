/* SPDX-License-Identifier: MIT */
/*
 * How much of the service each user may have, so that no user can take it from another. Pure: no system call, no clock.
 *
 * A user can be turned away only for what has come with his own uid: more than CALLERS_RUNNING requests at once, or
 * more than CALLERS_BURST with less than CALLERS_INTERVAL_MS for each of them since.
 *
 * But who has subordinate ids, subuid(5), has 65,536 uids. In his user namespaces, requests with these are refused, and
 * it takes a process to find that out. Outside, with a set-user-ID file of each, they are answered. So a uid is
 * unproven until it is known to be a user's. All unproven uids together may have what one user may have, and each of
 * them one process; and one that was refused is refused again for CALLERS_REFUSED_MS without another. Those that are
 * known to be subordinate are counted by themselves: the others are mostly users who have only come from a user
 * namespace as yet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    CALLERS_MAX = 256, /* of which unproven ones are forgotten first */
    CALLERS_RUNNING = 8,
    CALLERS_BURST = 20,
    CALLERS_INTERVAL_MS = 100,
    CALLERS_REFUSED_MS = 30000,
    CALLERS_PROOF_MS = 1000, /* what was not proven is not worth another look before */
    CALLERS_LOG_MS = 60000,  /* a user is logged once in this time */
};

enum callers_verdict {
    CALLERS_SERVE,
    CALLERS_TURN_AWAY, /* too much; trying again helps */
    CALLERS_REFUSE,    /* as it was a moment ago */
};

/* What was found out about a uid. */
enum callers_proof {
    CALLERS_UNKNOWN,
    CALLERS_USER,
    CALLERS_SUBORDINATE, /* is never proven */
};

/* What has come of a request. */
enum callers_outcome {
    CALLERS_GRANTED,
    CALLERS_FAILED,
    CALLERS_REFUSED, /* for the namespaces of the caller */
};

struct callers_entry {
    uid_t uid;
    bool is_proven;
    bool is_subordinate;
    unsigned running;
    long long credit_ms; /* up to CALLERS_BURST intervals; a request costs one */
    long long seen_ms;
    long long proof_from_ms; /* not before */
    long long refused_until_ms;
    long long log_from_ms; /* not before */
};

/* All zero to begin with. */
struct callers {
    struct callers_entry list[CALLERS_MAX];
    size_t count;
    struct callers_entry unproven[2]; /* what all of them together have; [1]: all that are subordinate */
};

/* Is it of use to find out whether this uid is a user's? Not if it is known, and not if that was tried of late. */
bool callers_want_proof(const struct callers *callers, uid_t uid, long long now_ms);

/* A connection of this user has come. After CALLERS_SERVE, callers_end() must follow. now_ms never goes back. */
enum callers_verdict callers_begin(struct callers *callers, uid_t uid, enum callers_proof proof, long long now_ms);

/* A request of this user has ended. A grant proves his uid, if it is not a subordinate one: only users get others. */
void callers_end(struct callers *callers, uid_t uid, enum callers_outcome outcome, long long now_ms);

/* Is it time to log that this user was turned away? True once in CALLERS_LOG_MS; of unproven uids, for one. */
bool callers_log(struct callers *callers, uid_t uid, long long now_ms);
