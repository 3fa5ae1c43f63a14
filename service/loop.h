/* SPDX-License-Identifier: MIT */
#pragma once

enum {
    LOOP_IDLE_MS = 30000
};

/*
 * The loop: accept connections and start an instance for each, within the limits of callers.h and instances.h. It reads
 * nothing from a connection, and waits for no caller, log or instance, except for a millisecond where closing a
 * connection takes longer.
 *
 * Returns after SIGTERM or SIGINT, when the requests under way have ended; or, if idle_ms is not negative, when there
 * was nothing to do for that long.
 */
void loop_run(int listener_fd, int idle_ms);
