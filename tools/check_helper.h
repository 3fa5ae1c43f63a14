/* SPDX-License-Identifier: MIT */
/* What vmnet-helper refuses, though the rules allow it. */
#pragma once

#include "findings.h"

/*
 * Look at each rule of this origin, as for vmnetacl_lint(). Rules that cannot be read are skipped: that tells of
 * them. root, if not NULL, is put before the files.
 */
void check_helper(struct findings *findings, const struct vmnetacl_origin *origin, const char *root);
