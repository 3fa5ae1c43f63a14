/* SPDX-License-Identifier: MIT */
/* Format: netlink(7), rtnetlink(7), rtnl_fill_ifinfo() in net/core/rtnetlink.c. Needs no privilege. */
#include "interfaces.h"

#include "memory.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel makes no datagram of a dump larger than this (netlink_dump() in net/netlink/af_netlink.c). */
#define DATAGRAM_MAX (32 * 1024)

/* BR_KERNEL_STP in net/bridge/br_private.h; with 2, a program runs the protocol. */
#define KERNEL_STP 1

/* How often the list is asked for again when it changed while it was read. */
#define TRIES_MAX 8

struct bytes {
    const unsigned char *start;
    size_t len;
};

/* Remove the first attribute from bytes. Returns false when there is none left. */
static bool attribute_take(struct bytes *bytes, unsigned *type, struct bytes *value)
{
    struct rtattr header;
    size_t whole;

    if (bytes->len < sizeof header)
        return false;
    memcpy(&header, bytes->start, sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > bytes->len)
        return false;
    *type = header.rta_type & ~(unsigned)(NLA_F_NESTED | NLA_F_NET_BYTEORDER);
    *value = (struct bytes){.start = bytes->start + sizeof header, .len = header.rta_len - sizeof header};
    whole = RTA_ALIGN((size_t)header.rta_len);
    if (whole > bytes->len)
        whole = bytes->len;
    bytes->start += whole;
    bytes->len -= whole;
    return true;
}

static uint32_t value_number(struct bytes value)
{
    uint32_t number = 0;

    if (value.len == sizeof number)
        memcpy(&number, value.start, sizeof number);
    return number;
}

/* A string of at most VMNETACL_NAME_MAX bytes; of a longer one, "". */
static void value_string(struct bytes value, char *text)
{
    size_t len = strnlen((const char *)value.start, value.len);

    if (len > VMNETACL_NAME_MAX)
        len = 0;
    memcpy(text, value.start, len);
    text[len] = '\0';
}

static void read_bridge(struct interface *interface, struct bytes data)
{
    struct bytes value;
    unsigned type;

    while (attribute_take(&data, &type, &value))
        if (type == IFLA_BR_STP_STATE) {
            interface->runs_stp = value_number(value) != 0;
            interface->has_kernel_stp = value_number(value) == KERNEL_STP;
        } else if (type == IFLA_BR_VLAN_FILTERING) {
            interface->is_vlan_aware = value.len == 1 && value.start[0] == 1;
        } else if (type == IFLA_BR_VLAN_DEFAULT_PVID) {
            interface->knows_vlans = true; /* the one before is there in every kernel: br_fill_info() */
        } else if (type == IFLA_BR_FORWARD_DELAY) {
            interface->forward_delay_cs = value_number(value);
        }
}

static void read_kind(struct interface *interface, struct bytes info)
{
    struct bytes value;
    struct bytes data = {.len = 0};
    unsigned type;

    while (attribute_take(&info, &type, &value))
        if (type == IFLA_INFO_KIND)
            value_string(value, interface->kind);
        else if (type == IFLA_INFO_DATA)
            data = value;
    if (strcmp(interface->kind, "bridge") == 0)
        read_bridge(interface, data);
}

static void read_other_names(struct interfaces *interfaces, struct bytes list, uint32_t index)
{
    struct bytes value;
    unsigned type;

    while (attribute_take(&list, &type, &value)) {
        struct other_name other = {.index = index};
        if (type == IFLA_ALT_IFNAME)
            value_string(value, other.name);
        if (other.name[0] == '\0')
            continue;
        interfaces->other_names =
            memory_grow(interfaces->other_names, interfaces->other_names_count, sizeof *interfaces->other_names);
        interfaces->other_names[interfaces->other_names_count++] = other;
    }
}

static void read_attribute(struct interface *interface, unsigned type, struct bytes value)
{
    if (type == IFLA_IFNAME)
        value_string(value, interface->name);
    else if (type == IFLA_LINKINFO)
        read_kind(interface, value);
    else if (type == IFLA_MASTER)
        interface->master = value_number(value);
    else if (type == IFLA_MTU)
        interface->mtu = value_number(value);
    else if (type == IFLA_CARRIER)
        interface->has_link = interface->is_up && value.len == 1 && value.start[0] == 1;
    if (type != IFLA_ADDRESS || value.len != sizeof interface->address)
        return;
    memcpy(interface->address, value.start, value.len);
    interface->has_address = true;
}

/* message: from its ifinfomsg on. */
static void read_interface(struct interfaces *interfaces, struct bytes message)
{
    struct interface interface = {.index = 0};
    struct ifinfomsg info;
    struct bytes value;
    unsigned type;

    if (message.len < sizeof info)
        return;
    memcpy(&info, message.start, sizeof info);
    interface.index = (uint32_t)info.ifi_index;
    interface.is_up = (info.ifi_flags & IFF_UP) != 0;
    message.start += sizeof info;
    message.len -= sizeof info;
    while (attribute_take(&message, &type, &value))
        if (type == IFLA_PROP_LIST)
            read_other_names(interfaces, value, interface.index);
        else
            read_attribute(&interface, type, value);
    interfaces->items = memory_grow(interfaces->items, interfaces->count, sizeof *interfaces->items);
    interfaces->items[interfaces->count++] = interface;
}

/* How far a dump is. */
enum dump {
    DUMP_CONTINUES,
    DUMP_ENDED,
    DUMP_CHANGED, /* the list changed meanwhile, so it may lack one or have one twice */
    DUMP_FAILED,  /* errno says why */
};

static enum dump read_datagram(struct interfaces *interfaces, struct bytes datagram, bool *has_changed)
{
    struct nlmsghdr header;
    int error = 0;

    for (size_t whole; datagram.len >= sizeof header; datagram.start += whole, datagram.len -= whole) {
        memcpy(&header, datagram.start, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.len)
            break;
        *has_changed = *has_changed || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        if (header.nlmsg_type == NLMSG_DONE)
            return *has_changed ? DUMP_CHANGED : DUMP_ENDED;
        if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len >= sizeof header + sizeof error)
            memcpy(&error, datagram.start + sizeof header, sizeof error);
        if (header.nlmsg_type == NLMSG_ERROR) {
            errno = error < 0 ? -error : EPROTO;
            return DUMP_FAILED;
        }
        if (header.nlmsg_type == RTM_NEWLINK)
            read_interface(interfaces, (struct bytes){.start = datagram.start + sizeof header,
                                                      .len = header.nlmsg_len - sizeof header});
        whole = NLMSG_ALIGN((size_t)header.nlmsg_len);
        if (whole > datagram.len)
            whole = datagram.len;
    }
    return DUMP_CONTINUES;
}

static enum dump receive(struct interfaces *interfaces, int fd)
{
    static unsigned char buffer[DATAGRAM_MAX];
    struct sockaddr_nl sender;
    struct iovec part = {.iov_base = buffer, .iov_len = sizeof buffer};
    struct msghdr message = {.msg_name = &sender, .msg_iov = &part, .msg_iovlen = 1};
    enum dump dump = DUMP_CONTINUES;
    bool has_changed = false;
    ssize_t len;

    while (dump == DUMP_CONTINUES) {
        message.msg_namelen = sizeof sender;
        len = recvmsg(fd, &message, 0);
        if (len < 0 && errno == EINTR)
            continue;
        if (len > 0 && sender.nl_pid != 0)
            continue; /* only the kernel is believed */
        if (len >= 0 && (message.msg_flags & MSG_TRUNC) != 0)
            errno = EMSGSIZE;
        if (len <= 0 || (message.msg_flags & MSG_TRUNC) != 0)
            return DUMP_FAILED;
        dump = read_datagram(interfaces, (struct bytes){.start = buffer, .len = (size_t)len}, &has_changed);
    }
    return dump;
}

static enum dump dump_links(struct interfaces *interfaces, int fd)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
        struct rtattr attribute;
        uint32_t mask;
    } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .attribute = {.rta_len = sizeof request.attribute + sizeof request.mask, .rta_type = IFLA_EXT_MASK},
        .mask = RTEXT_FILTER_SKIP_STATS,
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

    if (sendto(fd, &request, sizeof request, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return DUMP_FAILED;
    return receive(interfaces, fd);
}

static int compare_names(const void *left, const void *right)
{
    const struct interface *a = left;
    const struct interface *b = right;

    return strcmp(a->name, b->name);
}

void interfaces_read(struct interfaces *interfaces)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    enum dump dump = fd < 0 ? DUMP_FAILED : DUMP_CHANGED;
    int error;

    *interfaces = (struct interfaces){.items = NULL};
    for (int tries = 0; dump == DUMP_CHANGED && tries < TRIES_MAX; tries++) {
        interfaces_free(interfaces);
        dump = dump_links(interfaces, fd);
    }
    error = errno;
    if (fd >= 0)
        (void)close(fd); /* nothing is written: nothing to fail */
    if (dump == DUMP_FAILED)
        interfaces_free(interfaces);
    interfaces->are_known = dump != DUMP_FAILED;
    interfaces->error = interfaces->are_known ? 0 : error;
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
    free(interfaces->items);
    free(interfaces->other_names);
    *interfaces = (struct interfaces){.items = NULL};
}
