/* SPDX-License-Identifier: MIT */
/* The bridges that a list can have, asked about one by one: the names that one verdict is due to may be fewer. */
#pragma once

#include "vmnetacl.h"

/*
 * As vmnetacl_enumerate(), for when vmnetacl_resolve() has failed about all bridges with this status and this error.
 * A name without a verdict stops nothing: the status and the error of the first such are returned after the last name.
 */
enum vmnetacl_status candidates_enumerate(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                          enum vmnetacl_status status,
                                          bool (*visit)(const char *bridge, const struct vmnetacl_decision *decision,
                                                        void *data),
                                          void *data, struct vmnetacl_error *error);
