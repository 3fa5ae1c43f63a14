/* SPDX-License-Identifier: MIT */
/*
 * The questions to the name service. Runs in the worker only, without privilege, and calls the C library's public
 * functions only: getpwnam_r(3), getpwuid_r(3), getgrnam_r(3), getgrgid_r(3), getgrouplist(3), fgetpwent(3),
 * fgetgrent(3). What these load, connect to and read is their own affair.
 */
#ifndef VMNETACL_QUERY_H
#define VMNETACL_QUERY_H

#include "worker.h"

/*
 * Answer each item of the lookup, into answers of the same index, which are all zero at first.
 *
 * 0; or an errno, with *failure filled in: a lookup that a deny depends on has failed, or the caller cannot be
 * identified (then EINVAL). A lookup that only an allow depends on is answered with ACCOUNT_FAILED; *failure is then
 * the first such. ENOMEM: out of memory, whatever depends on it.
 */
int query_run(const struct lookup *lookup, struct worker_answer *answers, struct lookup_failure *failure);

#endif
