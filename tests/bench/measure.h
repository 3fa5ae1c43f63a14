/* SPDX-License-Identifier: MIT */
/*
 * measure: the figures of several programs in one scenario.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAMS_MAX 8
#define ROUNDS_MAX   1000

struct program {
    const char *name; /* the heading of its column */
    const char *path; /* a setuid copy */
};

/*
 * The first three are of every round; the last two need tracing, which is slow, and are of a few runs before the
 * rounds.
 */
enum figure {
    FIGURE_FD_US,
    FIGURE_EXIT_US,
    FIGURE_CPU_US,
    FIGURE_PEAK_KIB,
    FIGURE_CALLS,
    FIGURE_COUNT
};

/* More than one, since the peak depends on where things happen to lie in memory. */
#define TRACES_MAX 9

/* values[f][p][r]: figure f of program p in round or traced run r. */
struct measurement {
    double values[FIGURE_COUNT][PROGRAMS_MAX][ROUNDS_MAX];
};

/* How many values of this figure there are after so many rounds. */
size_t measurement_count(enum figure figure, size_t round_count);

/* In memory that a child shares, for the child to fill in; NULL when there is none. Lives until the process ends. */
struct measurement *measurement_new(void);

/*
 * Start each of the programs once a round, in an order that is shuffled every round. Root before, the user while
 * starting. pause_ms: before each round.
 */
bool measure_programs(struct measurement *measurement, const struct program *programs, size_t program_count,
                      size_t round_count, unsigned pause_ms);

#endif
