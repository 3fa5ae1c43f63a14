/* SPDX-License-Identifier: MIT */
/* Rules for everybody from a bridge.conf. */
#pragma once

#include "text.h"

#include <stdbool.h>

/* Returns whether each line has an equivalent. A file with an error ends the program: what is wrong may be a deny. */
bool convert_qemu(const struct text *text, const char *path);
