/* SPDX-License-Identifier: MIT */
/* What to do about a bridge that does not exist. */
#pragma once

#include "interfaces.h"
#include "vmnetacl.h"

#include <stdbool.h>

/* What starts libvirt's network. */
#define LIBVIRT_START "virsh --connect qemu:///system net-start default"

/* Is it the bridge of libvirt's network 'default', which is defined and not started? */
bool missing_bridge_is_of_libvirt(const struct interfaces *interfaces, const char *name);

/*
 * A hint that begins with "; ", to be freed: how to start libvirt's network, or the name of a bridge that exists, or
 * that a rule of the policy allows, and that the name is like. "" when there is none. policy may be NULL.
 */
char *missing_bridge_hint(const struct interfaces *interfaces, const struct vmnetacl_policy *policy, const char *name);
