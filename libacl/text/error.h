/* SPDX-License-Identifier: MIT */
/* Filling in a struct vmnetacl_error. Pure: touches nothing but the struct. */
#ifndef VMNETACL_ERROR_H
#define VMNETACL_ERROR_H

#include "vmnetacl.h"

/* Reset the error to a code and a place; the message is empty. file may be NULL. */
void error_start(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                 unsigned column);

/* Give it a place, and leave all else as it is. */
void error_place(struct vmnetacl_error *error, const char *file, unsigned line, unsigned column);

/* Append to the message, escaping what is not printable ASCII; what does not fit is cut off at a whole character. */
void error_add(struct vmnetacl_error *error, const char *text);
void error_add_bytes(struct vmnetacl_error *error, const char *bytes, size_t len);
void error_add_number(struct vmnetacl_error *error, unsigned number);

/* An error that a failed system call makes: "cannot WHAT", with the code and the errno that belong to it. */
void error_system(struct vmnetacl_error *error, int system_errno, const char *file, const char *what);

/* UNAVAIL or TRYAGAIN, whichever this error means. */
enum vmnetacl_status error_status(const struct vmnetacl_error *error);

#endif
