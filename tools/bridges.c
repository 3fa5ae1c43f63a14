/* SPDX-License-Identifier: MIT */
#include "bridges.h"

#include "interface_sysfs.h"
#include "memory.h"
#include "vmnetacl.h"

#include <string.h>

/* The first byte of the address of a tap: vmnet-helper's, qemu-bridge-helper's and libvirt's begin with it. */
#define GUEST_ADDRESS_FIRST 0xfe

static bool is_bridge(const struct interface *interface)
{
    return interface != NULL && strcmp(interface->kind, "bridge") == 0;
}

void bridge_look(struct bridge *bridge, const struct interfaces *interfaces, const char *name)
{
    const struct interface *found = interfaces_find(interfaces, name);
    const struct interface *master;

    *bridge = (struct bridge){.is_known = interfaces->are_known, .interface = found};
    if (found == NULL) {
        bridge->other = interfaces_find_by_other_name(interfaces, name);
        return;
    }
    bridge->exists = true;
    bridge->is_bridge = is_bridge(found);
    bridge->is_up = found->is_up;
    master = interfaces_at_index(interfaces, found->master);
    bridge->port_of = is_bridge(master) ? master : NULL;
}

bool bridge_address_can_change(const struct interfaces *interfaces, const struct interface *bridge)
{
    const struct interface *lowest = NULL;

    if (!interface_has_floating_address(bridge))
        return false;
    for (size_t i = 0; i < interfaces->count; i++) {
        const struct interface *port = &interfaces->items[i];
        if (port->master == bridge->index && port->has_address &&
            (lowest == NULL || memcmp(port->address, lowest->address, sizeof port->address) < 0))
            lowest = port;
    }
    return lowest == NULL || strcmp(lowest->kind, "tun") == 0 || lowest->address[0] >= GUEST_ADDRESS_FIRST;
}

void bridges_list(const struct interfaces *interfaces, const char ***names, size_t *names_count)
{
    *names = NULL;
    *names_count = 0;
    for (size_t i = 0; i < interfaces->count; i++) {
        const char *name = interfaces->items[i].name;
        if (!is_bridge(&interfaces->items[i]) || !vmnetacl_name_valid(name, strlen(name)))
            continue;
        *names = memory_grow(*names, *names_count, sizeof **names);
        (*names)[(*names_count)++] = name;
    }
}
