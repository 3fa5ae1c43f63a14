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

#define PORTS_MAX 64 /* of many ports, looking at each takes longer than asking for each number */
#define BATCH     24 /* questions, whose answers fit the receive buffer of a socket */

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

#define NAME_SIZE (sizeof((struct quota *)NULL)->prefix + 8)

/* Returns its length, with the NUL. */
static size_t format_name(const struct quota *quota, size_t number, char name[static NAME_SIZE])
{
    return (size_t)snprintf(name, NAME_SIZE, "%s%u", quota->prefix, (unsigned)number) + 1; /* always fits */
}

/* Ask whether there is a link with this name, for some numbers. What is neither yes nor no ends the process. */
static void ask_for_some(struct quota *quota, struct netlink *netlink, size_t first, size_t count)
{
    const uint32_t sequence = netlink->sequence + 1; /* of the first question */
    const struct nlmsghdr *message;
    size_t answered = 1; /* the last question's answer is the end */

    for (size_t i = first; i < first + count; i++) {
        char name[NAME_SIZE];
        size_t name_len = format_name(quota, i, name);
        (void)netlink_ask_link(netlink, 0, 0); /* its number is sequence + i - first */
        netlink_put(netlink, IFLA_ALT_IFNAME, name, name_len);
    }
    netlink_send(netlink);
    for (; (message = netlink_next(netlink)) != NULL; answered += message->nlmsg_seq != netlink->sequence) {
        if (message->nlmsg_type == RTM_NEWLINK)
            quota->is_used[first + (message->nlmsg_seq - sequence)] = true;
        else if (message->nlmsg_type != NLMSG_ERROR || netlink_error(message) != ENODEV)
            break;
    }
    if (message != NULL || answered != count || (errno != 0 && errno != ENODEV))
        die(EX_OSERR, "cannot find out which taps you hold: the kernel does not answer");
}

/* However many ports there are. */
static void ask_for_numbers(struct quota *quota, struct netlink *netlink)
{
    memset(quota->is_used, 0, sizeof quota->is_used);
    /* Until it is clear that the limit is reached. */
    for (size_t first = 0; first < VMNETACL_LIMIT_MAX && count_used(quota) < quota->limit; first += BATCH)
        ask_for_some(quota, netlink, first, VMNETACL_LIMIT_MAX - first < BATCH ? VMNETACL_LIMIT_MAX - first : BATCH);
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
            "the limit of %s:%u is reached: you hold %zu of %u taps on bridge '%s'; end a guest, or see 'vmnetctl "
            "status' for what holds them",
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
        char name[NAME_SIZE];
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
        "the limit of %u taps was reached by other starts of yours at the same time; try again, or end a guest",
        (unsigned)quota->limit);
}
