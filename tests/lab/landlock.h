/* SPDX-License-Identifier: MIT */
/* Landlock, landlock(7): a security module that any program can use. Here it stands for all of them. */
#ifndef VMNET_LAB_LANDLOCK_H
#define VMNET_LAB_LANDLOCK_H

#include <stdbool.h>

/*
 * This process and its children may read no file but these and those below them, whatever the modes say; they may
 * still search all directories. Only root keeps the effect of set-user-ID bits. False, with errno, when the kernel
 * cannot do so.
 */
bool landlock_read_only_below(const char *const *places);

#endif
