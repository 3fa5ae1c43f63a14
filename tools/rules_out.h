/* SPDX-License-Identifier: MIT */
/* Writes a file of rules to stdout. Each line conforms to the grammar and the limits of vmnet-rules(5). */
#pragma once

#include <stddef.h>

/* The first line: the name of the file that is converted. */
void rules_out_head(const char *path);

/* An empty line. */
void rules_out_blank(void);

/* A comment; text may begin with '#' or not. A line that is too long is broken. */
void rules_out_comment(const char *text, size_t text_len);

/* Two comments: why a line has no exact equivalent, and the line. */
void rules_out_note(unsigned line, const char *text, size_t text_len, const char *why);

/* A rule, which is known to be valid. */
void rules_out_rule(const char *rule);
