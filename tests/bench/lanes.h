/* SPDX-License-Identifier: MIT */
/*
 * lanes: many starts at once, and the taps that they leave alive.
 */
#ifndef BENCH_LANES_H
#define BENCH_LANES_H

#include <stdbool.h>
#include <sys/types.h>

#define LANES_COUNT 8

/* Processes of the unprivileged user; each makes its share of the starts, one after the other, and holds the taps. */
struct lanes {
    pid_t pids[LANES_COUNT];
    int hold_fd; /* they hold their taps until this is closed */
};

/* Make `start_count` starts of the program at `path` in all, and say how long that took. The taps stay. */
bool lanes_begin(struct lanes *lanes, const char *path, unsigned start_count, double *wall_us);

/* Let go of the taps, and return when they are gone. */
bool lanes_end(struct lanes *lanes);

#endif
