/* SPDX-License-Identifier: MIT */
/* What vmnet-helper refuses, though the rules allow it. */
#pragma once

#include "findings.h"

/*
 * Check each rule of this origin; see vmnetacl_lint(), which also reports rules that cannot be read: they are skipped
 * here. Counts the files and the rules that were read. root: put before the names of files; may be NULL.
 */
void check_helper(struct findings *findings, const struct vmnetacl_origin *origin, const char *root);
