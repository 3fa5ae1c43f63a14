/* SPDX-License-Identifier: MIT */
#include "user_namespace.h"

#include "kernel_value.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

bool user_namespace_is_first(const char *map)
{
    unsigned inside;
    unsigned outside;
    unsigned count;

    return sscanf(map, "%u %u %u", &inside, &outside, &count) == 3 && inside == 0 && outside == 0 &&
           count == 4294967295U;
}

bool user_namespace_is_inner(void)
{
    char *map = kernel_value_text("/proc/self/uid_map");
    bool is_inner = map != NULL && !user_namespace_is_first(map);

    free(map);
    return is_inner;
}
