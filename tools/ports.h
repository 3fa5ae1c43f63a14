/* SPDX-License-Identifier: MIT */
/* What a list of interfaces does not have about the ports of bridges: their VLANs, and their static addresses. */
#pragma once

#include "interfaces.h"

/* Fill it in for each port of interfaces that are known. If that fails, they are not known any more. */
void ports_read(struct interfaces *interfaces);
