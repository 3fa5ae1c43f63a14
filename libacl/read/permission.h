/* SPDX-License-Identifier: MIT */
/* Who has forbidden opening a file: its owner, by its mode, or a security module. */
#ifndef VMNETACL_PERMISSION_H
#define VMNETACL_PERMISSION_H

#include "vmnetacl.h"

/*
 * Do the owner, the mode and the access control list of what fd is open on (O_PATH will do) let this thread read it
 * (R_OK) or search it (X_OK)? True also when that cannot be found out, since false has an include skipped, and with it
 * its denies.
 */
bool permission_is_given(int fd, int how);

#endif
