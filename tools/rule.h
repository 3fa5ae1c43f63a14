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
 * Read a line, without its newline, in the grammar of this source, "files" or "qemu". If it is one rule, calls visit
 * with it and returns true. rule is in no file, so its place means nothing.
 */
bool rule_read(const char *source, const char *line, void (*visit)(const struct vmnetacl_rule *rule, void *data),
               void *data);

/*
 * Is the line one rule in the grammar of this source, and only for this bridge? bridge NULL: for any bridges.
 */
bool rule_is_about(const char *source, const char *line, const char *bridge);
