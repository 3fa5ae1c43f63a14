/* SPDX-License-Identifier: MIT */
/* The bridges of the network namespace of this process. */
#pragma once

#include "interfaces.h"

#include <stdbool.h>
#include <stddef.h>

/* What is known about the interface with a name. Its pointers live as long as the interfaces. */
struct bridge {
    bool is_known;  /* false: the kernel did not say, and all else is false or NULL, too */
    bool exists;    /* an interface has this name, as its first one */
    bool is_bridge; /* and is a bridge */
    bool is_up;
    const struct interface *interface; /* NULL: none has this name */
    const struct interface *other;     /* the one that has it only as an alternative name, which vmnet-helper refuses */
    const struct interface *port_of;   /* the bridge that it is a port of */
};

void bridge_look(struct bridge *bridge, const struct interfaces *interfaces, const char *name);

/*
 * Can a guest that comes or goes change the address of this bridge? Not when an address was set; nor when the lowest
 * one of its ports, which Linux gives it (br_stp_recalculate_bridge_id() in net/bridge/br_stp_if.c), is that of a port
 * which is no tap, and lower than those of guests, which begin with fe.
 */
bool bridge_address_can_change(const struct interfaces *interfaces, const struct interface *bridge);

/* The names of all bridges, in the order of strcmp(3). Only *names is to be freed; it is NULL when there are none. */
void bridges_list(const struct interfaces *interfaces, const char ***names, size_t *names_count);
