/* SPDX-License-Identifier: MIT */
/* Other helpers with privilege, and the rules that they do not obey. */
#pragma once

#include "findings.h"

void check_others(struct findings *findings);
