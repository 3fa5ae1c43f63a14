/* SPDX-License-Identifier: MIT */
/* The bridges that a list may contain, decided one by one: one verdict may need fewer lookups than all of them. */
#pragma once

#include "vmnetacl.h"

/*
 * As vmnetacl_enumerate(), after vmnetacl_resolve() for all bridges has failed with this status and this error.
 * A name without a verdict does not end the search: at the end, the status and the error of the first one are returned.
 */
enum vmnetacl_status candidates_enumerate(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                          enum vmnetacl_status status,
                                          bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision,
                                                        void *data),
                                          void *data, struct vmnetacl_error *error);
