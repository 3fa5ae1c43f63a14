/* SPDX-License-Identifier: MIT */
/*
 * How much of the service each user may have, so that no user can take it from another. Pure: no system call, no clock.
 *
 * A user is turned away only for the requests of his own uid: when CALLERS_RUNNING of them run, or when his credit is
 * used up. It is worth CALLERS_BURST requests, and one request is earned back every CALLERS_INTERVAL_MS.
 *
 * But a user with subordinate ids, subuid(5), usually has 65,536 more uids. A request with one of these can come from a
 * user namespace: it is refused, but it takes an instance to find that out. Or it comes from outside of one, from a
 * process that a set-user-ID file of that uid has started: it is answered. So a uid is unproven until it is known to be
 * a user's. All unproven uids together may have what one user may have, and each of them one instance. An unproven uid
 * that was refused is refused again for CALLERS_REFUSED_MS, without another instance. Uids that are known to be
 * subordinate have a share of their own: the other unproven ones are mostly those of users who have so far connected
 * only from user namespaces.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    CALLERS_MAX = 256, /* uids that are remembered; unproven ones are forgotten first */
    CALLERS_RUNNING = 8,
    CALLERS_BURST = 20,
    CALLERS_INTERVAL_MS = 100,
    CALLERS_REFUSED_MS = 30000,
    CALLERS_PROOF_MS = 1000, /* from one attempt to prove a uid to the next */
    CALLERS_LOG_MS = 60000,  /* a user is logged once in this time */
};

enum callers_verdict {
    CALLERS_SERVE,
    CALLERS_TURN_AWAY, /* too much; trying again helps */
    CALLERS_REFUSE,    /* for its namespaces, as a moment ago */
};

/* What was found out about a uid. */
enum callers_proof {
    CALLERS_UNKNOWN,
    CALLERS_USER,
    CALLERS_SUBORDINATE, /* is never proven */
};

/* How a request ended. */
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

/* Must be zero at first. */
struct callers {
    struct callers_entry list[CALLERS_MAX];
    size_t count;
    struct callers_entry unproven[2]; /* the shares of the unproven uids; [1]: of those known to be subordinate */
};

/* Is it worth trying to prove this uid? Not if it is proven, and not if that was tried a moment ago. */
bool callers_want_proof(const struct callers *callers, uid_t uid, long long now_ms);

/* A connection of this user was accepted. After CALLERS_SERVE, callers_end() must follow. now_ms never goes back. */
enum callers_verdict callers_begin(struct callers *callers, uid_t uid, enum callers_proof proof, long long now_ms);

/* A request of this user has ended. A grant proves his uid, unless it is known to be subordinate. */
void callers_end(struct callers *callers, uid_t uid, enum callers_outcome outcome, long long now_ms);

/* Is it time to log that this user was turned away? True once in CALLERS_LOG_MS: for each user, and for each share. */
bool callers_log(struct callers *callers, uid_t uid, long long now_ms);
