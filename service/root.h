/* SPDX-License-Identifier: MIT */
#pragma once

/* Return if the process was started as root, with what it needs; else say what it lacks, and exit. */
void root_require(void);
