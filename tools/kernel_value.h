/* SPDX-License-Identifier: MIT */
/* A value in a file of /proc or /sys. */
#pragma once

#include <stdbool.h>

/* The first line of the file, without its newline; NULL when it cannot be read. To be freed. */
char *kernel_value_text(const char *path);

/* Is it this text? False when it cannot be read. */
bool kernel_value_is(const char *path, const char *text);

/* A number that is not negative; fallback when it cannot be read, or is none. */
unsigned long kernel_value_number(const char *path, unsigned long fallback);
