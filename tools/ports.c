/* SPDX-License-Identifier: MIT */
/*
 * Format: br_fill_ifinfo() in net/bridge/br_netlink.c, fdb_fill_info() in net/bridge/br_fdb.c. With one of its VLANs in
 * each attribute, a port that has all of them would not fit into a message, so ranges are asked for.
 */
#include "ports.h"

#include "netlink_dump.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

/* As in Linux 5.0; older headers lack it. */
#define ENTRY_STICKY 0x40

/* NULL when there is none, since it is newer than the list. */
static struct port *port_at(struct interfaces *interfaces, uint32_t index)
{
    for (size_t i = 0; i < interfaces->count; i++)
        if (interfaces->items[i].index == index)
            return &interfaces->items[i].port;
    return NULL;
}

static void forget_vlans(void *data)
{
    struct interfaces *interfaces = data;

    for (size_t i = 0; i < interfaces->count; i++)
        interfaces->items[i].port.vlans_count = interfaces->items[i].port.vlan = 0;
}

static void forget_addresses(void *data)
{
    struct interfaces *interfaces = data;

    for (size_t i = 0; i < interfaces->count; i++)
        interfaces->items[i].port.fixed_count = 0;
}

static void add_vlans(struct port *port, struct netlink_bytes list)
{
    const unsigned untagged = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
    struct bridge_vlan_info vlan;
    struct netlink_bytes value;
    unsigned type;

    while (netlink_take_attribute(&list, &type, &value)) {
        if (type != IFLA_BRIDGE_VLAN_INFO || !netlink_take(&value, &vlan, sizeof vlan))
            continue;
        port->vlans_count++;
        port->vlan = (vlan.flags & untagged) == untagged ? vlan.vid : 0;
    }
}

static void read_vlans(struct netlink_bytes message, void *data)
{
    struct netlink_bytes value;
    struct ifinfomsg info;
    struct port *port;
    unsigned type;

    if (!netlink_take(&message, &info, sizeof info) || info.ifi_family != AF_BRIDGE)
        return;
    port = port_at(data, (uint32_t)info.ifi_index);
    while (port != NULL && netlink_take_attribute(&message, &type, &value))
        if (type == IFLA_AF_SPEC)
            add_vlans(port, value);
}

/* The same address can have an entry for each VLAN. */
static void add_address(struct port *port, const unsigned char *address, bool is_sticky)
{
    if (port->fixed_count > 0 && memcmp(port->fixed, address, sizeof port->fixed) == 0) {
        port->is_sticky = port->is_sticky && is_sticky;
        return;
    }
    if (port->fixed_count++ > 0)
        return;
    memcpy(port->fixed, address, sizeof port->fixed);
    port->is_sticky = is_sticky;
}

static void read_address(struct netlink_bytes message, void *data)
{
    struct netlink_bytes value;
    struct ndmsg entry;
    struct port *port;
    unsigned type;

    if (!netlink_take(&message, &entry, sizeof entry) || (entry.ndm_state & NUD_NOARP) == 0)
        return;
    port = port_at(data, (uint32_t)entry.ndm_ifindex);
    while (port != NULL && netlink_take_attribute(&message, &type, &value))
        if (type == NDA_LLADDR && value.len == sizeof port->fixed)
            add_address(port, value.start, (entry.ndm_flags & ENTRY_STICKY) != 0);
}

void ports_read(struct interfaces *interfaces)
{
    static const struct netlink_question vlans = {
        .type = RTM_GETLINK,
        .answer = RTM_NEWLINK,
        .family = AF_BRIDGE,
        .mask = RTEXT_FILTER_BRVLAN_COMPRESSED | RTEXT_FILTER_SKIP_STATS,
        .begin = forget_vlans,
        .visit = read_vlans,
    };
    static const struct netlink_question addresses = {
        .type = RTM_GETNEIGH,
        .answer = RTM_NEWNEIGH,
        .family = AF_BRIDGE,
        .begin = forget_addresses,
        .visit = read_address,
    };
    int error = netlink_dump(&vlans, interfaces);

    if (error == 0)
        error = netlink_dump(&addresses, interfaces);
    if (error == 0)
        return;
    interfaces_free(interfaces);
    interfaces->error = error;
}
