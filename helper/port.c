/* SPDX-License-Identifier: MIT */
/*
 * Runs with CAP_NET_ADMIN in effect and behind the seccomp filter: it allocates and opens nothing. The options of a
 * port: ip-link(8) and bridge(8); br_setport() and br_setlink() in net/bridge/br_netlink.c.
 */
#include "port.h"

#include "address.h"
#include "attribute.h"
#include "bridge.h"
#include "message.h"
#include "netlink.h"
#include "tap.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define PORT_OPTIONS (VMNETACL_OPTION_ISOLATED | VMNETACL_OPTION_GUARD | VMNETACL_OPTION_MAC | VMNETACL_OPTION_VLAN)
#define LOCKED       39 /* IFLA_BRPORT_LOCKED of Linux 5.18; older headers lack it */

/* The attributes of a port that options set, and to what. */
static const struct {
    uint32_t option;
    uint16_t type;
    uint8_t value;
    const char *lacking; /* what the option needs */
} attributes[] = {
    {VMNETACL_OPTION_ISOLATED, IFLA_BRPORT_ISOLATED, 1, "'isolated' needs Linux 4.18 or later"},
    {VMNETACL_OPTION_GUARD, IFLA_BRPORT_GUARD, 1, "'guard' needs a bridge with BPDU guard"},
    {VMNETACL_OPTION_GUARD, IFLA_BRPORT_PROTECT, 1, "'guard' needs a bridge with root block"},
    {VMNETACL_OPTION_MAC, IFLA_BRPORT_LEARNING, 0, "'mac' needs a bridge whose ports need not learn"},
    {VMNETACL_OPTION_MAC, IFLA_BRPORT_UNICAST_FLOOD, 0, "'mac' needs a bridge whose ports need not be flooded"},
    {VMNETACL_OPTION_MAC, LOCKED, 1, "'mac' needs Linux 5.18 or later"},
};

static uint32_t start_message(struct netlink *netlink, uint16_t type, uint8_t family, int index, unsigned flags)
{
    const struct ifinfomsg link = {.ifi_family = family, .ifi_index = index, .ifi_flags = flags, .ifi_change = flags};

    return netlink_start(netlink, type, 0, &link, sizeof link);
}

/* No link-local address of the host's on the port: the host talks through the bridge. */
static void put_no_address_generation(struct netlink *netlink)
{
    struct {
        struct nlattr inet6;
        struct nlattr mode;
        uint8_t none[4]; /* one byte and what aligns the next attribute */
    } families = {
        .inet6 = {.nla_type = AF_INET6, .nla_len = sizeof families},
        .mode = {.nla_type = IFLA_INET6_ADDR_GEN_MODE, .nla_len = sizeof families.mode + 1},
        .none = {IN6_ADDR_GEN_MODE_NONE},
    };

    netlink_put(netlink, IFLA_AF_SPEC, &families, sizeof families);
}

static void put_port(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge)
{
    netlink_put(netlink, IFLA_MTU, &bridge->mtu, sizeof bridge->mtu);
    netlink_put(netlink, IFLA_ADDRESS, tap->address, sizeof tap->address);
    netlink_put(netlink, IFLA_IFALIAS, tap->alias, strlen(tap->alias));
    netlink_put(netlink, IFLA_MASTER, &bridge->ifindex, sizeof bridge->ifindex);
}

static void put_vlan(struct netlink *netlink, uint32_t vlan, uint16_t flags)
{
    const struct bridge_vlan_info info = {.vid = (uint16_t)vlan, .flags = flags};
    size_t nest = netlink_nest(netlink, IFLA_AF_SPEC);

    netlink_put(netlink, IFLA_BRIDGE_VLAN_INFO, &info, sizeof info);
    netlink_nest_end(netlink, nest);
}

/* AF_BRIDGE: the kernel accepts the same with AF_UNSPEC, and does nothing. */
static void put_options(struct netlink *netlink, int index, const struct bridge *bridge,
                        const struct vmnetacl_grant *grant)
{
    size_t nest;

    if ((grant->options & PORT_OPTIONS) == 0)
        return;
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0 && bridge->default_pvid != 0) {
        (void)start_message(netlink, RTM_DELLINK, AF_BRIDGE, index, 0); /* not looked at alone */
        put_vlan(netlink, bridge->default_pvid, 0);
    }
    (void)start_message(netlink, RTM_SETLINK, AF_BRIDGE, index, 0);
    nest = netlink_nest(netlink, IFLA_PROTINFO);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if ((grant->options & attributes[i].option) != 0)
            netlink_put(netlink, attributes[i].type, &attributes[i].value, sizeof attributes[i].value);
    netlink_nest_end(netlink, nest);
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0)
        put_vlan(netlink, grant->vlan, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
}

static void send_port(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge,
                      const struct vmnetacl_decision *decision)
{
    uint32_t address_generation = start_message(netlink, RTM_SETLINK, AF_UNSPEC, tap->ifindex, 0);
    uint32_t plug;
    uint32_t failed;

    /* Two messages: an MTU below IPv6's least takes IPv6 off the link, and with it what the first one sets. */
    put_no_address_generation(netlink);
    plug = start_message(netlink, RTM_SETLINK, AF_UNSPEC, tap->ifindex, 0);
    put_port(netlink, tap, bridge);
    put_options(netlink, tap->ifindex, bridge, &decision->grant);
    netlink_send(netlink);
    while ((failed = netlink_wait(netlink)) != 0) {
        if (failed == address_generation && errno == EAFNOSUPPORT)
            continue; /* a kernel without IPv6 */
        if (failed > plug)
            die(EX_UNAVAILABLE, "the kernel refuses the options of %s:%u: %m; see vmnet-rules(5) for what they need",
                decision->rule.file, decision->rule.line);
        if (errno == EXFULL)
            die(EX_UNAVAILABLE, "the bridge has as many ports as it can have; shut down a guest or use another bridge");
        if (errno == EINVAL) /* do_set_master() and dev_validate_mtu() in net/core */
            die(EX_UNAVAILABLE,
                "cannot plug the tap into the bridge: %m; it is gone, or its MTU is above a tap's 65521");
        die(EX_OSERR, "cannot plug the tap into the bridge: %m");
    }
}

static noreturn void die_changed(const struct tap *tap)
{
    die(EX_TEMPFAIL, "another program has changed the port '%s' while it was set up; try again", tap->name);
}

static void require_attributes(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge,
                               const struct vmnetacl_decision *decision)
{
    const struct nlmsghdr *message;
    struct attribute all;
    uint32_t number;

    (void)netlink_ask_link(netlink, 0, tap->ifindex); /* the only question */
    netlink_send(netlink);
    message = netlink_next(netlink);
    if (message == NULL)
        die(EX_OSERR, "cannot read the port '%s' back: %m", tap->name);
    all = attribute_all(message, sizeof(struct ifinfomsg));
    if (!attribute_number(attribute_find(all, IFLA_MASTER), &number) || number != (uint32_t)bridge->ifindex)
        die_changed(tap);
    all = attribute_find(attribute_find(all, IFLA_LINKINFO), IFLA_INFO_SLAVE_DATA);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if ((decision->grant.options & attributes[i].option) != 0 &&
            (!attribute_number(attribute_find(all, attributes[i].type), &number) || number != attributes[i].value))
            die(EX_UNAVAILABLE, "the kernel does not do what %s:%u says: %s", decision->rule.file, decision->rule.line,
                attributes[i].lacking);
    while (message != NULL) /* to the end of the answer */
        message = netlink_next(netlink);
}

/* Is it the only VLAN of the port, and that of its untagged frames? br_vlan_rtm_dump() in net/bridge/br_vlan.c. */
static bool is_only_vlan(struct netlink *netlink, int index, uint32_t vlan)
{
    const struct br_vlan_msg port = {.family = AF_BRIDGE, .ifindex = (uint32_t)index};
    const uint16_t wanted = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
    const struct nlmsghdr *message;
    size_t right = 0;
    size_t wrong = 0;

    (void)netlink_start(netlink, RTM_GETVLAN, NLM_F_DUMP, &port, sizeof port); /* the only question */
    netlink_send(netlink);
    while ((message = netlink_next(netlink)) != NULL) {
        struct attribute entries = attribute_all(message, sizeof port);
        struct attribute entry;
        uint16_t type;
        while (attribute_take(&entries, &entry, &type)) {
            struct attribute info = attribute_find(entry, BRIDGE_VLANDB_ENTRY_INFO);
            struct bridge_vlan_info found = {.vid = 0};
            if (info.len == sizeof found)
                memcpy(&found, info.at, sizeof found);
            if (found.vid == vlan && (found.flags & wanted) == wanted &&
                attribute_find(entry, BRIDGE_VLANDB_ENTRY_RANGE).at == NULL)
                right++;
            else
                wrong++;
        }
    }
    if (errno != 0)
        die(EX_OSERR, "cannot read the VLANs of the port back: %m");
    return right == 1 && wrong == 0;
}

/* What is kept elsewhere than at the port. */
static void require_rest(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge,
                         const struct vmnetacl_decision *decision)
{
    const struct vmnetacl_grant *grant = &decision->grant;

    if ((grant->options & VMNETACL_OPTION_MAC) != 0 && !address_is_pinned(netlink, tap->ifindex, bridge, grant))
        die_changed(tap);
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0 && !is_only_vlan(netlink, tap->ifindex, grant->vlan))
        die_changed(tap);
    bridge_require_unchanged(bridge, netlink, decision);
}

void port_plug(struct netlink *netlink, const struct tap *tap, const struct bridge *bridge,
               const struct vmnetacl_decision *decision)
{
    send_port(netlink, tap, bridge, decision);
    /* First what the kernel knows of these: on a kernel that cannot lock ports, no entry of others is touched. */
    if ((decision->grant.options & PORT_OPTIONS) != 0)
        require_attributes(netlink, tap, bridge, decision);
    if ((decision->grant.options & VMNETACL_OPTION_MAC) != 0)
        address_pin(netlink, tap->ifindex, bridge, decision);
    require_rest(netlink, tap, bridge, decision);
    /* Sent separately: after a failed message the kernel goes on with the next; in one message, up would come first. */
    (void)start_message(netlink, RTM_SETLINK, AF_UNSPEC, tap->ifindex, IFF_UP); /* the only one that is answered */
    netlink_send(netlink);
    if (netlink_wait(netlink) != 0)
        die(EX_OSERR, "cannot bring the tap up: %m");
    (void)close(netlink->fd); /* the kernel has answered: nothing to fail */
}
