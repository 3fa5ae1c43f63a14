/* SPDX-License-Identifier: MIT
 *
 * Both helpers in many random worlds: the same verdict, but where a difference was forecast.
 */
#ifndef VMNET_DIFFERENTIAL_COMPARE_H
#define VMNET_DIFFERENTIAL_COMPARE_H

#include "forecast.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct compare_counts {
    size_t world_count;
    size_t question_count;
    size_t granted_count;         /* by both */
    size_t refused_count;         /* by both, without a difference forecast */
    size_t lenient_count;         /* lenient lines and no error; ours answered what stock answers to them made strict */
    size_t lenient_granted_count; /* of these, granted by ours and refused by stock as they stand */
    size_t difference_counts[DIFFERENCE_COUNT];    /* forecast, and ours ended with 78 */
    size_t stock_granted_counts[DIFFERENCE_COUNT]; /* of these, granted by stock */
    size_t failure_count;
};

/* Compare in the worlds first … first + count - 1 of this seed, and tell each failure on out, whole. */
void compare_worlds(uint64_t seed, uint64_t first, uint64_t count, struct compare_counts *counts, FILE *out);

#endif
