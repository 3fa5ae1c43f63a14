/* SPDX-License-Identifier: MIT
 *
 * See rng.h.
 */
#include "rng.h"

uint64_t rng_next(struct rng *rng)
{
    uint64_t value = rng->state += 0x9e3779b97f4a7c15;

    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

struct rng rng_start(uint64_t seed, uint64_t index)
{
    struct rng rng = {.state = seed};

    rng.state = rng_next(&rng) ^ index;
    rng.state = rng_next(&rng);
    return rng;
}

size_t rng_below(struct rng *rng, size_t count)
{
    return (size_t)(rng_next(rng) % count);
}

bool rng_percent(struct rng *rng, unsigned percent)
{
    return rng_next(rng) % 100 < percent;
}
