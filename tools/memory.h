/* SPDX-License-Identifier: MIT */
/* Memory. These functions end the program when out of memory: what edit has made is removed by exit(3). */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Make room for one more after count items of item_size bytes each; items is NULL when count is 0. */
void *memory_grow(void *items, size_t count, size_t item_size);

/* A copy of a string; NULL for NULL. */
char *memory_copy(const char *text);

/* A string, as printf(3) formats it. */
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *memory_vformat(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
