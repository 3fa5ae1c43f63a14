/* SPDX-License-Identifier: MIT */
/* Runs with CAP_NET_ADMIN in effect and behind the seccomp filter. Format: netlink(7), rtnetlink(7), netlink(3). */
#include "netlink.h"

#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

void netlink_connect(struct netlink *netlink)
{
    netlink->sequence = 0;
    netlink->used = 0;
    netlink->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink->fd < 0 && (errno == EACCES || errno == EPERM))
        die(EX_NOPERM, "cannot open a netlink socket: %m; a security module forbids it, see 'dmesg' for AppArmor's or "
                       "SELinux's reason");
    if (netlink->fd < 0)
        die(EX_OSERR, "cannot open a netlink socket: %m");
}

/* Append bytes and what aligns the next, all zero where data is NULL; return their place in the buffer. */
static size_t append(struct netlink *netlink, const void *data, size_t data_len)
{
    size_t start = netlink->used;
    size_t aligned_len = NLMSG_ALIGN(data_len);

    if (aligned_len > sizeof netlink->buffer - start)
        die(EX_SOFTWARE, "a netlink message is larger than its buffer");
    memset(netlink->buffer + start, 0, aligned_len);
    if (data != NULL)
        memcpy(netlink->buffer + start, data, data_len);
    netlink->used += aligned_len;
    return start;
}

void netlink_start(struct netlink *netlink, uint16_t type, const void *header, size_t header_len)
{
    const struct nlmsghdr message = {
        .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = ++netlink->sequence};

    netlink->message_start = append(netlink, &message, sizeof message);
    (void)append(netlink, header, header_len); /* right behind: its place is known */
}

size_t netlink_open(struct netlink *netlink, uint16_t type)
{
    const struct nlattr attribute = {.nla_type = type};

    return append(netlink, &attribute, sizeof attribute);
}

void netlink_close(struct netlink *netlink, size_t attribute)
{
    uint16_t len = (uint16_t)(netlink->used - attribute);

    memcpy(netlink->buffer + attribute + offsetof(struct nlattr, nla_len), &len, sizeof len);
}

void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t data_len)
{
    const struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(sizeof attribute + data_len)};

    (void)append(netlink, &attribute, sizeof attribute);
    (void)append(netlink, data, data_len); /* right behind: its place is known */
}

uint32_t netlink_end(struct netlink *netlink)
{
    uint32_t len = (uint32_t)(netlink->used - netlink->message_start);

    memcpy(netlink->buffer + netlink->message_start + offsetof(struct nlmsghdr, nlmsg_len), &len, sizeof len);
    return netlink->sequence;
}

void netlink_send(struct netlink *netlink)
{
    const uint16_t flags = NLM_F_REQUEST | NLM_F_ACK;
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct iovec part = {.iov_base = netlink->buffer, .iov_len = netlink->used};
    struct msghdr message = {
        .msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = &part, .msg_iovlen = 1};

    memcpy(netlink->buffer + netlink->message_start + offsetof(struct nlmsghdr, nlmsg_flags), &flags, sizeof flags);
    if (sendmsg(netlink->fd, &message, 0) != (ssize_t)netlink->used)
        die(EX_OSERR, "cannot send netlink messages: %m");
}

uint32_t netlink_wait(struct netlink *netlink, uint32_t last)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;
    struct sockaddr_nl sender;
    struct iovec part = {.iov_base = &answer, .iov_len = sizeof answer};
    struct msghdr message = {.msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t len;

    /* The kernel has answered before sendmsg() returned, so there is nothing to wait for. What is cut off behind the
     * error number is our own message. */
    do {
        message.msg_namelen = sizeof sender;
        len = recvmsg(netlink->fd, &message, MSG_DONTWAIT);
    } while ((len < 0 && errno == EINTR) || (len >= 0 && sender.nl_pid != 0)); /* only the kernel is believed */
    if (len < 0)
        die(EX_OSERR, "cannot receive the kernel's answer: %m");
    if ((size_t)len < sizeof answer.header + sizeof answer.error.error || answer.header.nlmsg_type != NLMSG_ERROR ||
        answer.header.nlmsg_seq == 0 || answer.header.nlmsg_seq > last)
        die(EX_SOFTWARE, "the kernel's answer is not one to our messages");
    errno = -answer.error.error;
    if (answer.error.error != 0)
        return answer.header.nlmsg_seq;
    if (answer.header.nlmsg_seq != last)
        die(EX_SOFTWARE, "the kernel answered another message than the last");
    return 0;
}

void netlink_disconnect(struct netlink *netlink)
{
    if (close(netlink->fd) != 0)
        die(EX_OSERR, "cannot close the netlink socket: %m");
}
