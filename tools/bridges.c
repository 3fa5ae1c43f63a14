/* SPDX-License-Identifier: MIT */
#include "bridges.h"

#include "memory.h"
#include "vmnetacl.h"

#include <string.h>

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
