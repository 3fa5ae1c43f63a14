/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdnoreturn.h>

/*
 * The process has no privilege: find out which of the many reasons it is, say it, and exit with EX_NOPERM.
 * Reads /proc; changes nothing.
 */
noreturn void die_no_privilege(void);

/* Return in the initial user namespace; in another, say so and exit with EX_NOPERM. */
void user_namespace_require_initial(void);
