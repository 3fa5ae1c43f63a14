/* SPDX-License-Identifier: MIT */
/*
 * Runs with CAP_NET_ADMIN in effect and behind the seccomp filter. See bridge(8), and br_fdb_add(), br_fdb_delete() and
 * br_fdb_get() in net/bridge/br_fdb.c.
 */
#include "address.h"

#include "bridge.h"
#include "message.h"
#include "netlink.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

/* An entry of the database. */
struct entry {
    int index; /* of the port, or of the bridge itself; 0: there is none */
    uint16_t state;
    uint8_t flags;
};

/* The VLAN that the frames of the port are in. Without VLANs, and without the attribute, it is 0. */
static uint16_t vlan_of(const struct bridge *bridge, const struct vmnetacl_grant *grant)
{
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0)
        return (uint16_t)grant->vlan;
    return bridge->vlan_filtering == 1 ? (uint16_t)bridge->default_pvid : 0;
}

static void put_entry(struct netlink *netlink, uint16_t type, uint16_t flags, const struct ndmsg *entry,
                      const struct bridge *bridge, const struct vmnetacl_grant *grant)
{
    uint16_t vlan = vlan_of(bridge, grant);

    (void)netlink_start(netlink, type, flags, entry, sizeof *entry); /* only the last one's number matters */
    netlink_put(netlink, NDA_LLADDR, grant->mac, sizeof grant->mac);
    if (vlan != 0)
        netlink_put(netlink, NDA_VLAN, &vlan, sizeof vlan);
}

static struct entry find_entry(struct netlink *netlink, int index, const struct bridge *bridge,
                               const struct vmnetacl_grant *grant)
{
    const struct ndmsg question = {.ndm_family = AF_BRIDGE, .ndm_ifindex = index};
    struct entry entry = {.index = 0};
    const struct nlmsghdr *message;
    struct ndmsg found;

    put_entry(netlink, RTM_GETNEIGH, 0, &question, bridge, grant);
    netlink_send(netlink);
    while ((message = netlink_next(netlink)) != NULL) {
        if (message->nlmsg_len < NLMSG_LENGTH(sizeof found))
            continue;
        memcpy(&found, NLMSG_DATA(message), sizeof found);
        entry = (struct entry){.index = found.ndm_ifindex, .state = found.ndm_state, .flags = found.ndm_flags};
    }
    return entry;
}

/* Did a port learn it from a frame? Then it may be replaced. */
static bool is_learned(const struct entry *entry)
{
    return (entry->state & (NUD_REACHABLE | NUD_STALE)) != 0 && (entry->flags & (NTF_STICKY | NTF_EXT_LEARNED)) == 0;
}

/* Only the entry that this port has: if another program makes one of another port meanwhile, that one stays. */
static void forget_learned(struct netlink *netlink, const struct entry *learned, const struct bridge *bridge,
                           const struct vmnetacl_grant *grant)
{
    const struct ndmsg entry = {.ndm_family = AF_BRIDGE, .ndm_ifindex = learned->index, .ndm_flags = NTF_MASTER};

    put_entry(netlink, RTM_DELNEIGH, 0, &entry, bridge, grant);
}

void address_pin(struct netlink *netlink, int port_index, const struct bridge *bridge,
                 const struct vmnetacl_decision *decision)
{
    const struct vmnetacl_grant *grant = &decision->grant;
    const struct ndmsg entry = {.ndm_family = AF_BRIDGE,
                                .ndm_ifindex = port_index,
                                .ndm_state = NUD_NOARP,
                                .ndm_flags = NTF_MASTER | NTF_STICKY};
    struct entry other = {.index = 0};

    /* A busy port can learn it once more between the two messages, but not for ever. */
    for (int attempt = 0; attempt < 16; attempt++) {
        uint32_t failed;
        if (other.index != 0)
            forget_learned(netlink, &other, bridge, grant);
        put_entry(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, &entry, bridge, grant);
        netlink_send(netlink);
        do
            failed = netlink_wait(netlink);
        while (failed != 0 && failed != netlink->sequence); /* a learned entry that is gone already is as good */
        if (failed == 0)
            return;
        if (errno != EEXIST)
            die(EX_OSERR, "cannot give the port the address of %s:%u: %m", decision->rule.file, decision->rule.line);
        other = find_entry(netlink, port_index, bridge, grant);
        if (other.index != 0 && !is_learned(&other))
            die(EX_TEMPFAIL,
                "another port of the bridge, or the bridge itself, has the address of %s:%u; end the guest that uses "
                "it, and see 'bridge fdb show'",
                decision->rule.file, decision->rule.line);
    }
    die(EX_TEMPFAIL, "another port sends from the address of %s:%u all the time; end the guest that uses it",
        decision->rule.file, decision->rule.line);
}

bool address_is_pinned(struct netlink *netlink, int port_index, const struct bridge *bridge,
                       const struct vmnetacl_grant *grant)
{
    struct entry entry = find_entry(netlink, port_index, bridge, grant);

    return entry.index == port_index && entry.state == NUD_NOARP && (entry.flags & NTF_STICKY) != 0;
}
