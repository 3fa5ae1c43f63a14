/* SPDX-License-Identifier: MIT */
/* What the vmnet-helper of this build can do. */
#pragma once

#include <stdbool.h>

/* A static vmnet-helper cannot load the modules of the name service. */
static const bool helper_looks_up_names = VMNET_HELPER_LOOKS_UP_NAMES;
