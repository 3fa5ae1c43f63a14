/* SPDX-License-Identifier: MIT */
/*
 * bridge_find() uses netdevice(7) ioctls: for RTM_GETLINK, the kernel builds a whole link message, which takes as long
 * as reading the rules. The ioctls also accept alternative names, so the last one asks which name the index has.
 */
#include "bridge.h"

#include "attribute.h"
#include "message.h"
#include "netlink.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdnoreturn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

static struct ifreq request_for(const char *name)
{
    struct ifreq request = {.ifr_ifindex = 0};

    strcpy(request.ifr_name, name); /* at most IFNAMSIZ - 1 bytes: vmnetacl_name_valid() */
    return request;
}

/* br_getinfo() in net/bridge/br_device.c; needs no privilege. */
static bool is_bridge(int fd, const char *name)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    struct ifreq request = request_for(name);

    request.ifr_data = (char *)&info;
    return ioctl(fd, SIOCETHTOOL, &request) == 0 && strncmp(info.driver, "bridge", sizeof info.driver) == 0;
}

static noreturn void die_no_bridge(const char *name)
{
    if (strncmp(name, "virbr", 5) == 0)
        die(EX_UNAVAILABLE,
            "there is no bridge '%s'; libvirt makes it when it starts the network: see 'virsh --connect "
            "qemu:///system net-list --all'",
            name);
    die(EX_UNAVAILABLE, "there is no bridge '%s'; see 'ip link show type bridge'", name);
}

/* sysfs may be that of another network namespace, so what it says is looked up here. */
static noreturn void die_not_bridge(int fd, const char *name)
{
    char path[64];
    char target[256];
    const char *master;
    ssize_t len;

    (void)snprintf(path, sizeof path, "/sys/class/net/%s/master", name); /* fits */
    len = readlink(path, target, sizeof target - 1);
    target[len > 0 ? len : 0] = '\0';
    master = strrchr(target, '/') != NULL ? strrchr(target, '/') + 1 : target;
    if (vmnetacl_name_valid(master, strlen(master)) && is_bridge(fd, master))
        die(EX_UNAVAILABLE, "'%s' is not a bridge; it is a port of '%s': ask for that", name, master);
    die(EX_UNAVAILABLE, "'%s' is not a bridge; see 'ip link show type bridge'", name);
}

void bridge_find(struct bridge *bridge, const char *name)
{
    struct ifreq index = request_for(name);
    struct ifreq mtu = request_for(name);
    struct ifreq again = {.ifr_ifindex = 0};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0); /* any of our own will do; not the caller's */

    if (fd < 0)
        die(EX_OSERR, "cannot open a socket to look up bridge '%s': %m", name);
    if (ioctl(fd, SIOCGIFINDEX, &index) != 0 && errno == ENODEV)
        die_no_bridge(name);
    again.ifr_ifindex = index.ifr_ifindex; /* 0 when the call failed otherwise */
    if (index.ifr_ifindex <= 0 || ioctl(fd, SIOCGIFMTU, &mtu) != 0)
        die(EX_OSERR, "cannot look up bridge '%s': %m", name);
    if (!is_bridge(fd, name))
        die_not_bridge(fd, name);
    if (ioctl(fd, SIOCGIFNAME, &again) != 0)
        die(EX_OSERR, "cannot look up bridge '%s': %m", name);
    if (strncmp(again.ifr_name, name, sizeof again.ifr_name) != 0)
        die(EX_UNAVAILABLE, "'%s' is another name of '%.15s'; rules are for the name that 'ip link' shows first", name,
            again.ifr_name);
    (void)close(fd); /* nothing was sent: nothing to fail */
    *bridge = (struct bridge){.ifindex = index.ifr_ifindex, .mtu = mtu.ifr_mtu};
    strcpy(bridge->name, name); /* fits, as above */
}

#define NEEDS_SETTINGS (VMNETACL_OPTION_GUARD | VMNETACL_OPTION_MAC | VMNETACL_OPTION_VLAN)

/* br_fill_info() in net/bridge/br_netlink.c. A kernel that has no VLANs for bridges does not report them: 0. */
static void read_settings(struct bridge *bridge, struct netlink *netlink)
{
    const struct nlmsghdr *message;
    struct attribute data;

    (void)netlink_ask_link(netlink, 0, bridge->ifindex); /* the only question */
    netlink_send(netlink);
    message = netlink_next(netlink);
    if (message == NULL)
        die(EX_UNAVAILABLE, "cannot read the settings of bridge '%s': %m; was it removed?", bridge->name);
    data = attribute_find(attribute_all(message, sizeof(struct ifinfomsg)), IFLA_LINKINFO);
    data = attribute_find(data, IFLA_INFO_DATA);
    bridge->stp = bridge->vlan_filtering = bridge->default_pvid = 0;
    (void)attribute_number(attribute_find(data, IFLA_BR_STP_STATE), &bridge->stp);
    (void)attribute_number(attribute_find(data, IFLA_BR_VLAN_FILTERING), &bridge->vlan_filtering);
    (void)attribute_number(attribute_find(data, IFLA_BR_VLAN_DEFAULT_PVID), &bridge->default_pvid);
    while (message != NULL) /* to the end of the answer */
        message = netlink_next(netlink);
}

/* 1 only: with the value 2, a program runs the protocol, and the kernel forwards what the option is to stop. */
static void require_settings(const struct bridge *bridge, const struct vmnetacl_decision *decision)
{
    const struct vmnetacl_place *rule = &decision->rule;

    if ((decision->grant.options & VMNETACL_OPTION_GUARD) != 0 && bridge->stp != 1)
        die(EX_CONFIG,
            "bridge '%s' does not run STP, without which the option 'guard' of %s:%u stops nothing; the administrator "
            "can start it with 'ip link set dev %s type bridge stp_state 1'",
            bridge->name, rule->file, rule->line, bridge->name);
    if ((decision->grant.options & VMNETACL_OPTION_VLAN) != 0 && bridge->vlan_filtering != 1)
        die(EX_CONFIG,
            "bridge '%s' is not VLAN-aware, which the option 'vlan' of %s:%u needs; the administrator can change that "
            "with 'ip link set dev %s type bridge vlan_filtering 1', if the kernel has VLANs for bridges",
            bridge->name, rule->file, rule->line, bridge->name);
}

void bridge_require_options(struct bridge *bridge, const struct vmnetacl_decision *decision)
{
    struct netlink netlink = {.sequence = 0};

    if ((decision->grant.options & NEEDS_SETTINGS) == 0)
        return;
    netlink_connect(&netlink);
    read_settings(bridge, &netlink);
    (void)close(netlink.fd); /* all is answered: nothing to fail */
    require_settings(bridge, decision);
}

void bridge_require_unchanged(const struct bridge *bridge, struct netlink *netlink,
                              const struct vmnetacl_decision *decision)
{
    struct bridge now = *bridge;

    if ((decision->grant.options & (VMNETACL_OPTION_GUARD | VMNETACL_OPTION_VLAN)) == 0)
        return;
    read_settings(&now, netlink);
    require_settings(&now, decision);
}
