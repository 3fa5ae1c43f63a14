/* SPDX-License-Identifier: MIT */
#pragma once

#include "findings.h"

/*
 * Check the installed rules as if this file were one of them: in rules.d beside the others, in the place of the one of
 * the same name; else in the place of bridge.conf or switch.conf. as: "files", "qemu" or "switch"; NULL: by its name.
 */
void check_with(struct findings *findings, const char *path, const char *as);

/*
 * The same for a text that is not yet where it will be.
 *
 * path: where it is; place: where it will be, which findings call it; source: "files", "qemu" or "switch".
 * checked: a copy of what was checked, to be freed. Returns false when it cannot be read, which is a finding.
 */
bool check_with_text(struct findings *findings, const char *path, const char *place, const char *source,
                     struct text *checked);
