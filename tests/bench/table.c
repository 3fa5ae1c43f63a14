/* SPDX-License-Identifier: MIT */
/*
 * Tables in Markdown, on the standard output.
 */
#include "table.h"

#include <stdio.h>

#include "sample.h"

void table_print_heading(const struct columns *columns, const char *title)
{
    printf("\n### %s\n\n| |", title);
    for (size_t i = 0; i < columns->program_count; i++)
        printf(" %s |", columns->programs[i].name);
    for (size_t i = 0; i < columns->ratio_count; i++)
        printf(" %s / %s |", columns->programs[columns->ratios[i].upper].name,
               columns->programs[columns->ratios[i].lower].name);
    printf("\n|---|");
    for (size_t i = 0; i < columns->program_count + columns->ratio_count; i++)
        printf("--:|");
    printf("\n");
}

static void ratio_print(struct ratio ratio, size_t round_count)
{
    if (round_count > 1)
        printf(" %.3f (%.3f..%.3f) |", ratio.median, ratio.block_min, ratio.block_max);
    else
        printf(" %.3f |", ratio.median);
}

void table_print_row(const struct columns *columns, const char *label, double (*values)[ROUNDS_MAX], size_t round_count)
{
    printf("| %s |", label);
    for (size_t i = 0; i < columns->program_count; i++)
        printf(" %.0f |", sample_median(values[i], round_count));
    for (size_t i = 0; i < columns->ratio_count; i++)
        ratio_print(sample_ratio(values[columns->ratios[i].upper], values[columns->ratios[i].lower], round_count),
                    round_count);
    printf("\n");
}
