/* SPDX-License-Identifier: MIT */
/* tap_create() runs with CAP_NET_ADMIN in effect and behind the seccomp filter: it allocates and opens nothing. */
#include "tap.h"

#include "caller.h"
#include "message.h"
#include "netlink.h"
#include "queue.h"
#include "request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

void tap_open(struct tap *tap)
{
    tap->fds[0] = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (tap->fds[0] >= 0)
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
                       "caller may open: 'vmnetctl doctor' shows what root can do");
    die(EX_OSERR, "cannot open /dev/net/tun: %m");
}

/*
 * The name of a rule's option, with the uid in it; the kernel fills in "%d". It never goes through printf(3).
 */
static void expand_name(char name[IFNAMSIZ], uid_t uid, const struct vmnetacl_decision *decision)
{
    char digits[16];
    size_t used = 0;

    (void)snprintf(digits, sizeof digits, "%u", (unsigned)uid); /* always fits */
    for (const char *at = decision->grant.tap; *at != '\0'; at++) {
        bool is_uid = at[0] == '%' && at[1] == 'u';
        size_t len = is_uid ? strlen(digits) : 1;
        if (len > IFNAMSIZ - 1 - used)
            die(EX_CONFIG, "the tap's name '%s' of %s:%u is longer than 15 bytes with the uid %u in it; shorten it",
                decision->grant.tap, decision->rule.file, decision->rule.line, (unsigned)uid);
        memcpy(name + used, is_uid ? digits : at, len);
        used += len;
        at += is_uid ? 1 : 0;
    }
    name[used] = '\0';
}

void tap_prepare(struct tap *tap, const struct caller *caller, const struct request *request,
                 const struct vmnetacl_decision *decision)
{
    unsigned features = 0;

    if (ioctl(tap->fds[0], TUNGETFEATURES, &features) != 0)
        die(EX_OSERR, "cannot ask /dev/net/tun for its features: %m");
    tap->has_vnet_hdr = request->use_vnet && (features & IFF_VNET_HDR) != 0;
    strcpy(tap->name, "tap%d");
    if ((decision->grant.options & VMNETACL_OPTION_TAP) != 0)
        expand_name(tap->name, caller->uid, decision);
    /* A bridge without a fixed address takes the lowest of its ports': 0xfe first keeps this one from being it. */
    tap->address[0] = 0xfe;
    if (getrandom(tap->address + 1, sizeof tap->address - 1, 0) != (ssize_t)sizeof tap->address - 1)
        die(EX_OSERR, "cannot get random bytes for an address: %m");
    (void)snprintf(tap->alias, sizeof tap->alias, "vmnet-helper uid=%u bridge=%s since=%lld", (unsigned)caller->uid,
                   request->bridge, (long long)time(NULL)); /* always fits */
    tap->owner = caller->uid;
    tap->queues = request->queues;
    if (tap->queues > 1)
        queue_open_others(tap);
}

int tap_flags(const struct tap *tap)
{
    return IFF_TAP | IFF_NO_PI | (tap->has_vnet_hdr ? IFF_VNET_HDR : 0) | (tap->queues > 1 ? IFF_MULTI_QUEUE : 0);
}

/*
 * IFF_TUN_EXCL: without it, a name that a persistent tap has would give us that tap, root's and other users' included.
 */
static void create(struct tap *tap)
{
    struct ifreq request = {.ifr_flags = (short)(tap_flags(tap) | IFF_TUN_EXCL)};

    strcpy(request.ifr_name, tap->name);
    if (ioctl(tap->fds[0], TUNSETIFF, &request) != 0) {
        if (errno == EPERM)
            die(EX_NOPERM, "cannot create a tap: %m; in a user namespace, start it in a network namespace of its own");
        if (errno == EBUSY || errno == EEXIST)
            die(EX_TEMPFAIL, "cannot create the tap '%s': an interface has this name; end the guest that uses it",
                tap->name);
        if (errno == ENFILE)
            die(EX_TEMPFAIL, "cannot create a tap '%s': no number is free for this name; end a guest", tap->name);
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
        if ((!found && errno != ENODEV) || ioctl(tap->fds[0], TUNGETIFF, &now) != 0)
            die(EX_OSERR, "cannot look up the tap: %m");
        if (found && strncmp(now.ifr_name, tap->name, sizeof tap->name) == 0)
            return index.ifr_ifindex;
        memcpy(tap->name, now.ifr_name, sizeof tap->name);
    }
    die(EX_TEMPFAIL, "the tap was renamed again and again while it was set up; try again");
}

void tap_create(struct tap *tap, struct netlink *netlink)
{
    create(tap);
    if (tap->queues > 1)
        queue_attach_others(tap); /* without delay: until then, any user can join */
    netlink_connect(netlink);
    tap->ifindex = find_index(tap, netlink->fd);
    if (tap->queues > 1)
        queue_require_ours(tap, netlink);
}
