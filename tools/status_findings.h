/* SPDX-License-Identifier: MIT */
/* What is wrong with a tap, and what to do. */
#pragma once

#include "status_taps.h"

/* Add the findings about one of the taps, all of which have been looked at. */
void status_find(struct status *status, struct status_tap *tap);
