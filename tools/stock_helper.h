/* SPDX-License-Identifier: MIT */
/* The helper that QEMU starts unless it is told to start another. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

struct stock_helper {
    const char *path; /* NULL: there is none */
    bool is_ours;     /* it is vmnet-helper */
    bool is_setuid;   /* it is another program, and setuid root */
};

void stock_helper_find(struct stock_helper *stock);

/* Is the file at this path, with this status, vmnet-helper as it is installed? */
bool stock_helper_is_ours(const char *path, const struct stat *status);

/* What to say of one that is_setuid; to be freed. */
char *stock_helper_warning(const struct stock_helper *stock);
