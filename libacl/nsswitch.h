/* SPDX-License-Identifier: MIT */
/* The lines of nsswitch.conf(5), made strict. Pure. */
#ifndef VMNETACL_NSSWITCH_H
#define VMNETACL_NSSWITCH_H

#include <stdbool.h>
#include <stddef.h>

#define NSSWITCH_LINE_SIZE 4096

/*
 * Find the line of a database in the text of nsswitch.conf, and write its services to line, each followed by its own
 * actions if these are kept, and by those in actions, which win: of repeated ones glibc obeys the last. "files" for a
 * database without a line, unless is_optional.
 *
 * text: text_len bytes. line: NSSWITCH_LINE_SIZE bytes, NUL-terminated on success.
 * False when the line does not fit, when its brackets do not match, or when there is none and is_optional.
 */
bool nsswitch_make_line(const char *text, size_t text_len, const char *database, bool is_optional, bool keeps_actions,
                        const char *actions, char line[NSSWITCH_LINE_SIZE]);

#endif
