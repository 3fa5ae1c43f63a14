/* SPDX-License-Identifier: MIT */
/* The last message of the program. */
#pragma once

#include <stdnoreturn.h>

/* Print why to stderr, in one line, and exit with a code from <sysexits.h>. errno is saved first, for %m. */
noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
