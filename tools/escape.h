/* SPDX-License-Identifier: MIT */
/* Bytes that others chose, made fit to be shown: \xHH for each that is not printable ASCII, a tab included. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* One byte, as 1 or 4 characters and a NUL. Returns how many. */
size_t escape_byte(char out[5], unsigned char byte);

void escape_print(FILE *out, const char *bytes, size_t bytes_len);

/* To be freed. */
char *escape_copy(const char *bytes, size_t bytes_len);
