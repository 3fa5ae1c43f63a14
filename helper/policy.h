/* SPDX-License-Identifier: MIT */
#pragma once

#include "vmnetacl.h"

struct caller;
struct request;

/*
 * Phase 6: ask the rules.
 *
 * True when it ends: a rule that the caller may read allows this bridge, and none denies it; decision says which.
 * It must not: look whether the bridge exists, or let a denied caller find out in any other way.
 */
void policy_require(const struct request *request, struct caller *caller, struct vmnetacl_decision *decision);
