/* SPDX-License-Identifier: MIT */
/*
 * clock: the one clock of the benchmark.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

static inline double clock_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock and a valid pointer */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

#endif
