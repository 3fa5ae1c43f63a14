/* SPDX-License-Identifier: MIT */
/*
 * All but queue_open_others() runs with CAP_NET_ADMIN in effect and behind the seccomp filter: no allocation, no open.
 * See tun_set_iff(), tun_attach() and tun_fill_info() in drivers/net/tun.c.
 */
#include "queue.h"

#include "attribute.h"
#include "message.h"
#include "netlink.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sysexits.h>

static int open_device(void)
{
    int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    if (fd < 0 && (errno == EACCES || errno == EPERM))
        die(EX_NOPERM, "cannot open /dev/net/tun as the caller: %m; several queues need a device that the caller may "
                       "open, as udev makes it: ask for one queue");
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        die(EX_TEMPFAIL, "cannot open /dev/net/tun for each queue: %m; ask for fewer queues, or try again");
    if (fd < 0)
        die(EX_OSERR, "cannot open /dev/net/tun for each queue: %m");
    return fd;
}

static dev_t device_of(int fd)
{
    struct stat file;

    if (fstat(fd, &file) != 0)
        die(EX_OSERR, "cannot look at /dev/net/tun: %m");
    return S_ISCHR(file.st_mode) ? file.st_rdev : 0;
}

void queue_open_others(struct tap *tap)
{
    const dev_t device = device_of(tap->fds[0]);

    for (unsigned i = 1; i < tap->queues; i++) {
        tap->fds[i] = open_device();
        if (device == 0 || device_of(tap->fds[i]) != device)
            die(EX_TEMPFAIL, "/dev/net/tun is another file than it was; try again");
    }
}

/*
 * The kernel attaches by name, and not by index. If the tap was renamed and another one has its name now, the
 * descriptor becomes a queue of that one until we end. If a link of another kind has the name, or other programs have
 * taken all queues, attaching fails. queue_require_ours() notices all of that.
 */
static void attach(const struct tap *tap, int fd)
{
    struct ifreq request = {.ifr_flags = (short)tap_flags(tap)};

    memcpy(request.ifr_name, tap->name, sizeof request.ifr_name);
    if (ioctl(fd, TUNSETIFF, &request) != 0 && errno != EINVAL && errno != EBUSY && errno != E2BIG)
        die(EX_OSERR, "cannot attach a queue to the tap: %m");
}

void queue_attach_others(const struct tap *tap)
{
    if (ioctl(tap->fds[0], TUNSETOWNER, (unsigned long)tap->owner) != 0)
        die(EX_OSERR, "cannot set the owner of the tap: %m");
    for (unsigned i = 1; i < tap->queues; i++)
        attach(tap, tap->fds[i]);
}

static bool are_attached(const struct tap *tap)
{
    for (unsigned i = 0; i < tap->queues; i++) {
        struct ifreq now = {.ifr_ifindex = 0};
        if (ioctl(tap->fds[i], TUNGETIFF, &now) != 0 && errno != EBADFD) /* this one: it is a queue of no tap */
            die(EX_OSERR, "cannot look up a queue of the tap: %m");
        if (strncmp(now.ifr_name, tap->name, sizeof now.ifr_name) != 0)
            return false;
    }
    return true;
}

static bool is(struct attribute data, uint16_t type, uint32_t wanted)
{
    uint32_t number;

    return attribute_number(attribute_find(data, type), &number) && number == wanted;
}

/* All descriptors had this name just now, so they are queues of the tap with this index; and it has no others. */
static bool is_ours(const struct tap *tap, const struct nlmsghdr *message)
{
    struct attribute link = attribute_all(message, sizeof(struct ifinfomsg));
    struct attribute name = attribute_find(link, IFLA_IFNAME);
    struct attribute data = attribute_find(attribute_find(link, IFLA_LINKINFO), IFLA_INFO_DATA);

    return name.len == strlen(tap->name) + 1 && memcmp(name.at, tap->name, name.len) == 0 &&
           is(data, IFLA_TUN_MULTI_QUEUE, 1) && is(data, IFLA_TUN_NUM_QUEUES, tap->queues) &&
           is(data, IFLA_TUN_NUM_DISABLED_QUEUES, 0) && is(data, IFLA_TUN_OWNER, tap->owner) &&
           attribute_find(data, IFLA_TUN_GROUP).at == NULL && is(data, IFLA_TUN_PERSIST, 0);
}

static bool read_back(const struct tap *tap, struct netlink *netlink)
{
    const struct nlmsghdr *message;
    bool found = false;

    (void)netlink_ask_link(netlink, 0, tap->ifindex); /* the only question */
    netlink_send(netlink);
    while ((message = netlink_next(netlink)) != NULL)
        found = message->nlmsg_type == RTM_NEWLINK && is_ours(tap, message);
    if (errno != 0)
        die(EX_OSERR, "cannot read the tap back: %m");
    return found;
}

/*
 * A program whose descriptor was a queue for a moment may have set what stays: a filter that drops frames, or, where
 * users may load them, an eBPF program that sees each frame.
 */
static void remove_programs(const struct tap *tap)
{
    int none = -1;

    if (ioctl(tap->fds[0], TUNDETACHFILTER, NULL) != 0 || ioctl(tap->fds[0], TUNSETFILTEREBPF, &none) != 0 ||
        ioctl(tap->fds[0], TUNSETSTEERINGEBPF, &none) != 0)
        die(EX_OSERR, "cannot remove the filters of the tap: %m");
}

void queue_require_ours(const struct tap *tap, struct netlink *netlink)
{
    const struct ifinfomsg link = {.ifi_index = tap->ifindex};

    if (are_attached(tap) && read_back(tap, netlink)) {
        remove_programs(tap);
        return;
    }
    /* Another program may have made it persistent. The start fails in any case, so the answer does not matter. */
    (void)netlink_start(netlink, RTM_DELLINK, 0, &link, sizeof link);
    netlink_send(netlink);
    die(EX_TEMPFAIL, "another program has joined or changed the tap '%s' while it was set up; try again", tap->name);
}
