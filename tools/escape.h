/* SPDX-License-Identifier: MIT */
/* Bytes that others chose, made fit to be shown: \xHH for each that is not printable ASCII, a tab included. */
#pragma once

#include <stddef.h>
#include <stdio.h>

void escape_print(FILE *out, const char *bytes, size_t bytes_len);

/* To be freed. */
char *escape_copy(const char *bytes, size_t bytes_len);
