/* SPDX-License-Identifier: MIT */
/* What the helper says: one line to the user on stderr, one record to the system log. */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>

struct caller;
struct request;
struct vmnetacl_decision;

/* Say why and exit with a code from <sysexits.h>. errno is taken first thing: %m in the format is its text. */
noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Connect to the system log, if there is one: returns whether there is. From here on each run makes one record, by
 * die() or message_granted(); a grant that cannot be handed over makes both. Want of a descriptor or of memory is a
 * failure, since a caller could bring that about to leave no trace.
 */
bool message_open_log(const struct caller *caller, const struct request *request);

/* Record a grant: by which rule, and what was not read when it was made. */
void message_granted(const char *tap, const struct vmnetacl_decision *decision);
