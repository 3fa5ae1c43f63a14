/* SPDX-License-Identifier: MIT */
/* The public header compiles alone, as C11 without extensions. */
#include "vmnetacl.h"

_Static_assert(VMNETACL_ALLOW != 0, "memory that nobody filled in permits nothing");
_Static_assert(VMNETACL_VERSION_NUMBER ==
                   VMNETACL_VERSION_MAJOR * 1000000 + VMNETACL_VERSION_MINOR * 1000 + VMNETACL_VERSION_PATCH,
               "the versions are one");
