/* SPDX-License-Identifier: MIT */
/*
 * trace: what a helper's run is made of, found by following it with ptrace.
 */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stdbool.h>

struct trace {
    unsigned calls;    /* system calls after the exec, exit included, of the helper and of any process that it makes */
    unsigned peak_kib; /* the most memory that one of them had resident at a time */
};

/*
 * Start the program at `path` once as start_helper does, but traced by root: the tracer's privilege keeps setuid
 * working.
 */
bool trace_helper(const char *path, struct trace *trace);

#endif
