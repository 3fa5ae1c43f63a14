/* SPDX-License-Identifier: MIT */
/* What about this system, not in the rules, keeps requests from being granted, or the rules from being obeyed. */
#pragma once

#include "findings.h"

void check_host(struct findings *findings);
