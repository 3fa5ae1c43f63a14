/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

long long clock_now_ms(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails only for wrong arguments */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
