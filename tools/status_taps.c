/* SPDX-License-Identifier: MIT */
#include "status_taps.h"

#include "memory.h"
#include "ports.h"
#include "status_findings.h"

#include <stdlib.h>
#include <string.h>

static bool is_bridge(const struct interface *interface)
{
    return interface != NULL && strcmp(interface->kind, "bridge") == 0;
}

static void look(struct status *status, struct status_tap *tap)
{
    const struct interface *bridge;

    tap->master = interfaces_at_index(&status->interfaces, tap->interface->master);
    tap->holders = tap_holders_of(&status->holders, tap->interface->name, &tap->holders_count);
    tap->has_record = tap_alias_read(&tap->record, tap->interface->alias);
    if (!tap->has_record) {
        tap->record = (struct tap_alias){.has_since = false}; /* what was read of it means nothing */
        return;
    }
    bridge = interfaces_find(&status->interfaces, tap->record.bridge);
    tap->bridge = is_bridge(bridge) ? bridge : NULL;
    tap->has_number = tap->bridge != NULL && tap_number_find(&status->interfaces, tap->interface, tap->record.uid,
                                                             tap->bridge->index, &tap->number);
    tap->verdict =
        status_verdict_of(&status->verdicts, status_owner_of(&status->verdicts, tap->record.uid), tap->record.bridge);
}

void status_make(struct status *status)
{
    *status = (struct status){.taps = NULL};
    interfaces_read(&status->interfaces);
    if (status->interfaces.are_known)
        ports_read(&status->interfaces);
    for (size_t i = 0; i < status->interfaces.count; i++) {
        if (!tap_is_ours(&status->interfaces.items[i]))
            continue;
        status->taps = memory_grow(status->taps, status->taps_count, sizeof *status->taps);
        status->taps[status->taps_count++] = (struct status_tap){.interface = &status->interfaces.items[i]};
    }
    if (status->taps_count == 0)
        return;
    tap_holders_read(&status->holders);
    for (size_t i = 0; i < status->taps_count; i++)
        look(status, &status->taps[i]);
    for (size_t i = 0; i < status->taps_count; i++)
        status_find(status, &status->taps[i]);
}

bool status_tap_is_in_place(const struct status_tap *tap)
{
    return tap->bridge != NULL && tap->master == tap->bridge;
}

struct status_port status_tap_port(const struct status_tap *tap)
{
    const struct port *port = &tap->interface->port;
    struct status_port in_force = {
        .is_isolated = port->is_isolated,
        .is_guarded = port->is_guarded && port->protects_root,
        .is_locked = port->is_locked,
    };

    if (port->is_locked && !port->is_learning && !port->is_flooded && port->fixed_count == 1 && port->is_sticky)
        in_force.mac = port->fixed;
    if (is_bridge(tap->master) && tap->master->is_vlan_aware && port->vlans_count == 1)
        in_force.vlan = port->vlan;
    return in_force;
}

/* The carrier of a tap is that some process holds it: tun_set_iff() and __tun_detach() in drivers/net/tun.c. */
bool status_tap_is_unheld(const struct status_tap *tap)
{
    return tap->holders_count == 0 && !tap->interface->has_carrier;
}

bool status_is_whole(const struct status *status)
{
    for (size_t i = 0; i < status->verdicts.count; i++)
        if (!status_verdict_is_there(status->verdicts.items[i]))
            return false;
    return status->interfaces.are_known;
}

void status_free(struct status *status)
{
    for (size_t i = 0; i < status->taps_count; i++) {
        struct status_tap *tap = &status->taps[i];
        for (size_t j = 0; j < tap->findings_count; j++) {
            free(tap->findings[j].message);
            free(tap->findings[j].cure);
        }
        free(tap->findings);
    }
    free(status->taps);
    status_verdicts_free(&status->verdicts);
    tap_holders_free(&status->holders);
    interfaces_free(&status->interfaces);
    *status = (struct status){.taps = NULL};
}
