/* SPDX-License-Identifier: MIT */
/* Format: netlink(7), rtnetlink(7). */
#include "netlink_dump.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel makes no datagram of a dump larger than this (netlink_dump() in net/netlink/af_netlink.c). */
#define DATAGRAM_MAX (32 * 1024)

/* How often the list is asked for again when it changed while it was read. */
#define TRIES_MAX 8

bool netlink_take(struct netlink_bytes *bytes, void *part, size_t size)
{
    if (bytes->len < size)
        return false;
    memcpy(part, bytes->start, size);
    bytes->start += size;
    bytes->len -= size;
    return true;
}

bool netlink_take_attribute(struct netlink_bytes *bytes, unsigned *type, struct netlink_bytes *value)
{
    struct rtattr header;
    size_t whole;

    if (bytes->len < sizeof header)
        return false;
    memcpy(&header, bytes->start, sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > bytes->len)
        return false;
    *type = header.rta_type & ~(unsigned)(NLA_F_NESTED | NLA_F_NET_BYTEORDER);
    *value = (struct netlink_bytes){.start = bytes->start + sizeof header, .len = header.rta_len - sizeof header};
    whole = RTA_ALIGN((size_t)header.rta_len);
    if (whole > bytes->len)
        whole = bytes->len;
    bytes->start += whole;
    bytes->len -= whole;
    return true;
}

uint32_t netlink_number(struct netlink_bytes value)
{
    uint32_t number = 0;

    if (value.len == sizeof number)
        memcpy(&number, value.start, sizeof number);
    return number;
}

bool netlink_flag(struct netlink_bytes value)
{
    return value.len == 1 && value.start[0] != 0;
}

void netlink_string(struct netlink_bytes value, char *text, size_t size)
{
    size_t len = strnlen((const char *)value.start, value.len);

    if (len >= size)
        len = 0;
    memcpy(text, value.start, len);
    text[len] = '\0';
}

/* How far a dump is. */
enum dump {
    DUMP_CONTINUES,
    DUMP_ENDED,
    DUMP_CHANGED, /* the list changed meanwhile, so it may lack one or have one twice */
    DUMP_FAILED,  /* errno says why */
};

static enum dump read_datagram(const struct netlink_question *question, void *data, struct netlink_bytes datagram,
                               bool *has_changed)
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
        if (header.nlmsg_type == question->answer)
            question->visit((struct netlink_bytes){.start = datagram.start + sizeof header,
                                                   .len = header.nlmsg_len - sizeof header},
                            data);
        whole = NLMSG_ALIGN((size_t)header.nlmsg_len);
        if (whole > datagram.len)
            whole = datagram.len;
    }
    return DUMP_CONTINUES;
}

static enum dump receive(const struct netlink_question *question, void *data, int fd)
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
        dump = read_datagram(question, data, (struct netlink_bytes){.start = buffer, .len = (size_t)len}, &has_changed);
    }
    return dump;
}

/* Entries of a bridge's table are asked for with an ifinfomsg, too (rtnl_fdb_dump() in net/core/rtnetlink.c). */
static enum dump ask(const struct netlink_question *question, void *data, int fd)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
        struct rtattr attribute;
        uint32_t mask;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = question->type,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .info = {.ifi_family = question->family},
        .attribute = {.rta_len = sizeof request.attribute + sizeof request.mask, .rta_type = IFLA_EXT_MASK},
        .mask = question->mask,
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

    if (sendto(fd, &request, sizeof request, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return DUMP_FAILED;
    return receive(question, data, fd);
}

int netlink_dump(const struct netlink_question *question, void *data)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    enum dump dump = fd < 0 ? DUMP_FAILED : DUMP_CHANGED;
    int error;

    for (int tries = 0; dump == DUMP_CHANGED && tries < TRIES_MAX; tries++) {
        question->begin(data);
        dump = ask(question, data, fd);
    }
    error = errno;
    if (fd >= 0)
        (void)close(fd); /* nothing is written: nothing to fail */
    return dump == DUMP_FAILED ? error : 0;
}
