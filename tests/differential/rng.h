/* SPDX-License-Identifier: MIT
 *
 * Numbers that look random and are the same for the same seed on every machine (splitmix64).
 */
#ifndef VMNET_DIFFERENTIAL_RNG_H
#define VMNET_DIFFERENTIAL_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* A stream of its own for each index, so that one world can be made again without those before it. */
struct rng rng_start(uint64_t seed, uint64_t index);

uint64_t rng_next(struct rng *rng);

/* From 0 to count - 1; count is small, so the remainder's bias does not matter. */
size_t rng_below(struct rng *rng, size_t count);

bool rng_percent(struct rng *rng, unsigned percent);

#define RNG_PICK(rng, array) ((array)[rng_below((rng), sizeof(array) / sizeof((array)[0]))])

#endif
