/* SPDX-License-Identifier: MIT */
/* Memory that is there, or the program ends: it only reads and tells, so there is nothing to put in order. */
#pragma once

#include <stddef.h>

/* Make room for one more after count items of item_size bytes each; items is NULL when count is 0. */
void *memory_grow(void *items, size_t count, size_t item_size);

/* A copy of a string, or NULL of NULL. */
char *memory_copy(const char *text);

/* A string made as by printf(3). */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
