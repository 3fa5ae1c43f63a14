/* SPDX-License-Identifier: MIT */
/* What the vmnet-helper of this build can do. */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

/* A static vmnet-helper cannot load the modules of the name service. */
static const bool helper_looks_up_names = VMNET_HELPER_LOOKS_UP_NAMES;

/* An option of the grant that it cannot enforce, so that it refuses the request; false when there is none. */
static inline bool helper_lacks_option(const struct vmnetacl_grant *grant, struct vmnetacl_option *option)
{
    const uint32_t enforced = VMNET_HELPER_ENFORCES;

    for (size_t i = 0; vmnetacl_option_at(grant, i, option); i++)
        if ((option->bit & enforced) == 0)
            return true;
    return false;
}
