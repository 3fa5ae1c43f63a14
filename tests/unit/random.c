/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <stdlib.h>

static uint64_t state;

void random_start(uint64_t seed)
{
    const char *wanted = getenv("VMNET_TEST_SEED");

    state = wanted != NULL ? strtoull(wanted, NULL, 10) : seed;
    if (state == 0)
        state = 1; /* xorshift stays at 0 */
    print_message("VMNET_TEST_SEED=%llu\n", (unsigned long long)state);
}

size_t random_below(size_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state >> 16) % limit;
}

const char *random_pick(const char *const words[], size_t words_count)
{
    return words[random_below(words_count)];
}
