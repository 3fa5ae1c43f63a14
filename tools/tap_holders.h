/* SPDX-License-Identifier: MIT */
/* The processes that hold taps, by what the kernel says of their descriptors in /proc/PID/fdinfo. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tap_holder {
    char tap[VMNETACL_NAME_MAX + 1];
    pid_t pid;
    char *command; /* its name, which it can choose: any bytes; NULL: unknown */
};

struct tap_holders {
    struct tap_holder *items; /* by tap, then by pid; each process once for each tap */
    size_t count;
    bool are_all; /* the descriptors of every process that is seen here could be looked at */
};

/* A process in another network namespace is left out: the name can be that of another tap, there. */
void tap_holders_read(struct tap_holders *holders);

/* The holders of a tap, and how many; NULL when none is known. */
const struct tap_holder *tap_holders_of(const struct tap_holders *holders, const char *tap, size_t *count);

void tap_holders_free(struct tap_holders *holders);
