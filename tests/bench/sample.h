/* SPDX-License-Identifier: MIT */
/*
 * sample: what a row of measurements comes to.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stddef.h>

/* The rounds are cut into this many blocks, one after the other, to show how much a ratio varies within a run. */
#define SAMPLE_BLOCKS 5

struct ratio {
    double median;
    double block_min; /* the lowest and highest median of one block */
    double block_max;
};

/* `count` is at least 1. The values stay as they are. */
double sample_median(const double *values, size_t count);

/* The median of upper[i] / lower[i]: both were measured in the same round, so what slowed the machine slowed both. */
struct ratio sample_ratio(const double *upper, const double *lower, size_t count);

#endif
