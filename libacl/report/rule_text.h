/* SPDX-License-Identifier: MIT */
/* A rule as the public header shows it. Pure. */
#ifndef VMNETACL_RULE_TEXT_H
#define VMNETACL_RULE_TEXT_H

#include "policy.h"

/* What the strings of a struct vmnetacl_rule point into. */
struct rule_text {
    char bridge[VMNETACL_NAME_MAX + 2]; /* with the '*' of a pattern */
    char account[VMNETACL_ACCOUNT_MAX + 1];
    char text[VMNETACL_LINE_MAX + 1];
};

/* Take a rule apart. text must live as long as shown does. */
void rule_show(const struct loaded_source *source, const struct rule_file *file, const struct rule *rule,
               struct rule_text *text, struct vmnetacl_rule *shown);

/* Write the options of a grant, each after a blank, and a NUL. They fit struct rule_text. Returns the NUL's place. */
char *rule_put_options(char *at, const struct vmnetacl_grant *grant);

#endif
