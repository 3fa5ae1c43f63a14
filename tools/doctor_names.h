/* SPDX-License-Identifier: MIT */
/* Is the name service there, and quick enough? */
#pragma once

#include "doctor_results.h"

/* How long the name service may take for the user and his groups, in milliseconds. */
#define DOCTOR_NAMES_MS 1000

/* Ask for a user and his groups in a process of its own, which may hang. name NULL: for the uid of this process. */
enum doctor_names doctor_names_probe(const char *name);
