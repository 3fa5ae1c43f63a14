/* SPDX-License-Identifier: MIT
 *
 * test_differential_stock [SEED [FIRST [COUNT]]]: VMNET_HELPER beside VMNET_STOCK_HELPER.
 *
 * First every case that is known by name, then COUNT random rule worlds of this SEED, beginning with number FIRST. A
 * world that fails is printed whole, and can be had again alone: SEED NUMBER 1. Output is TAP. Runs as root inside
 * lab.sh.
 */
#include "compare.h"
#include "generate.h"
#include "named.h"
#include "pair.h"
#include "world.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SEED_DEFAULT = 20240601,
    COUNT_DEFAULT = 2200
};

static uint64_t argument_read(int argc, char **argv, int index, uint64_t usual)
{
    char *end;

    if (argc <= index)
        return usual;
    errno = 0;
    const uint64_t value = strtoull(argv[index], &end, 0);
    if (errno != 0 || end == argv[index] || *end != '\0') {
        fprintf(stderr, "usage: test_differential_stock [SEED [FIRST [COUNT]]]\n");
        exit(EXIT_FAILURE);
    }
    return value;
}

static void world_open(void)
{
    /* Writing to the overlay on /etc is slower. */
    lab_command("mount -t tmpfs -o mode=755 tmpfs " RULEWORLD_DIRECTORY_PATH);
    for (size_t i = 2; generate_bridges[i] != NULL; i++)
        lab_command("ip link add name '%s' type bridge && ip link set dev '%s' up", generate_bridges[i],
                    generate_bridges[i]);
    named_world_open();
}

static void counts_print(const struct compare_counts *counts)
{
    printf("# %zu worlds, %zu questions: both granted %zu, both refused %zu\n", counts->world_count,
           counts->question_count, counts->granted_count, counts->refused_count);
    printf("# more lenient, TAB before the name and a space after it: %zu, granted by ours alone %zu\n",
           counts->lenient_count, counts->lenient_granted_count);
    for (enum difference difference = DIFFERENCE_NONE + 1; difference < DIFFERENCE_COUNT; difference++)
        printf("# error in ours, %s: %zu, granted by stock %zu\n", forecast_difference_name(difference),
               counts->difference_counts[difference], counts->stock_granted_counts[difference]);
}

/* A difference that never came up was not tested. */
static bool counts_are_complete(const struct compare_counts *counts)
{
    bool is_complete = counts->granted_count > 0 && counts->refused_count > 0 && counts->lenient_count > 0;

    for (enum difference difference = DIFFERENCE_NONE + 1; difference < DIFFERENCE_COUNT; difference++)
        is_complete = is_complete && counts->difference_counts[difference] > 0;
    return is_complete;
}

static bool report(bool is_passed, size_t number, const char *name)
{
    printf("%sok %zu - %s\n", is_passed ? "" : "not ", number, name);
    fflush(stdout);
    return is_passed;
}

int main(int argc, char **argv)
{
    static struct compare_counts counts;
    const uint64_t seed = argument_read(argc, argv, 1, SEED_DEFAULT);
    const uint64_t first = argument_read(argc, argv, 2, 0);
    const uint64_t count = argument_read(argc, argv, 3, COUNT_DEFAULT);
    bool is_passed = true;
    size_t number = 1;

    pair_open(lab_program_find("VMNET_STOCK_HELPER"), lab_program_find("VMNET_HELPER"));
    world_open();
    printf("1..%zu\n", named_count() + 2);
    for (size_t i = 0; i < named_count(); i++) {
        const struct named_result result = named_run(i, stdout);
        is_passed = report(result.is_passed, number++, result.name) && is_passed;
    }
    printf("# seed %" PRIu64 ", worlds %" PRIu64 " to %" PRIu64 "\n", seed, first, first + count - 1);
    const long long start = lab_now_ms();
    compare_worlds(seed, first, count, &counts, stdout);
    printf("# %lld ms\n", lab_now_ms() - start);
    counts_print(&counts);
    is_passed =
        report(counts.failure_count == 0, number++, "same verdict in every world but where forecast") && is_passed;
    /* Few worlds, asked for by hand, need not have everything. */
    is_passed = report(count < COUNT_DEFAULT || counts_are_complete(&counts), number++,
                       "every difference came up in some world") &&
                is_passed;
    pair_close();
    return is_passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
