/* SPDX-License-Identifier: MIT */
/* Warnings about the bridges that the rules of this system name. */
#pragma once

#include "findings.h"

/* Rules that cannot be read are skipped; vmnetacl_lint() reports them. */
void check_bridges(struct findings *findings, const struct vmnetacl_origin *origin);
