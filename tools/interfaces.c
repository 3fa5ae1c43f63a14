/* SPDX-License-Identifier: MIT */
/* Format: rtnetlink(7), rtnl_fill_ifinfo() in net/core/rtnetlink.c, br_port_fill_attrs() in net/bridge/br_netlink.c. */
#include "interfaces.h"

#include "memory.h"
#include "netlink_dump.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* As in Linux 5.18; older headers lack it. */
#define PORT_LOCKED 39

/* BR_KERNEL_STP in net/bridge/br_private.h; with 2, a program runs the protocol. */
#define KERNEL_STP 1

/* A name of at most VMNETACL_NAME_MAX bytes; of a longer one, "". */
static void read_name(struct netlink_bytes value, char *name)
{
    netlink_string(value, name, VMNETACL_NAME_MAX + 1);
}

static void read_bridge(struct interface *interface, struct netlink_bytes data)
{
    struct netlink_bytes value;
    unsigned type;

    while (netlink_take_attribute(&data, &type, &value))
        if (type == IFLA_BR_STP_STATE) {
            interface->runs_stp = netlink_number(value) != 0;
            interface->has_kernel_stp = netlink_number(value) == KERNEL_STP;
        } else if (type == IFLA_BR_VLAN_FILTERING) {
            interface->is_vlan_aware = netlink_flag(value);
        } else if (type == IFLA_BR_VLAN_DEFAULT_PVID) {
            interface->knows_vlans = true; /* the one before is there in every kernel: br_fill_info() */
        } else if (type == IFLA_BR_FORWARD_DELAY) {
            interface->forward_delay_cs = netlink_number(value);
        }
}

static void read_tap(struct interface *interface, struct netlink_bytes data)
{
    struct netlink_bytes value;
    unsigned type;

    while (netlink_take_attribute(&data, &type, &value))
        if (type == IFLA_TUN_PERSIST)
            interface->is_persistent = netlink_flag(value);
}

static void read_port(struct port *port, struct netlink_bytes data)
{
    struct netlink_bytes value;
    unsigned type;

    while (netlink_take_attribute(&data, &type, &value))
        if (type == IFLA_BRPORT_ISOLATED)
            port->is_isolated = netlink_flag(value);
        else if (type == IFLA_BRPORT_GUARD)
            port->is_guarded = netlink_flag(value);
        else if (type == IFLA_BRPORT_PROTECT)
            port->protects_root = netlink_flag(value);
        else if (type == IFLA_BRPORT_LEARNING)
            port->is_learning = netlink_flag(value);
        else if (type == IFLA_BRPORT_UNICAST_FLOOD)
            port->is_flooded = netlink_flag(value);
        else if (type == PORT_LOCKED)
            port->is_locked = netlink_flag(value);
}

static void read_kind(struct interface *interface, struct netlink_bytes info)
{
    struct netlink_bytes value;
    struct netlink_bytes data = {.len = 0};
    struct netlink_bytes port_data = {.len = 0};
    char master_kind[VMNETACL_NAME_MAX + 1] = "";
    unsigned type;

    while (netlink_take_attribute(&info, &type, &value))
        if (type == IFLA_INFO_KIND)
            read_name(value, interface->kind);
        else if (type == IFLA_INFO_DATA)
            data = value;
        else if (type == IFLA_INFO_SLAVE_KIND)
            read_name(value, master_kind);
        else if (type == IFLA_INFO_SLAVE_DATA)
            port_data = value;
    if (strcmp(interface->kind, "bridge") == 0)
        read_bridge(interface, data);
    else if (strcmp(interface->kind, "tun") == 0)
        read_tap(interface, data);
    if (strcmp(master_kind, "bridge") == 0)
        read_port(&interface->port, port_data);
}

static void read_other_names(struct interfaces *interfaces, struct netlink_bytes list, uint32_t index)
{
    struct netlink_bytes value;
    unsigned type;

    while (netlink_take_attribute(&list, &type, &value)) {
        struct other_name other = {.index = index};
        if (type == IFLA_ALT_IFNAME)
            netlink_string(value, other.name, sizeof other.name);
        if (other.name[0] == '\0')
            continue;
        interfaces->other_names =
            memory_grow(interfaces->other_names, interfaces->other_names_count, sizeof *interfaces->other_names);
        interfaces->other_names[interfaces->other_names_count++] = other;
    }
}

static void read_attribute(struct interface *interface, unsigned type, struct netlink_bytes value)
{
    if (type == IFLA_IFNAME)
        read_name(value, interface->name);
    else if (type == IFLA_LINKINFO)
        read_kind(interface, value);
    else if (type == IFLA_MASTER)
        interface->master = netlink_number(value);
    else if (type == IFLA_MTU)
        interface->mtu = netlink_number(value);
    else if (type == IFLA_CARRIER)
        interface->has_carrier = netlink_flag(value);
    else if (type == IFLA_IFALIAS)
        interface->alias = memory_format("%.*s", (int)strnlen((const char *)value.start, value.len), value.start);
    if (type != IFLA_ADDRESS || value.len != sizeof interface->address)
        return;
    memcpy(interface->address, value.start, value.len);
    interface->has_address = true;
}

static void read_interface(struct netlink_bytes message, void *data)
{
    struct interfaces *interfaces = data;
    struct interface interface = {.index = 0};
    struct ifinfomsg info;
    struct netlink_bytes value;
    unsigned type;

    if (!netlink_take(&message, &info, sizeof info))
        return;
    interface.index = (uint32_t)info.ifi_index;
    interface.is_up = (info.ifi_flags & IFF_UP) != 0;
    while (netlink_take_attribute(&message, &type, &value))
        if (type == IFLA_PROP_LIST)
            read_other_names(interfaces, value, interface.index);
        else
            read_attribute(&interface, type, value);
    interface.has_link = interface.is_up && interface.has_carrier;
    interfaces->items = memory_grow(interfaces->items, interfaces->count, sizeof *interfaces->items);
    interfaces->items[interfaces->count++] = interface;
}

static void begin(void *data)
{
    interfaces_free(data);
}

static int compare_names(const void *left, const void *right)
{
    const struct interface *a = left;
    const struct interface *b = right;

    return strcmp(a->name, b->name);
}

void interfaces_read(struct interfaces *interfaces)
{
    static const struct netlink_question links = {
        .type = RTM_GETLINK,
        .answer = RTM_NEWLINK,
        .family = AF_UNSPEC,
        .mask = RTEXT_FILTER_SKIP_STATS,
        .begin = begin,
        .visit = read_interface,
    };
    int error;

    *interfaces = (struct interfaces){.items = NULL};
    error = netlink_dump(&links, interfaces);
    if (error != 0)
        interfaces_free(interfaces);
    interfaces->are_known = error == 0;
    interfaces->error = error;
    if (interfaces->count > 0)
        qsort(interfaces->items, interfaces->count, sizeof *interfaces->items, compare_names);
}

const struct interface *interfaces_find(const struct interfaces *interfaces, const char *name)
{
    struct interface wanted = {.index = 0};

    if (!vmnetacl_name_valid(name, strlen(name)) || interfaces->count == 0)
        return NULL;
    strcpy(wanted.name, name); /* at most VMNETACL_NAME_MAX bytes: it is valid */
    return bsearch(&wanted, interfaces->items, interfaces->count, sizeof *interfaces->items, compare_names);
}

const struct interface *interfaces_at_index(const struct interfaces *interfaces, uint32_t index)
{
    for (size_t i = 0; i < interfaces->count; i++)
        if (interfaces->items[i].index == index)
            return &interfaces->items[i];
    return NULL;
}

const struct interface *interfaces_find_by_other_name(const struct interfaces *interfaces, const char *name)
{
    for (size_t i = 0; i < interfaces->other_names_count; i++)
        if (strcmp(interfaces->other_names[i].name, name) == 0)
            return interfaces_at_index(interfaces, interfaces->other_names[i].index);
    return NULL;
}

void interfaces_free(struct interfaces *interfaces)
{
    for (size_t i = 0; i < interfaces->count; i++)
        free(interfaces->items[i].alias);
    free(interfaces->items);
    free(interfaces->other_names);
    *interfaces = (struct interfaces){.items = NULL};
}
