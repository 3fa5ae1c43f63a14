/* SPDX-License-Identifier: MIT */
/* The rules of this system for commands that show them, and why some of them cannot be read. */
#pragma once

#include "json.h"
#include "vmnetacl.h"

#include <stddef.h>

struct policy_errors {
    struct vmnetacl_error *items;
    size_t count;
};

/* Load the rules. errors is filled in. Returns NULL when the switch cannot be read; then there are no rules. */
struct vmnetacl_policy *policy_errors_load(struct policy_errors *errors);

/* Write them as the member "errors". */
void policy_errors_write(const struct policy_errors *errors, struct json_answer *answer);

/* Print them to stderr, unless they were written as JSON. Returns the exit status: 0, or 2 when there are some. */
int policy_errors_report(const struct policy_errors *errors, bool was_written);

void policy_errors_free(struct policy_errors *errors);
