/* SPDX-License-Identifier: MIT */
/* tap_plug() runs with CAP_NET_ADMIN in effect and behind the seccomp filter: it allocates and opens nothing. */
#include "tap.h"

#include "bridge.h"
#include "caller.h"
#include "message.h"
#include "netlink.h"
#include "request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

void tap_open(struct tap *tap)
{
    tap->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tap->fd >= 0)
        return;
    if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
        die(EX_UNAVAILABLE, "cannot open /dev/net/tun: %m; load the module with 'modprobe tun', or give the container "
                            "the device");
    if (errno == EPERM) /* devcgroup_check_permission(); a mode that forbids it is EACCES */
        die(EX_NOPERM, "cannot open /dev/net/tun: %m; the device cgroup of a service or a container forbids it: permit "
                       "it there, as with systemd's DeviceAllow=/dev/net/tun");
    if (errno == EACCES && geteuid() == 0)
        die(EX_NOPERM, "cannot open /dev/net/tun: %m; a security module or a nodev mount forbids it, see 'dmesg'");
    if (errno == EACCES)
        die(EX_NOPERM, "cannot open /dev/net/tun: %m; a helper that has only a file capability needs a device that the "
                       "caller may open: install the helper setuid root");
    die(EX_OSERR, "cannot open /dev/net/tun: %m");
}

void tap_prepare(struct tap *tap, const struct caller *caller, const struct request *request)
{
    unsigned features = 0;

    if (ioctl(tap->fd, TUNGETFEATURES, &features) != 0)
        die(EX_OSERR, "cannot ask /dev/net/tun for its features: %m");
    tap->has_vnet_hdr = request->use_vnet && (features & IFF_VNET_HDR) != 0;
    strcpy(tap->name, "tap%d");
    /* A bridge without a fixed address takes the lowest of its ports': 0xfe first keeps this one from being it. */
    tap->address[0] = 0xfe;
    if (getrandom(tap->address + 1, sizeof tap->address - 1, 0) != (ssize_t)sizeof tap->address - 1)
        die(EX_OSERR, "cannot get random bytes for an address: %m");
    (void)snprintf(tap->alias, sizeof tap->alias, "vmnet-helper uid=%u bridge=%s", (unsigned)caller->uid,
                   request->bridge); /* always fits */
}

static void tap_create(struct tap *tap)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TAP | IFF_NO_PI | (tap->has_vnet_hdr ? IFF_VNET_HDR : 0))};

    strcpy(request.ifr_name, tap->name);
    if (ioctl(tap->fd, TUNSETIFF, &request) != 0) {
        if (errno == EPERM)
            die(EX_NOPERM, "cannot create a tap: %m; in a user namespace, start it in a network namespace of its own");
        die(EX_OSERR, "cannot create a tap: %m");
    }
    memcpy(tap->name, request.ifr_name, sizeof tap->name);
}

/*
 * Find the tap's index; from here on only the index is used. A program of root may rename the tap at any time, and give
 * its name to another: the index that a name has is the tap's only if the tap still has this name afterwards.
 */
static int find_index(struct tap *tap, int socket_fd)
{
    for (int attempt = 0; attempt < 3; attempt++) {
        struct ifreq index = {.ifr_ifindex = 0};
        struct ifreq now = {.ifr_ifindex = 0};
        bool found;

        memcpy(index.ifr_name, tap->name, sizeof index.ifr_name);
        found = ioctl(socket_fd, SIOCGIFINDEX, &index) == 0;
        if ((!found && errno != ENODEV) || ioctl(tap->fd, TUNGETIFF, &now) != 0)
            die(EX_OSERR, "cannot look up the tap: %m");
        if (found && strncmp(now.ifr_name, tap->name, sizeof tap->name) == 0)
            return index.ifr_ifindex;
        memcpy(tap->name, now.ifr_name, sizeof tap->name);
    }
    die(EX_TEMPFAIL, "the tap was renamed again and again while it was set up; try again");
}

static uint32_t start_message(struct netlink *netlink, int index, unsigned flags)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC,
                                   .ifi_index = index,
                                   .ifi_flags = flags,
                                   .ifi_change = flags};

    return netlink_start(netlink, RTM_SETLINK, &link, sizeof link);
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

static void plug_port(struct netlink *netlink, int index, const struct tap *tap, const struct bridge *bridge)
{
    uint32_t address_generation = start_message(netlink, index, 0);
    uint32_t failed;

    /* Two messages: an MTU below IPv6's least takes IPv6 off the link, and with it what the first one sets. */
    put_no_address_generation(netlink);
    (void)start_message(netlink, index, 0); /* which one failed matters only for the first */
    put_port(netlink, tap, bridge);
    netlink_send(netlink);
    while ((failed = netlink_wait(netlink)) != 0) {
        if (failed == address_generation && errno == EAFNOSUPPORT)
            continue; /* a kernel without IPv6 */
        if (errno == EXFULL)
            die(EX_UNAVAILABLE, "the bridge has as many ports as it can have; shut down a guest or use another bridge");
        if (errno == EINVAL) /* do_set_master() and dev_validate_mtu() in net/core */
            die(EX_UNAVAILABLE,
                "cannot plug the tap into the bridge: %m; it is gone, or its MTU is above a tap's 65521");
        die(EX_OSERR, "cannot plug the tap into the bridge: %m");
    }
}

void tap_plug(struct tap *tap, const struct bridge *bridge)
{
    struct netlink netlink = {.sequence = 0};
    int index;

    tap_create(tap);
    netlink_connect(&netlink);
    index = find_index(tap, netlink.fd);
    plug_port(&netlink, index, tap, bridge);
    /* Sent separately: after a failed message the kernel goes on with the next; in one message, up would come first. */
    (void)start_message(&netlink, index, IFF_UP); /* the only one that is answered */
    netlink_send(&netlink);
    if (netlink_wait(&netlink) != 0)
        die(EX_OSERR, "cannot bring the tap up: %m");
    (void)close(netlink.fd); /* the kernel has answered: nothing to fail */
}
