/* SPDX-License-Identifier: MIT */
/* What the program says: one line to the caller, on stderr or over a connection, and one record to the system log. */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/types.h>

struct caller;
struct request;

/*
 * From here on, messages go to the caller over this connected socket, and not to stderr: first a byte, the exit code,
 * then the text. See wire.h. -1: to stderr again.
 */
void message_answer_to(int socket_fd);

/* Tell the caller what die() tells, and nothing more. Async-signal-safe. */
void message_tell(int code, const char *text);

/* Say why and exit with a code from <sysexits.h>. errno is taken first thing: %m in the format is its text. */
noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Connect to the system log, if there is one: returns whether there is. From here on each run makes one record, by
 * die() or message_granted(); a grant that cannot be handed over makes both. Running out of descriptors or memory is a
 * failure, since a caller could provoke it to leave no trace.
 */
bool message_open_log(const struct caller *caller, const struct request *request);

/*
 * From here on, a grant that the log does not record, or for which there is no log, ends the process, and the tap with
 * it.
 */
void message_require_log(void);

/* The switch went on without this file, which could not be read: each record from here on says so. */
void message_degraded(const char *file);

/* Record that the service has turned this user away, for a reason. Waits for nothing; without a log it is lost. */
void message_turned_away(uid_t uid, const char *why);

/* Record a grant. rule is the rule's file, at a line. */
void message_granted(const char *tap, const char *rule_file, unsigned rule_line);
