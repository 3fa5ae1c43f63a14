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
#include <stdnoreturn.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

/* An entry of the database. */
struct entry {
    int index; /* of the port, or of the bridge itself; 0: there is none */
    uint16_t state;
    uint8_t flags;
};

/*
 * The VLANs in which the entry is made. Without VLAN filtering that is VLAN 0, which frames then count as, and, since
 * the kernel adds the VLANs that the port would be in, the default one.
 */
struct vlans {
    uint16_t list[2]; /* the entry is asked for by the first one; 0 is written as no VLAN */
    size_t count;
};

static struct vlans vlans_of(const struct bridge *bridge, const struct vmnetacl_grant *grant)
{
    if ((grant->options & VMNETACL_OPTION_VLAN) != 0)
        return (struct vlans){.list = {(uint16_t)grant->vlan}, .count = 1};
    if (bridge->vlan_filtering == 1 || bridge->default_pvid == 0)
        return (struct vlans){.list = {(uint16_t)bridge->default_pvid}, .count = 1};
    return (struct vlans){.list = {0, (uint16_t)bridge->default_pvid}, .count = 2};
}

static void put_entry(struct netlink *netlink, uint16_t type, uint16_t flags, const struct ndmsg *entry, uint16_t vlan,
                      const struct vmnetacl_grant *grant)
{
    (void)netlink_start(netlink, type, flags, entry, sizeof *entry); /* only the last one's number matters */
    netlink_put(netlink, NDA_LLADDR, grant->mac, sizeof grant->mac);
    if (vlan != 0)
        netlink_put(netlink, NDA_VLAN, &vlan, sizeof vlan);
}

static struct entry find_entry(struct netlink *netlink, int index, uint16_t vlan, const struct vmnetacl_grant *grant)
{
    const struct ndmsg question = {.ndm_family = AF_BRIDGE, .ndm_ifindex = index};
    struct entry entry = {.index = 0};
    const struct nlmsghdr *message;
    struct ndmsg found;

    put_entry(netlink, RTM_GETNEIGH, 0, &question, vlan, grant);
    netlink_send(netlink);
    while ((message = netlink_next(netlink)) != NULL) {
        if (message->nlmsg_type != RTM_NEWNEIGH || message->nlmsg_len < NLMSG_LENGTH(sizeof found))
            continue;
        memcpy(&found, netlink_data(message), sizeof found);
        entry = (struct entry){.index = found.ndm_ifindex, .state = found.ndm_state, .flags = found.ndm_flags};
    }
    return entry;
}

/* Will it age? As one that was learned from a frame. */
static bool is_learned(const struct entry *entry)
{
    return (entry->state & (NUD_REACHABLE | NUD_STALE)) != 0 && (entry->flags & (NTF_STICKY | NTF_EXT_LEARNED)) == 0;
}

static noreturn void die_taken(const struct vmnetacl_decision *decision)
{
    die(EX_TEMPFAIL,
        "another port of the bridge, or the bridge itself, has the address of %s:%u; 'vmnetctl status' and 'bridge fdb "
        "show' tell which: end the guest that uses it",
        decision->rule.file, decision->rule.line);
}

/*
 * Put messages that remove what is in the way: entries that other ports have learned, and what a try of ours has left.
 * Any other entry refuses. An entry is removed only from the port that was seen to have it; that root makes it static
 * there at this moment is not seen. Without VLAN filtering, the kernel removes it from all VLANs of that port, and
 * those that only that port has are not looked at.
 */
static void put_removals(struct netlink *netlink, int port_index, const struct vlans *vlans,
                         const struct vmnetacl_decision *decision)
{
    struct entry found[2];

    for (size_t i = 0; i < vlans->count; i++) {
        found[i] = find_entry(netlink, port_index, vlans->list[i], &decision->grant);
        if (found[i].index != 0 && found[i].index != port_index && !is_learned(&found[i]))
            die_taken(decision);
    }
    for (size_t i = 0; i < vlans->count; i++) {
        const struct ndmsg entry = {.ndm_family = AF_BRIDGE, .ndm_ifindex = found[i].index, .ndm_flags = NTF_MASTER};
        if (found[i].index != 0)
            put_entry(netlink, RTM_DELNEIGH, 0, &entry, vlans->list[i], &decision->grant);
    }
}

void address_pin(struct netlink *netlink, int port_index, const struct bridge *bridge,
                 const struct vmnetacl_decision *decision)
{
    const struct vlans vlans = vlans_of(bridge, &decision->grant);
    const struct ndmsg entry = {.ndm_family = AF_BRIDGE,
                                .ndm_ifindex = port_index,
                                .ndm_state = NUD_NOARP,
                                .ndm_flags = NTF_MASTER | NTF_STICKY};

    /* A busy port can learn it once more between the removal and the new entry, but not for ever. */
    for (int attempt = 0; attempt < 16; attempt++) {
        uint32_t failed;
        if (attempt > 0)
            put_removals(netlink, port_index, &vlans, decision);
        put_entry(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, &entry, vlans.list[0], &decision->grant);
        netlink_send(netlink);
        do
            failed = netlink_wait(netlink);
        while (failed != 0 && failed != netlink->sequence); /* an entry that is gone already is as good */
        if (failed == 0)
            return;
        if (errno != EEXIST)
            die(EX_OSERR, "cannot give the port the address of %s:%u: %m", decision->rule.file, decision->rule.line);
    }
    die(EX_TEMPFAIL, "another port sends from the address of %s:%u all the time; end the guest that uses it",
        decision->rule.file, decision->rule.line);
}

bool address_is_pinned(struct netlink *netlink, int port_index, const struct bridge *bridge,
                       const struct vmnetacl_grant *grant)
{
    const struct vlans vlans = vlans_of(bridge, grant);
    struct entry entry = find_entry(netlink, port_index, vlans.list[0], grant);

    return entry.index == port_index && entry.state == NUD_NOARP && (entry.flags & NTF_STICKY) != 0;
}
