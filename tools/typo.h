/* SPDX-License-Identifier: MIT */
/* A keyword that was mistyped in a rule. */
#pragma once

#include <stddef.h>

/*
 * What to add to the message of an error with this code, of a source, about the word at this column of the line: "; did
 * you mean 'allow'?", also of one in capital letters. To be freed; "" when there is nothing to add.
 */
char *typo_hint(const char *code, const char *source, const char *line, size_t line_len, unsigned column);
