/* SPDX-License-Identifier: MIT */
#pragma once

#include "findings.h"

/*
 * Check the installed rules as if this file were one of them: in rules.d beside the others, in the place of the one of
 * the same name; else in the place of bridge.conf or switch.conf. as: "files", "qemu" or "switch"; NULL: by its name.
 */
void check_with(struct findings *findings, const char *path, const char *as);
