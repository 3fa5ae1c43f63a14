/* SPDX-License-Identifier: MIT */
/* The process that asks the name service. */
#ifndef VMNETACL_WORKER_H
#define VMNETACL_WORKER_H

#include "lookup.h"

#include <sys/types.h>

/*
 * The exit code of a worker that would wait for ever for a lock, which a thread of the program held at the fork.
 * Another worker may find it free.
 */
#define WORKER_EXIT_LOCKED 75

/* The outcome, at the start of what the worker writes. */
enum worker_status {
    WORKER_OK = 0x564d4e41, /* unlike stray bytes */
    WORKER_FAILED,          /* a lookup that a deny depends on failed: see call, id, error, item */
    WORKER_LIMITS,          /* the resource limits are too tight */
    WORKER_MEMORY,
    WORKER_BUSY, /* too many workers ask at once */
};

struct worker_head {
    uint32_t status;
    uint32_t count; /* of the items */
    /* What failed. With WORKER_OK: the first lookup that only an allow depends on. */
    uint32_t call; /* enum lookup_call */
    uint32_t id;
    int32_t error;
    uint32_t item;
};

/* With WORKER_OK, one of these for each item follows. */
struct worker_answer {
    uint8_t state;     /* enum account_state */
    uint8_t is_caller; /* 0 or 1 */
    uint16_t unused;
    uint32_t id;
};

/* The worker's ends of the two pipes between it and its parent. */
struct worker_ends {
    int answer;   /* is written to */
    int lifeline; /* is never written to: when the other end is closed, the worker is killed */
};

/* Run the worker, in a process that was forked for it: become harmless, ask, write the answer, exit. */
_Noreturn void worker_run(const struct lookup *lookup, struct worker_ends ends, unsigned timeout_ms);

#endif
