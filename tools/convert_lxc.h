/* SPDX-License-Identifier: MIT */
/* Rules for users and groups from an lxc-usernet(5). */
#pragma once

#include "text.h"

#include <stdbool.h>

/*
 * text was read from path, and is freed. drop_limits: the rules have no limit instead of the count. Returns whether
 * each line has an exact equivalent.
 */
bool convert_lxc(struct text *text, const char *path, bool drop_limits);
