/* SPDX-License-Identifier: MIT */
#pragma once

#include "status_taps.h"

/* Print it for people. */
void status_print_text(const struct status *status);
