/* SPDX-License-Identifier: MIT */
#pragma once

#include "status_taps.h"

/* Print it as JSON; vmnetctl.schema.json describes it. */
void status_print_json(const struct status *status);
