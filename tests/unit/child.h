/* SPDX-License-Identifier: MIT */
/* Runs code that may end its process, such as die(), in a child, and tells how the child ended. */
#ifndef UNIT_CHILD_H
#define UNIT_CHILD_H

#include <stddef.h>
#include <unistd.h>

struct child_result {
    int exit_code;       /* -1 when a signal ended it */
    int signal;          /* 0 when it exited */
    size_t writes_count; /* how many calls wrote to stderr */
    size_t stderr_len;   /* bytes */
    char stderr_text[8192];
};

/* Fork, run body with stderr of its own, and wait for its end. What body returns is the child's exit code.
 * The test fails when that takes a minute. */
void child_run(int (*body)(const void *argument), const void *argument, struct child_result *result);

/* In a body: say what does not hold, and end with 1. */
void child_say(const char *file, int line, const char *what);
#define CHILD_CHECK(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            child_say(__FILE__, __LINE__, #condition);                                                                 \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

/* The child exited so, and stderr holds text ("" fits all). */
void child_assert_exit(const struct child_result *result, int exit_code, const char *text);

/* As that, and it said so in one line with one write. */
void child_assert_died(const struct child_result *result, int exit_code, const char *text);

/* The same, with "%m" in text for what strerror(3) says of error, which differs between C libraries. */
void child_assert_died_of(const struct child_result *result, int exit_code, const char *text, int error);

#endif
