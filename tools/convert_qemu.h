/* SPDX-License-Identifier: MIT */
/* Rules for everybody from a bridge.conf. */
#pragma once

#include "text.h"

#include <stdbool.h>

/* Returns whether each line has an equivalent. Ends the program when the file has an error, which may be in a deny. */
bool convert_qemu(const struct text *text, const char *path);
