/* SPDX-License-Identifier: MIT */
/* What the service does as root, before it becomes a caller. */
#pragma once

struct caller;

/* Return if the process was started as root, with what it needs; else say what it lacks, and exit. */
void root_require(void);

/*
 * For the loop: keep every capability permitted, so that exec(2) can give the instances the same, and have none in
 * effect but CAP_KILL.
 */
void root_keep_kill(void);

/*
 * Have the caller's effective ids until root_return_ids(), so that the kernel allows what the caller may do. The real
 * and the saved ids stay root's: the caller cannot signal this process. Only around a few system calls.
 */
void root_borrow_ids(const struct caller *caller);
void root_return_ids(void);
