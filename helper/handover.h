/* SPDX-License-Identifier: MIT */
/* The descriptor that the tap goes to. */
#pragma once

#include <stddef.h>

/*
 * Phase 5, second half: return if fd is a connected AF_UNIX stream socket and not tun_fd; else say what is wrong, and
 * exit.
 * It must not: read or write the socket.
 */
void handover_require_socket(int fd, int tun_fd);

/*
 * Phase 10: hand the tap over: the descriptors of its queues, at most QUEUES_MAX.
 *
 * True when it ends: one byte and the descriptors are on their way in one message, and our own of all are closed.
 * It must not: send twice, wait for a receiver, or leave anything to be done that could fail.
 */
void handover_send(int socket_fd, const int *fds, size_t count);
