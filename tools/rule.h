/* SPDX-License-Identifier: MIT */
/* A rule on a line of its own, as the library reads it. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

/*
 * Read a line, without its newline, in the grammar of this source, "files" or "qemu". Returns whether it is one rule, and
 * shows it to visit if so; rule is in no file, so its place means nothing.
 */
bool rule_read(const char *source, const char *line, void (*visit)(const struct vmnetacl_rule *rule, void *data),
               void *data);

/*
 * The line, without its newline, is one rule in the grammar of this source, "files" or "qemu", and is about this bridge
 * and no other; bridge NULL: about whatever bridges.
 */
bool rule_is_about(const char *source, const char *line, const char *bridge);
