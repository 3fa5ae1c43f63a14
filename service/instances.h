/* SPDX-License-Identifier: MIT */
/* The processes that answer requests: this program once more, with --serve. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    INSTANCES_MAX = 64,
    INSTANCE_TIMEOUT_MS = 15000, /* an instance ends itself after 10 s, if its caller has not stopped it */
};

struct instance {
    pid_t pid;
    uid_t uid; /* of the caller */
    long long end_ms;
};

/* All zero to begin with. */
struct instances {
    struct instance list[INSTANCES_MAX];
    size_t count;
};

/* Start one for a connection. False with errno set when that cannot be had. count is below INSTANCES_MAX. */
bool instance_start(struct instances *instances, int connection_fd, uid_t uid, long long now_ms);

/* One that has ended: true with its caller and its wait status; false when there is none. */
bool instance_reap(struct instances *instances, uid_t *uid, int *status);

/* Kill those whose time is over. */
void instances_kill_late(struct instances *instances, long long now_ms);

/* When the first of them is late; never is LLONG_MAX. */
long long instances_first_end(const struct instances *instances);
