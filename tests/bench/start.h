/* SPDX-License-Identifier: MIT */
/*
 * start: start a helper once, as QEMU does, take the tap that it sends, and say what that took.
 */
#ifndef BENCH_START_H
#define BENCH_START_H

#include <stdbool.h>

/* One start, measured. Times run from just before the child is made. */
struct start {
    double fd_us;   /* until the descriptor was received */
    double exit_us; /* until the helper had ended */
    double cpu_us;  /* user and system time of the helper */
};

/* The user that starts the helpers: vmuser of the lab. */
#define START_UID 4242

/* The bridge that every start asks for. */
#define START_BRIDGE "virbr0"

/* Become START_UID for good, with no supplementary group. */
bool start_become_user(void);

/* Start the program at `path`, measure, and put the tap's descriptor in *tap_fd: the caller closes it. */
bool start_helper(const char *path, struct start *start, int *tap_fd);

/* Close the tap and return once its interface is gone: a tap that is still on its way out would slow the next start. */
bool start_close_tap(int tap_fd);

/* In the child: execute the helper with its end of the socket pair. Returns only when that fails. */
void start_exec(const char *path, int fd);

/* Take the descriptor from our end of the socket pair; -1 when the helper ended without sending one. */
int start_receive_fd(int socket_fd);

#endif
