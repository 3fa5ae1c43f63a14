/* SPDX-License-Identifier: MIT */
#include "stock_helper.h"

#include "memory.h"

#include <stddef.h>
#include <string.h>

#define HELPER VMNET_HELPER_PATH

/* Where upstream and Fedora have it, and where Debian has it. */
static const char *const paths[] = {"/usr/libexec/qemu-bridge-helper", "/usr/lib/qemu/qemu-bridge-helper"};

bool stock_helper_is_ours(const char *path, const struct stat *status)
{
    struct stat ours;

    return strcmp(path, HELPER) == 0 ||
           (stat(HELPER, &ours) == 0 && ours.st_dev == status->st_dev && ours.st_ino == status->st_ino);
}

void stock_helper_find(struct stock_helper *stock)
{
    struct stat status;

    *stock = (struct stock_helper){.path = NULL};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0] && !stock->is_ours; i++) {
        if (stat(paths[i], &status) != 0)
            continue;
        stock->path = paths[i];
        stock->is_ours = stock_helper_is_ours(paths[i], &status);
        stock->is_setuid = stock->is_setuid || (status.st_uid == 0 && (status.st_mode & S_ISUID) != 0);
    }
    stock->is_setuid = stock->is_setuid && !stock->is_ours;
}

char *stock_helper_warning(const struct stock_helper *stock)
{
    return memory_format(
        "%s, which is setuid root, too, is another program: who starts it is not bound by the rules in "
        "rules.d",
        stock->path);
}
