/* SPDX-License-Identifier: MIT */
/*
 * Writes a file of rules to stdout. Each line conforms to the grammar and the limits of vmnet-rules(5). In comments,
 * control characters are escaped. For a terminal, all but printable ASCII and tabs is.
 */
#pragma once

#include <stddef.h>

/* The first line: the name of the file that is converted. */
void rules_out_head(const char *path);

/* An empty line. */
void rules_out_blank(void);

/* A comment; text may begin with '#' or not. A line that is too long is broken. */
void rules_out_comment(const char *text, size_t text_len);

/* The same, as printf(3) formats it. */
void rules_out_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Two comments: why a line has no exact equivalent, and the line. */
void rules_out_note(unsigned line, const char *text, size_t text_len, const char *why);

/* A rule, which is known to be valid, and of which rules_out_whole() is all. */
void rules_out_rule(const char *rule);

/* How many of the first bytes can be in a rule: up to the first that would be escaped. */
size_t rules_out_whole(const char *text, size_t text_len);
