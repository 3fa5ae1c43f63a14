/* SPDX-License-Identifier: MIT */
/* Whether the owner of a file, by its mode, or a security module has forbidden to open it. */
#ifndef VMNETACL_PERMISSION_H
#define VMNETACL_PERMISSION_H

#include "vmnetacl.h"

/*
 * Do owner, mode and access control list let this thread read (R_OK) or search (X_OK) the file that fd, which may be
 * O_PATH, is open on? Also true if that cannot be found out: after false, an include is skipped with its denies.
 */
bool permission_is_given(int fd, int how);

#endif
