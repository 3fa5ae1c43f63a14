/* SPDX-License-Identifier: MIT */
/* The public header compiles alone, as C11 without extensions. */
#include "vmnetacl.h"

_Static_assert(VMNETACL_ALLOW != 0, "memory that nobody filled in permits nothing");
