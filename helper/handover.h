/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Phase 10: hand the tap over.
 *
 * True when it ends: one byte and one descriptor are on their way in one message, and our own of both are closed.
 * It must not: send twice, wait for a receiver, or leave anything to be done that could fail.
 */
void handover_send(int socket_fd, int tap_fd);
