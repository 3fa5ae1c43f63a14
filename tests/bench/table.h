/* SPDX-License-Identifier: MIT */
/*
 * table: print measurements as tables in Markdown.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stddef.h>

#include "measure.h"

#define RATIOS_MAX 8

/* What the columns are: a median for each program, then the ratio of each pair. */
struct columns {
    struct program programs[PROGRAMS_MAX];
    size_t program_count;
    struct {
        size_t upper; /* index of a program */
        size_t lower;
    } ratios[RATIOS_MAX];
    size_t ratio_count;
};

/* The first two lines of a table. */
void table_print_heading(const struct columns *columns, const char *title);

/* One row: values[p][r] of program p in round r. */
void table_print_row(const struct columns *columns, const char *label, double (*values)[ROUNDS_MAX],
                     size_t round_count);

#endif
