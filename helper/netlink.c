/* SPDX-License-Identifier: MIT */
/* Runs with CAP_NET_ADMIN in effect and behind the seccomp filter. Format: netlink(7), rtnetlink(7), netlink(3). */
#include "netlink.h"

#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <unistd.h>

void netlink_connect(struct netlink *netlink)
{
    /* Not socket(): on i386 and s390x that is socketcall(2), whose arguments no filter can see. */
    netlink->fd = (int)syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink->fd < 0 && (errno == EACCES || errno == EPERM))
        die(EX_NOPERM, "cannot open a netlink socket: %m; a security module forbids it, see 'dmesg' for AppArmor's or "
                       "SELinux's reason");
    if (netlink->fd < 0 && errno == EAFNOSUPPORT) /* systemd.exec(5): by a seccomp filter */
        die(EX_NOPERM, "cannot open a netlink socket: %m; RestrictAddressFamilies= of the service leaves it out: add "
                       "AF_NETLINK there");
    if (netlink->fd < 0)
        die(EX_OSERR, "cannot open a netlink socket: %m");
}

/* The message that is being made. */
static struct nlmsghdr *current(struct netlink *netlink)
{
    return (struct nlmsghdr *)(void *)(netlink->buffer + netlink->message_start);
}

/* Append bytes to the message; the padding up to the next attribute is zero. */
static void append(struct netlink *netlink, const void *data, size_t data_len)
{
    size_t aligned_len = NLMSG_ALIGN(data_len);

    if (aligned_len > sizeof netlink->buffer - netlink->used)
        die(EX_SOFTWARE, "a netlink message is larger than its buffer");
    memcpy(netlink->buffer + netlink->used, data, data_len);
    netlink->used += aligned_len;
    current(netlink)->nlmsg_len = (uint32_t)(netlink->used - netlink->message_start);
}

uint32_t netlink_start(struct netlink *netlink, uint16_t type, const void *header, size_t header_len)
{
    const struct nlmsghdr message = {.nlmsg_type = type,
                                     .nlmsg_flags = NLM_F_REQUEST,
                                     .nlmsg_seq = ++netlink->sequence};

    netlink->message_start = netlink->used;
    append(netlink, &message, sizeof message);
    append(netlink, header, header_len);
    return netlink->sequence;
}

void netlink_put(struct netlink *netlink, uint16_t type, const void *data, size_t data_len)
{
    const struct nlattr attribute = {.nla_type = type, .nla_len = (uint16_t)(sizeof attribute + data_len)};

    append(netlink, &attribute, sizeof attribute);
    append(netlink, data, data_len);
}

void netlink_send(struct netlink *netlink)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct iovec part = {.iov_base = netlink->buffer, .iov_len = netlink->used};
    struct msghdr message = {.msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = &part, .msg_iovlen = 1};

    current(netlink)->nlmsg_flags |= NLM_F_ACK;
    if (sendmsg(netlink->fd, &message, 0) != (ssize_t)netlink->used)
        die(EX_OSERR, "cannot send netlink messages: %m");
    memset(netlink->buffer, 0, netlink->used);
    netlink->used = 0;
}

uint32_t netlink_wait(struct netlink *netlink)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;
    struct sockaddr_nl sender;
    struct iovec part = {.iov_base = &answer, .iov_len = sizeof answer};
    struct msghdr message = {.msg_name = &sender, .msg_namelen = sizeof sender, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t len;

    /* No need to wait: the kernel answers before sendmsg() returns. After the error number, it repeats our message. */
    do {
        message.msg_namelen = sizeof sender;
        len = recvmsg(netlink->fd, &message, MSG_DONTWAIT);
    } while ((len < 0 && errno == EINTR) || (len >= 0 && sender.nl_pid != 0)); /* only the kernel is believed */
    if (len < 0)
        die(EX_OSERR, "cannot receive the kernel's answer: %m");
    if ((size_t)len < sizeof answer.header + sizeof answer.error.error || answer.header.nlmsg_type != NLMSG_ERROR ||
        answer.header.nlmsg_seq == 0 || answer.header.nlmsg_seq > netlink->sequence)
        die(EX_SOFTWARE, "the kernel's answer is not one to our messages");
    errno = -answer.error.error;
    if (answer.error.error != 0)
        return answer.header.nlmsg_seq;
    if (answer.header.nlmsg_seq != netlink->sequence)
        die(EX_SOFTWARE, "the kernel answered a message other than the last");
    return 0;
}
