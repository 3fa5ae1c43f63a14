/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* Is this /proc/PID/uid_map that of the first user namespace? user_namespaces(7): it maps all ids to themselves. */
bool user_namespace_is_first(const char *map);

/* Is this process in another one? */
bool user_namespace_is_inner(void);
