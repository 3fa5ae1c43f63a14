/* SPDX-License-Identifier: MIT */
#include "quota.h"

#include "attribute.h"
#include "bridge.h"
#include "caller.h"
#include "message.h"
#include "netlink.h"
#include "tap.h"

#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define PORTS_MAX 100 /* of many ports, looking at each takes longer than asking for each number */
#define BATCH     40  /* questions that fit one buffer, and whose answers fit a socket's */

static size_t count_used(const struct quota *quota)
{
    size_t count = 0;

    for (size_t i = 0; i < VMNETACL_LIMIT_MAX; i++)
        count += quota->is_used[i];
    return count;
}

/* Is it a name of this quota? Then its number is used. */
static void note_name(struct quota *quota, struct attribute name)
{
    size_t prefix_len = strlen(quota->prefix);
    size_t number = 0;
    size_t at = prefix_len;

    if (name.len <= prefix_len || memcmp(name.at, quota->prefix, prefix_len) != 0)
        return;
    for (; at < name.len && name.at[at] >= '0' && name.at[at] <= '9' && number < VMNETACL_LIMIT_MAX; at++)
        number = number * 10 + (size_t)(name.at[at] - '0');
    if (at > prefix_len && at + 1 == name.len && name.at[at] == '\0' && number < VMNETACL_LIMIT_MAX)
        quota->is_used[number] = true;
}

/*
 * Look at the names of each port of the bridge. False if there are many, or if ports came and went meanwhile, which any
 * user of the helper can bring about: then one may not have been seen.
 */
static bool look_at_ports(struct quota *quota, struct netlink *netlink, const struct bridge *bridge)
{
    const struct nlmsghdr *message;
    size_t count = 0;

    (void)netlink_ask_link(netlink, NLM_F_DUMP, 0); /* the only question */
    netlink_put(netlink, IFLA_MASTER, &bridge->ifindex, sizeof bridge->ifindex);
    netlink_send(netlink);
    while ((message = netlink_next(netlink)) != NULL && count++ < PORTS_MAX) {
        struct attribute names = attribute_find(attribute_all(message, sizeof(struct ifinfomsg)), IFLA_PROP_LIST);
        struct attribute name;
        uint16_t type;
        while (attribute_take(&names, &name, &type))
            if (type == IFLA_ALT_IFNAME)
                note_name(quota, name);
    }
    if (message == NULL && errno != 0)
        die(EX_OSERR, "cannot list the ports of bridge '%s': %m", bridge->name);
    return message == NULL && !netlink->is_inconsistent;
}

static size_t format_name(const struct quota *quota, size_t number, char name[static 80])
{
    return (size_t)snprintf(name, 80, "%s%zu", quota->prefix, number) + 1; /* always fits */
}

/* Is there a link with this name? For each number; however many ports there are. */
static void ask_for_numbers(struct quota *quota, struct netlink *netlink)
{
    memset(quota->is_used, 0, sizeof quota->is_used);
    for (size_t first = 0; first < VMNETACL_LIMIT_MAX; first += BATCH) {
        const struct nlmsghdr *message;
        uint32_t before = netlink->sequence + 1; /* the number of the first question */
        for (size_t i = first; i < first + BATCH && i < VMNETACL_LIMIT_MAX; i++) {
            char name[80];
            size_t name_len = format_name(quota, i, name);
            (void)netlink_ask_link(netlink, 0, 0); /* its number is before + i - first */
            netlink_put(netlink, IFLA_ALT_IFNAME, name, name_len);
        }
        netlink_send(netlink);
        while ((message = netlink_next(netlink)) != NULL)
            quota->is_used[first + (message->nlmsg_seq - before)] = true;
        if (errno != 0 && errno != ENODEV)
            die(EX_OSERR, "cannot ask for the taps that you hold: %m");
    }
}

void quota_count(struct quota *quota, const struct caller *caller, const struct bridge *bridge,
                 const struct vmnetacl_decision *decision)
{
    struct netlink netlink = {.sequence = 0};
    size_t used;

    quota->limit = decision->grant.limit;
    if (quota->limit == 0)
        return;
    memset(quota->is_used, 0, sizeof quota->is_used);
    (void)snprintf(quota->prefix, sizeof quota->prefix, "vmnet-helper.%u.%d.", (unsigned)caller->uid,
                   bridge->ifindex); /* always fits */
    netlink_connect(&netlink);
    if (!look_at_ports(quota, &netlink, bridge)) {
        (void)close(netlink.fd); /* what is left of the answer is thrown away */
        netlink = (struct netlink){.sequence = 0};
        netlink_connect(&netlink);
        ask_for_numbers(quota, &netlink);
    }
    (void)close(netlink.fd); /* all is answered: nothing to fail */
    used = count_used(quota);
    if (used >= quota->limit)
        die(EX_TEMPFAIL,
            "the limit of %s:%u is reached: you hold %zu of %u taps on bridge '%s'; end a guest, or see 'vmnetctl status' "
            "for what holds them",
            decision->rule.file, decision->rule.line, used, (unsigned)quota->limit, bridge->name);
    quota->spare_count = quota->limit - used;
}

void quota_take_number(const struct quota *quota, struct netlink *netlink, const struct tap *tap)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = tap->ifindex};
    size_t spare_count = quota->spare_count;

    if (quota->limit == 0)
        return;
    for (size_t i = 0; i < VMNETACL_LIMIT_MAX && spare_count > 0; i++) {
        char name[80];
        size_t nest;
        if (quota->is_used[i])
            continue;
        spare_count--;
        (void)netlink_start(netlink, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link); /* the only one */
        nest = netlink_nest(netlink, IFLA_PROP_LIST);
        netlink_put(netlink, IFLA_ALT_IFNAME, name, format_name(quota, i, name));
        netlink_nest_end(netlink, nest);
        netlink_send(netlink);
        if (netlink_wait(netlink) == 0)
            return;
        if (errno != EEXIST)
            die(EX_UNAVAILABLE, "cannot give the tap a number, which the option 'limit' needs: %m");
    }
    die(EX_TEMPFAIL,
        "the limit of %u taps was reached by other starts of yours at the same time; end a guest, or try again",
        (unsigned)quota->limit);
}
