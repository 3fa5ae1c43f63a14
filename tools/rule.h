/* SPDX-License-Identifier: MIT */
/* A rule that we propose: does the library read it as it is meant? */
#pragma once

#include <stdbool.h>

/*
 * The line, without its newline, is one rule in the grammar of this source, "files" or "qemu", and is about this bridge
 * and no other; bridge NULL: about whatever bridges.
 */
bool rule_is_about(const char *source, const char *line, const char *bridge);
