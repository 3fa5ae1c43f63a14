/* SPDX-License-Identifier: MIT */
/* Which bridges may the user use? */
#pragma once

#include "doctor_results.h"

/* How long a check may wait for the names in rules, in milliseconds. */
#define DOCTOR_LOOKUP_MS 300

/* Find doctor->usable. It stays unknown when the rules give no answer. */
void doctor_find_usable(struct doctor *doctor);
