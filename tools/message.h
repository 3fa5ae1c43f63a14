/* SPDX-License-Identifier: MIT */
/* What is said on stderr, when there is nothing better to say on stdout. */
#pragma once

#include <stdnoreturn.h>

/* Say why, in one line, and exit with a code from <sysexits.h>. errno is taken first thing: %m is its text. */
noreturn void die(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
