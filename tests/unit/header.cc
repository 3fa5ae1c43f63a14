/* SPDX-License-Identifier: MIT */
/* The public header compiles alone, as C++17 without extensions. */
#include "vmnetacl.h"

static_assert(VMNETACL_ALLOW != 0, "memory that nobody filled in permits nothing");
