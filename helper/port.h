/* SPDX-License-Identifier: MIT */
/* The tap as a port of the bridge, with what the rule's options say. */
#pragma once

#include "vmnetacl.h"

struct bridge;
struct netlink;
struct tap;

/*
 * Phase 9: plug the tap into the bridge.
 *
 * True when it ends: it is a port of the bridge with the rule's options, and up; the netlink socket is closed. Each
 * option that the kernel keeps at the port was read back, and compared, before the port came up: the kernel ignores an
 * attribute that it does not know, and says that it was set.
 * It must not: let the port be up before that.
 */
void port_plug(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge,
               const struct vmnetacl_decision *decision);
