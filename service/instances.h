/* SPDX-License-Identifier: MIT */
/* The instances: processes of this program with --serve, each of which answers the request of one connection. */
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

/* Must be zero at first. */
struct instances {
    struct instance list[INSTANCES_MAX];
    size_t count;
};

/* Start one for a connection. False with errno set if it cannot be started. count must be below INSTANCES_MAX. */
bool instance_start(struct instances *instances, int connection_fd, uid_t uid, long long now_ms);

/* Remove one that has ended: true, with its caller and its wait status; false if none has. Does not wait. */
bool instance_reap(struct instances *instances, uid_t *uid, int *status);

/* Kill those that have run for INSTANCE_TIMEOUT_MS. */
void instances_kill_late(struct instances *instances, long long now_ms);

/* When the next one must be killed; LLONG_MAX: there is none. */
long long instances_first_end(const struct instances *instances);
