/* SPDX-License-Identifier: MIT */
/* The process that asks the name service. */
#ifndef VMNETACL_WORKER_H
#define VMNETACL_WORKER_H

#include "lookup.h"

#include <sys/types.h>

/* What the worker found, in front of its answers. */
enum worker_status {
    WORKER_OK = 0x564d4e41, /* not what stray bytes are like */
    WORKER_FAILED,          /* a lookup failed: error, item */
    WORKER_LIMITS,          /* the resource limits are too tight */
    WORKER_MEMORY,
};

#define WORKER_SERVICE_SIZE 64

struct worker_head {
    uint32_t status;
    int32_t error; /* errno */
    uint32_t item; /* the index of the one that failed */
    uint32_t count;
    char service[WORKER_SERVICE_SIZE]; /* that has not answered, with a NUL; "": it is no service's fault */
};

/* Then, with WORKER_OK, one of these for each item. */
struct worker_answer {
    uint8_t is_known;
    uint8_t is_member;
    uint16_t unused;
    uint32_t id;
};

/*
 * The life of the worker, in a process that was forked for it: become harmless, ask, write the answer to answer_fd and
 * end. parent is who forked it, and dies with it.
 */
_Noreturn void worker_run(const struct lookup *lookup, int answer_fd, pid_t parent);

#endif
