/* SPDX-License-Identifier: MIT */
/* A set of strings. */
#pragma once

#include <stdbool.h>

/* All zero to begin with. */
struct seen {
    void *tree; /* of tsearch(3) */
};

/* Add a copy of the string. Returns whether it was not there. */
bool seen_add(struct seen *seen, const char *text);

bool seen_has(const struct seen *seen, const char *text);

void seen_free(struct seen *seen);
