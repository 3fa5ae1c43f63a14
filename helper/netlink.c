/* SPDX-License-Identifier: MIT */
/* Runs with CAP_NET_ADMIN in effect and behind the seccomp filter. Format: netlink(7), rtnetlink(7), netlink(3). */
#include "netlink.h"

#include "message.h"

#include <errno.h>
#include <stdnoreturn.h>
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
    if (data_len > 0)
        memcpy(netlink->buffer + netlink->used, data, data_len);
    netlink->used += aligned_len;
    current(netlink)->nlmsg_len = (uint32_t)(netlink->used - netlink->message_start);
}

uint32_t netlink_start(struct netlink *netlink, uint16_t type, uint16_t flags, const void *header, size_t header_len)
{
    const struct nlmsghdr message = {.nlmsg_type = type,
                                     .nlmsg_flags = NLM_F_REQUEST | flags,
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

size_t netlink_nest(struct netlink *netlink, uint16_t type)
{
    size_t offset = netlink->used;

    netlink_put(netlink, type | NLA_F_NESTED, NULL, 0);
    return offset;
}

void netlink_nest_end(struct netlink *netlink, size_t offset)
{
    struct nlattr *attribute = (struct nlattr *)(void *)(netlink->buffer + offset);

    attribute->nla_len = (uint16_t)(netlink->used - offset);
}

uint32_t netlink_ask_link(struct netlink *netlink, uint16_t flags, int index)
{
    const struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    const uint32_t mask = RTEXT_FILTER_SKIP_STATS;
    uint32_t sequence = netlink_start(netlink, RTM_GETLINK, flags, &link, sizeof link);

    netlink_put(netlink, IFLA_EXT_MASK, &mask, sizeof mask);
    return sequence;
}

void netlink_send(struct netlink *netlink)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct iovec part = {.iov_base = netlink->buffer, .iov_len = netlink->used};
    struct msghdr message = {.msg_name = &kernel, .msg_namelen = sizeof kernel, .msg_iov = &part, .msg_iovlen = 1};

    current(netlink)->nlmsg_flags |= NLM_F_ACK;
    if (sendmsg(netlink->fd, &message, 0) != (ssize_t)netlink->used)
        die(EX_OSERR, "cannot send netlink messages: %m");
    netlink->first_sent = ((const struct nlmsghdr *)(const void *)netlink->buffer)->nlmsg_seq;
    memset(netlink->buffer, 0, netlink->used);
    netlink->used = 0;
    netlink->is_complete = netlink->is_inconsistent = false;
    netlink->received = netlink->next = 0;
}

/*
 * Receive from the kernel only. There is no need to wait: it answers before sendmsg() returns, and makes the rest of a
 * dump when we receive.
 */
static size_t receive(struct netlink *netlink, void *bytes, size_t bytes_size, int *flags)
{
    struct sockaddr_nl sender;
    struct iovec part = {.iov_base = bytes, .iov_len = bytes_size};
    struct msghdr message = {.msg_name = &sender, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t len;

    do {
        message.msg_namelen = sizeof sender;
        len = recvmsg(netlink->fd, &message, MSG_DONTWAIT);
    } while ((len < 0 && errno == EINTR) || (len >= 0 && sender.nl_pid != 0)); /* only the kernel is believed */
    if (len < 0)
        die(EX_OSERR, "cannot receive the kernel's answer: %m");
    *flags = message.msg_flags;
    return (size_t)len;
}

static bool is_of_last_send(const struct netlink *netlink, const struct nlmsghdr *answer)
{
    return answer->nlmsg_seq >= netlink->first_sent && answer->nlmsg_seq <= netlink->sequence && answer->nlmsg_seq != 0;
}

static noreturn void die_other_answer(void)
{
    die(EX_SOFTWARE, "the kernel's answer is not one to our messages");
}

uint32_t netlink_wait(struct netlink *netlink)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;
    int flags; /* after the error number, the kernel repeats our message, which is cut off */
    size_t len = receive(netlink, &answer, sizeof answer, &flags);

    if (len < sizeof answer.header + sizeof answer.error.error || answer.header.nlmsg_type != NLMSG_ERROR ||
        !is_of_last_send(netlink, &answer.header))
        die_other_answer();
    errno = -answer.error.error;
    if (answer.error.error != 0)
        return answer.header.nlmsg_seq;
    if (answer.header.nlmsg_seq != netlink->sequence)
        die(EX_SOFTWARE, "the kernel answered a message other than the last");
    return 0;
}

/* The next message, whatever it is. */
static const struct nlmsghdr *take_message(struct netlink *netlink)
{
    /* The most that the kernel puts into one part: netlink_recvmsg() in net/netlink/af_netlink.c. */
    static _Alignas(struct nlmsghdr) unsigned char bytes[32768];
    const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)(bytes + netlink->next);
    int flags;

    if (netlink->next >= netlink->received) {
        netlink->received = receive(netlink, bytes, sizeof bytes, &flags);
        netlink->next = 0;
        message = (const struct nlmsghdr *)(const void *)bytes;
        if ((flags & MSG_TRUNC) != 0)
            die(EX_SOFTWARE, "the kernel's answer is larger than its buffer");
    }
    if (netlink->received - netlink->next < sizeof *message || message->nlmsg_len < sizeof *message ||
        message->nlmsg_len > netlink->received - netlink->next || !is_of_last_send(netlink, message))
        die_other_answer();
    netlink->next += NLMSG_ALIGN(message->nlmsg_len);
    netlink->is_inconsistent = netlink->is_inconsistent || (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    return message;
}

int netlink_error(const struct nlmsghdr *message)
{
    int error;

    if (message->nlmsg_len < NLMSG_LENGTH(sizeof error))
        die_other_answer();
    memcpy(&error, netlink_data(message), sizeof error);
    return -error;
}

const struct nlmsghdr *netlink_next(struct netlink *netlink)
{
    while (!netlink->is_complete) {
        const struct nlmsghdr *message = take_message(netlink);
        bool is_end = message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE;
        if (!is_end || message->nlmsg_seq != netlink->sequence)
            return message;
        netlink->is_complete = true;
        errno = netlink_error(message);
    }
    return NULL;
}
