/* SPDX-License-Identifier: MIT */
/* What the service does as root, before it becomes the caller. */
#pragma once

#include <sys/types.h>

struct caller;

/* Return if the process was started as root, with what it needs; else say what it lacks, and exit. */
void root_require(void);

/*
 * For the loop: keep only the capabilities that the instances need, so that exec(2) can give them to these; and in
 * effect only what the loop itself needs: CAP_KILL, and CAP_SETUID and CAP_SETGID for root_borrow_file_ids().
 */
void root_limit_capabilities(void);

/*
 * Have the caller's effective ids until root_return_ids(), so that the kernel allows what the caller may do. The real
 * and the saved ids stay root's: the caller cannot signal this process. Only around a few system calls.
 */
void root_borrow_ids(const struct caller *caller);
void root_return_ids(void);

/* The same with the file system ids only, setfsuid(2). */
void root_borrow_file_ids(uid_t uid, gid_t gid);
void root_return_file_ids(void);
