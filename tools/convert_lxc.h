/* SPDX-License-Identifier: MIT */
/* Rules for users and groups from an lxc-usernet(5). */
#pragma once

#include "text.h"

#include <stdbool.h>

/* Returns whether each line has an equivalent. */
bool convert_lxc(const struct text *text, const char *path);
