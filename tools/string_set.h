/* SPDX-License-Identifier: MIT */
/* A set of strings. */
#pragma once

#include <stdbool.h>

/* All zero to begin with. */
struct string_set {
    void *tree; /* of tsearch(3) */
};

/* Add a copy of the string. Returns false when it was there already. */
bool string_set_add(struct string_set *seen, const char *text);

bool string_set_has(const struct string_set *seen, const char *text);

void string_set_free(struct string_set *seen);
