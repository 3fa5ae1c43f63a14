/* SPDX-License-Identifier: MIT */
/* The helper that QEMU starts unless it is told to start another. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

struct stock_helper {
    const char *path; /* NULL: there is none */
    bool is_ours;     /* it starts vmnet-helper */
};

void stock_helper_find(struct stock_helper *stock);

/* Is the file at this path, with this status, vmnet-helper, a copy of it, or a script that starts it? */
bool stock_helper_is_ours(const char *path, const struct stat *status);
