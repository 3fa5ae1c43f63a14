/* SPDX-License-Identifier: MIT */
/* Rules for those who may read a bridge.conf, and the files that it includes. */
#pragma once

#include "text.h"

#include <stdbool.h>

/*
 * text was read from path, and is freed. Returns whether each line has an equivalent. Ends the program when a file has
 * an error, which may be in a deny.
 */
bool convert_qemu(struct text *text, const char *path);
