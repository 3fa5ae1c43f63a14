/* SPDX-License-Identifier: MIT */
/* Rules for users and groups from an lxc-usernet(5). */
#pragma once

#include "text.h"

#include <stdbool.h>

/* text was read from path, and is freed. Returns whether each line has an equivalent. */
bool convert_lxc(struct text *text, const char *path);
