/* SPDX-License-Identifier: MIT */
/* What is odd about the bridges that this system's rules name. */
#pragma once

#include "findings.h"

/* Rules that cannot be read are skipped: vmnetacl_lint() tells of them. */
void check_bridges(struct findings *findings);
