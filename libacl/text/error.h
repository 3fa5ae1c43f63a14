/* SPDX-License-Identifier: MIT */
/* Filling in an error: one call sets its code, its place and its message. Pure. */
#ifndef VMNETACL_ERROR_H
#define VMNETACL_ERROR_H

#include "vmnetacl.h"

#include <stdarg.h>

/*
 * Fill in the whole error. Returns the status that its code means, so that a function can end with this call.
 *
 * file:   NULL when no file is meant. line, column: from 1; 0 when the whole file or line is meant.
 * format: as printf(3), with %s, %.*s, %u and %% only. The message is escaped as vmnetacl_escape() does it, and cut off
 *         at a whole character where it does not fit.
 */
enum vmnetacl_status error_set(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                               unsigned column, const char *format, ...) __attribute__((format(printf, 6, 7)));
enum vmnetacl_status error_vset(struct vmnetacl_error *error, enum vmnetacl_code code, const char *file, unsigned line,
                                unsigned column, const char *format, va_list arguments)
    __attribute__((format(printf, 6, 0)));

/* The same for a system call that failed. The code is MEMORY, RESOURCES or SYSTEM, whichever the errno means. */
enum vmnetacl_status error_set_system(struct vmnetacl_error *error, int system_errno, const char *file,
                                      const char *message);

/* Append to the message. */
void error_append(struct vmnetacl_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Give the error another place, and leave all else as it is. */
void error_move(struct vmnetacl_error *error, const char *file, unsigned line, unsigned column);

/* The status that the error's code means: UNAVAIL, TRYAGAIN or INVALID. */
enum vmnetacl_status error_status(const struct vmnetacl_error *error);

#endif
