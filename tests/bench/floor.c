/* SPDX-License-Identifier: MIT */
/*
 * The floor of the benchmark: the kernel calls that any correct helper has to make, and nothing else. No rules, no
 * checks, no dropping of privilege: NOT a program to install. Setuid root for the moment of a measurement, inside the
 * lab.
 *
 * What it asks of the kernel is what a user sees of a helper: a tap with the bridge's MTU, a MAC that leaves the
 * bridge's alone, no IPv6 address of its own, a port of the bridge, up; and the descriptor handed over.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    const char *bridge;
    int fd;
    bool use_vnet;
};

/* One netlink request: room for the attributes below and nothing more. */
struct link_message {
    struct nlmsghdr header;
    struct ifinfomsg info;
    unsigned char attributes[64];
};

struct link_ack {
    struct nlmsghdr header;
    struct nlmsgerr error;
};

static int number_parse(const char *text)
{
    int number = 0;

    for (; *text >= '0' && *text <= '9' && number < 100000; text++)
        number = number * 10 + (*text - '0');
    return *text == '\0' ? number : -1;
}

static bool request_parse(int argc, char **argv, struct request *request)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--use-vnet") == 0)
            request->use_vnet = true;
        else if (strncmp(argv[i], "--br=", 5) == 0)
            request->bridge = argv[i] + 5;
        else if (strncmp(argv[i], "--fd=", 5) == 0)
            request->fd = number_parse(argv[i] + 5);
        else
            return false;
    }
    return request->fd >= 0 && request->bridge && strlen(request->bridge) < IFNAMSIZ;
}

static void *attribute_begin(struct link_message *message, unsigned short type, size_t payload_len)
{
    struct rtattr *attribute = (struct rtattr *)(void *)((char *)message + NLMSG_ALIGN(message->header.nlmsg_len));

    attribute->rta_type = type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(payload_len);
    message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + (unsigned)RTA_ALIGN(attribute->rta_len);
    return RTA_DATA(attribute);
}

static void attribute_add(struct link_message *message, unsigned short type, const void *payload, size_t payload_len)
{
    memcpy(attribute_begin(message, type, payload_len), payload, payload_len);
}

/* IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_ADDR_GEN_MODE = none } }: three headers, one byte. */
static void attribute_add_no_ipv6_address(struct link_message *message)
{
    struct rtattr *family = attribute_begin(message, IFLA_AF_SPEC, RTA_SPACE(RTA_SPACE(1)));
    struct rtattr *mode = RTA_DATA(family);

    family->rta_type = AF_INET6;
    family->rta_len = RTA_LENGTH(RTA_SPACE(1));
    mode->rta_type = IFLA_INET6_ADDR_GEN_MODE;
    mode->rta_len = RTA_LENGTH(1);
    *(unsigned char *)RTA_DATA(mode) = IN6_ADDR_GEN_MODE_NONE;
}

/*
 * Two messages in one send. IPv6 must be told before the port is up, and the kernel takes IFLA_AF_SPEC after the
 * flags of the same message. Only the second asks for an answer; if the first fails, its error is the first thing in
 * the queue.
 */
static bool tap_plug(int netlink, int tap_index, int bridge_index, int mtu)
{
    struct link_message set = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof set.info), .nlmsg_type = RTM_NEWLINK, .nlmsg_flags = NLM_F_REQUEST},
        .info = {.ifi_index = tap_index},
    };
    struct link_message up = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof up.info),
                   .nlmsg_type = RTM_NEWLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
                   .nlmsg_seq = 1},
        .info = {.ifi_index = tap_index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP},
    };
    unsigned char mac[6] = {0xfe};
    struct link_ack ack;

    if (getrandom(mac + 1, sizeof mac - 1, 0) != (ssize_t)sizeof mac - 1)
        return false;
    attribute_add(&set, IFLA_ADDRESS, mac, sizeof mac);
    attribute_add(&set, IFLA_MTU, &mtu, sizeof mtu);
    attribute_add(&set, IFLA_MASTER, &bridge_index, sizeof bridge_index);
    attribute_add_no_ipv6_address(&set);

    struct iovec iov[] = {{&set, set.header.nlmsg_len}, {&up, up.header.nlmsg_len}};
    struct msghdr message = {.msg_iov = iov, .msg_iovlen = 2};
    return sendmsg(netlink, &message, 0) == (ssize_t)(set.header.nlmsg_len + up.header.nlmsg_len) &&
           recv(netlink, &ack, sizeof ack, 0) >= (ssize_t)sizeof ack && ack.header.nlmsg_type == NLMSG_ERROR &&
           ack.header.nlmsg_seq == 1 && ack.error.error == 0;
}

static bool fd_send(int socket_fd, int fd)
{
    char byte = 0;
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct msghdr message = {.msg_iov = &iov,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(socket_fd, &message, 0) == 1;
}

int main(int argc, char **argv)
{
    struct request request = {.fd = -1};
    struct ifreq tap = {.ifr_name = "tap%d", .ifr_flags = IFF_TAP | IFF_NO_PI};
    struct ifreq bridge = {0};

    if (!request_parse(argc, argv, &request))
        return 64;
    memcpy(bridge.ifr_name, request.bridge, strlen(request.bridge));
    if (request.use_vnet)
        tap.ifr_flags |= IFF_VNET_HDR;

    int tap_fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (tap_fd < 0 || netlink < 0)
        return 71;

    /* Any socket takes these requests. Each ifreq holds one answer: the index comes first, the MTU overwrites it. */
    if (ioctl(netlink, SIOCGIFINDEX, &bridge))
        return 69;
    int bridge_index = bridge.ifr_ifindex;
    if (ioctl(netlink, SIOCGIFMTU, &bridge))
        return 69;

    if (ioctl(tap_fd, TUNSETIFF, &tap) || ioctl(netlink, SIOCGIFINDEX, &tap) ||
        !tap_plug(netlink, tap.ifr_ifindex, bridge_index, bridge.ifr_mtu) || !fd_send(request.fd, tap_fd))
        return 71;
    return 0;
}
