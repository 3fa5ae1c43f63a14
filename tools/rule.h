/* SPDX-License-Identifier: MIT */
/* A rule on a line of its own, as the library reads it. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

/* A walk over the rules of a policy; to be closed. */
struct vmnetacl_rules *rules_open(const struct vmnetacl_policy *policy);

/* The options of a grant as in a rule, to be freed; NULL when there are none. */
char *rule_options_text(const struct vmnetacl_grant *grant);

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
