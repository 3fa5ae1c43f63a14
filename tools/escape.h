/* SPDX-License-Identifier: MIT */
/*
 * Bytes that others chose, made fit to be shown: \xHH for each that is not printable ASCII, a tab included. Text in any
 * language can be kept where it does not go to a terminal.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* Printable ASCII is always kept. */
enum escape_keep {
    ESCAPE_KEEP_ASCII, /* and nothing else */
    ESCAPE_KEEP_TEXT,  /* and UTF-8, but no control character, and none that changes the order of text */
};

void escape_print(FILE *out, const char *bytes, size_t bytes_len);

/* To be freed. */
char *escape_copy(const char *bytes, size_t bytes_len);

/* The length of the character at the beginning of at least one byte, if it is kept; else 0. */
size_t escape_kept_len(const char *bytes, size_t bytes_len, enum escape_keep keep);

/* How many of the first bytes are kept, up to the first that would be escaped. */
size_t escape_whole(const char *bytes, size_t bytes_len, enum escape_keep keep);
