/* SPDX-License-Identifier: MIT */
/*
 * Medians, and ratios of pairs. No privilege, no input from outside.
 */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int value_compare(const void *left, const void *right)
{
    const double *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

static double *values_new(size_t count)
{
    double *values = calloc(count, sizeof *values);

    if (!values) {
        perror("bench: calloc");
        exit(1);
    }
    return values;
}

double sample_median(const double *values, size_t count)
{
    double *sorted = values_new(count);

    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, value_compare);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    free(sorted);
    return median;
}

struct ratio sample_ratio(const double *upper, const double *lower, size_t count)
{
    size_t blocks = count < SAMPLE_BLOCKS ? count : SAMPLE_BLOCKS;
    double *ratios = values_new(count);

    for (size_t i = 0; i < count; i++)
        ratios[i] = upper[i] / lower[i];

    struct ratio ratio = {.median = sample_median(ratios, count)};
    for (size_t block = 0; block < blocks; block++) {
        size_t first = block * count / blocks, end = (block + 1) * count / blocks;
        double median = sample_median(ratios + first, end - first);

        if (block == 0 || median < ratio.block_min)
            ratio.block_min = median;
        if (block == 0 || median > ratio.block_max)
            ratio.block_max = median;
    }
    free(ratios);
    return ratio;
}
