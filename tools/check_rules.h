/* SPDX-License-Identifier: MIT */
#pragma once

#include "findings.h"

/* Find all that is wrong with these rules; origin NULL: those of this system. */
void check_rules(struct findings *findings, const struct vmnetacl_origin *origin);
