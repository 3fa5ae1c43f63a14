/* SPDX-License-Identifier: MIT */
/*
 * What rtnetlink does not tell about an interface, and sysfs does (Documentation/ABI/testing/sysfs-class-net). It is
 * believed only when it shows this interface, and not one of another network namespace.
 */
#pragma once

#include "interfaces.h"

/* Does its address change with its ports, since none was set? false also when that is unknown. */
bool interface_has_floating_address(const struct interface *interface);

/* Is it a device, or a VLAN, a bond or the like of one? Where sysfs does not show it: has it no kind? */
bool interface_leads_outside(const struct interface *interface);
