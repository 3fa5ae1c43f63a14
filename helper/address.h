/* SPDX-License-Identifier: MIT */
/* The address that the option mac gives a port, as an entry of the bridge's forwarding database (FDB). */
#pragma once

#include "vmnetacl.h"

#include <stdbool.h>

struct bridge;
struct netlink;

/*
 * Part of port_plug(): make a static and sticky entry for the port. One that another port has merely learned is
 * replaced; any other entry of the address refuses.
 */
void address_pin(struct netlink *netlink, int port_index, const struct bridge *bridge,
                 const struct vmnetacl_decision *decision);

/* Is there that entry? */
bool address_is_pinned(struct netlink *netlink, int port_index, const struct bridge *bridge,
                       const struct vmnetacl_grant *grant);
