/* SPDX-License-Identifier: MIT */
/* Numbers that look random, of one stream for the whole program: xorshift64, Marsaglia 2003. */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include "unit.h"

#include <stddef.h>
#include <stdint.h>

/* Begin with the seed in VMNET_TEST_SEED, or else with this one, and print it. */
void random_start(uint64_t seed);

/* From 0 to limit - 1. */
size_t random_below(size_t limit);

const char *random_pick(const char *const words[], size_t words_count);
#define PICK(words) random_pick(words, COUNT_OF(words))

#endif
