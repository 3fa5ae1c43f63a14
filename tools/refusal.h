/* SPDX-License-Identifier: MIT */
/* Why vmnet-helper refuses what the rules allow. The texts are words after "vmnet-helper refuses it: ", to be freed. */
#pragma once

#include "bridges.h"
#include "helper_file.h"
#include "vmnetacl.h"

#include <stdbool.h>

/* Does the verdict depend on names that must be looked up? vmnet-helper looks up none that it need not. */
bool refusal_needs_names(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                         const char *bridge);

/* For a name that it cannot look up; NULL when it can, or need not. */
char *refusal_of_rule(bool needs_names);

/*
 * For that, as it is installed, for the service that it asks without privilege, for a log that is required and missing,
 * or for the bridge; NULL when it grants the request, as far as it is known.
 */
char *refusal_find(const struct helper_file *helper, const struct vmnetacl_policy *policy,
                   const struct vmnetacl_grant *grant, bool needs_names, const struct bridge *bridge, const char *name);
