/* SPDX-License-Identifier: MIT */
/*
 * Creating the tap and plugging it in, with the kernel played by the test: what is asked of it, in which order, and
 * what becomes of each refusal.
 */
#include "bridge.h"
#include "caller.h"
#include "child.h"
#include "netlink.h"
#include "port.h"
#include "request.h"
#include "tap.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sysexits.h>
#include <time.h>

#define TUN_FD     1000
#define NETLINK_FD 1001

/* The kernel's part. */
static struct {
    unsigned features;
    int features_error;
    int create_error;
    int socket_error;
    int failing_message; /* 1, 2 or 3: the message that gets message_error; 0: none */
    int message_error;
    int open_error;
    bool is_root;
    int index_error;
    int name_error;
    int renames;        /* how often the tap is renamed just before it is looked up */
    bool name_is_taken; /* does another link get its old name? */
    char name[IFNAMSIZ];
    /* What it was asked. */
    short flags;
    char pattern[IFNAMSIZ];
    size_t sent_len;
    _Alignas(8) unsigned char sent[2048];
    int sends;
    uint32_t last; /* the last message that was sent */
    int asked_count;
    bool closed;
} kernel;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, void *argument);
uid_t __wrap_geteuid(void);
long __wrap_syscall(long number, int domain, int type, int protocol);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_open(const char *path, int flags, ...)
{
    if (strcmp(path, "/dev/net/tun") != 0)
        return __real_open(path, flags);
    CHILD_CHECK(flags == (O_RDWR | O_CLOEXEC));
    errno = kernel.open_error;
    return kernel.open_error != 0 ? -1 : TUN_FD;
}

uid_t __wrap_geteuid(void)
{
    return kernel.is_root ? 0 : 1000;
}

/* The tap has the index 77, and a link that takes its name 66. */
static int answer_index(int fd, struct ifreq *ifreq)
{
    CHILD_CHECK(fd == NETLINK_FD);
    if (kernel.renames > 0)
        (void)snprintf(kernel.name, sizeof kernel.name, "new%d", kernel.renames--);
    if (kernel.index_error != 0) {
        errno = kernel.index_error;
        return -1;
    }
    if (strcmp(ifreq->ifr_name, kernel.name) == 0) {
        ifreq->ifr_ifindex = 77;
        return 0;
    }
    ifreq->ifr_ifindex = 66;
    errno = ENODEV;
    return kernel.name_is_taken ? 0 : -1;
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
    struct ifreq *ifreq = argument;

    if (request == SIOCGIFINDEX)
        return answer_index(fd, ifreq);
    CHILD_CHECK(fd == TUN_FD);
    if (request == TUNGETIFF) {
        strcpy(ifreq->ifr_name, kernel.name);
        errno = kernel.name_error;
        return kernel.name_error != 0 ? -1 : 0;
    }
    if (request == TUNGETFEATURES) {
        errno = kernel.features_error;
        *(unsigned *)argument = kernel.features;
        return kernel.features_error != 0 ? -1 : 0;
    }
    CHILD_CHECK(request == TUNSETIFF && kernel.asked_count++ == 0);
    kernel.flags = ifreq->ifr_flags;
    strcpy(kernel.pattern, ifreq->ifr_name);
    strcpy(ifreq->ifr_name, "tap7");
    strcpy(kernel.name, "tap7");
    errno = kernel.create_error;
    return kernel.create_error != 0 ? -1 : 0;
}

long __wrap_syscall(long number, int domain, int type, int protocol)
{
    CHILD_CHECK(number == SYS_socket);
    CHILD_CHECK(domain == AF_NETLINK && type == (SOCK_RAW | SOCK_CLOEXEC) && protocol == NETLINK_ROUTE);
    CHILD_CHECK(kernel.asked_count++ == 1);
    errno = kernel.socket_error;
    return kernel.socket_error != 0 ? -1 : NETLINK_FD;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct sockaddr_nl *address = message->msg_name;
    size_t len = message->msg_iov->iov_len;
    struct nlmsghdr *header = (struct nlmsghdr *)(void *)(kernel.sent + kernel.sent_len);
    unsigned left = (unsigned)len;

    (void)flags;
    CHILD_CHECK(fd == NETLINK_FD && kernel.asked_count++ == 2 + kernel.sends++ && message->msg_iovlen == 1);
    CHILD_CHECK(address->nl_family == AF_NETLINK && address->nl_pid == 0 && address->nl_groups == 0);
    CHILD_CHECK(len <= sizeof kernel.sent - kernel.sent_len);
    memcpy(header, message->msg_iov->iov_base, len);
    kernel.sent_len += len;
    for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left))
        kernel.last = header->nlmsg_seq;
    return (ssize_t)len;
}

/* The failing message's answer when it was sent, and then the last one's: success, unless it is the failing one. */
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer = {.header = {.nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = kernel.last}};

    (void)flags;
    CHILD_CHECK(fd == NETLINK_FD && message->msg_iov->iov_len >= sizeof answer);
    if (kernel.failing_message != 0 && (uint32_t)kernel.failing_message <= kernel.last) {
        answer.header.nlmsg_seq = (uint32_t)kernel.failing_message;
        answer.error.error = -kernel.message_error;
        kernel.failing_message = 0;
    }
    memset(message->msg_name, 0, message->msg_namelen);
    memcpy(message->msg_iov->iov_base, &answer, sizeof answer);
    return sizeof answer;
}

int __wrap_close(int fd)
{
    if (fd != NETLINK_FD)
        return __real_close(fd);
    kernel.closed = true;
    return 0;
}

static const struct bridge bridge = {.ifindex = 12, .mtu = 9000};
static const struct caller caller = {.uid = 4294967295U - 1};
static const struct request request = {.bridge = "123456789012345", .fd = 9, .queues = 1, .use_vnet = true};

static int setup(void **state)
{
    (void)state;
    memset(&kernel, 0, sizeof kernel);
    kernel.features = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    return 0;
}

static struct vmnetacl_decision decision = {.rule = {.file = "/rules", .line = 7}};

static void make_tap(struct tap *tap)
{
    tap_open(tap);
    tap_prepare(tap, &caller, &request, &decision);
}

static void plug_tap(struct tap *tap)
{
    struct netlink netlink = {.sequence = 0};

    tap_create(tap, &netlink);
    port_plug(&netlink, tap, &bridge, &decision);
}

static void test_tap_prepare_random_local_address(void **state)
{
    const long long before = time(NULL);
    struct tap first;
    struct tap second;
    long long since;
    char rest;

    (void)state; /* cmocka's signature, here and below */
    make_tap(&first);
    make_tap(&second);
    assert_int_equal(first.fds[0], TUN_FD);
    assert_string_equal(first.name, "tap%d");
    assert_int_equal(first.address[0], 0xfe); /* not multicast, local, and above any other */
    assert_int_equal(second.address[0], 0xfe);
    assert_memory_not_equal(first.address, second.address, 6);
    assert_int_equal(sscanf(first.alias, "vmnet-helper uid=4294967294 bridge=123456789012345 since=%lld%c", &since,
                            &rest),
                     1);
    assert_in_range(since, before, time(NULL));
}

static void test_tap_prepare_vnet_wanted_and_known(void **state)
{
    struct request plain = request;
    struct tap tap;

    (void)state;
    plain.use_vnet = false;
    make_tap(&tap);
    assert_true(tap.has_vnet_hdr);
    tap_prepare(&tap, &caller, &plain, &decision);
    assert_false(tap.has_vnet_hdr);
    kernel.features = IFF_TAP | IFF_NO_PI;
    make_tap(&tap);
    assert_false(tap.has_vnet_hdr);
}

static int prepare_named(const void *tap_name)
{
    struct vmnetacl_decision named = decision;
    struct tap tap;

    named.grant.options = VMNETACL_OPTION_TAP;
    strcpy(named.grant.tap, tap_name);
    tap_open(&tap);
    tap_prepare(&tap, &caller, &request, &named);
    return 0;
}

/* The uid has ten digits. */
static void test_tap_prepare_name_of_rule_expanded(void **state)
{
    static const struct {
        const char *input;
        const char *want; /* NULL: too long */
    } rows[] = {
        {"vm%d", "vm%d"},
        {"fixed", "fixed"},
        {"%u", "4294967294"},
        {"%u-%d", "4294967294-%d"},
        {"v-%d%u", "v-%d4294967294"},
        {"%d-%u-x", "%d-4294967294-x"},
        {"v-%u-%d", "v-4294967294-%d"},
        {"vm-%u-%d", NULL},
        {"123456%u", NULL},
        {"%u123456", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_decision named = decision;
        struct child_result result;
        struct tap tap;
        named.grant.options = VMNETACL_OPTION_TAP;
        strcpy(named.grant.tap, rows[i].input);
        child_run(prepare_named, rows[i].input, &result);
        if (rows[i].want == NULL) {
            child_assert_died(&result, EX_CONFIG, "of /rules:7 is longer than 15 bytes with the uid 4294967294 in it");
            continue;
        }
        child_assert_exit(&result, 0, "");
        tap_open(&tap);
        tap_prepare(&tap, &caller, &request, &named);
        assert_string_equal(tap.name, rows[i].want);
    }
}

static void test_tap_plug_flags_as_asked(void **state)
{
    struct tap tap;

    (void)state;
    make_tap(&tap);
    plug_tap(&tap);
    assert_int_equal((unsigned short)kernel.flags, IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL | IFF_VNET_HDR);
    assert_string_equal(kernel.pattern, "tap%d");
    assert_string_equal(tap.name, "tap7");
    assert_true(kernel.closed);
    assert_int_equal(setup(state), 0);
    make_tap(&tap);
    tap.has_vnet_hdr = false;
    plug_tap(&tap);
    assert_int_equal((unsigned short)kernel.flags, IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL);
}

/* The attribute of a type among attributes, which must fill len bytes exactly. */
static struct rtattr *find(struct rtattr *attribute, size_t len, unsigned short type)
{
    struct rtattr *found = NULL;
    unsigned left = (unsigned)len;

    for (; left > 0; attribute = RTA_NEXT(attribute, left)) {
        assert_true(left >= sizeof *attribute && attribute->rta_len >= sizeof *attribute);
        assert_true(RTA_ALIGN(attribute->rta_len) <= left);
        for (size_t i = attribute->rta_len; i < RTA_ALIGN(attribute->rta_len); i++)
            assert_int_equal(((unsigned char *)attribute)[i], 0); /* no byte of ours that was in memory goes out */
        if (attribute->rta_type != type)
            continue;
        assert_null(found); /* once */
        found = attribute;
    }
    return found;
}

static void assert_attribute(struct nlmsghdr *message, unsigned short type, const void *want, size_t want_len)
{
    struct rtattr *attributes = IFLA_RTA((struct ifinfomsg *)NLMSG_DATA(message));
    struct rtattr *found = find(attributes, message->nlmsg_len - NLMSG_SPACE(sizeof(struct ifinfomsg)), type);

    assert_non_null(found);
    assert_int_equal(RTA_PAYLOAD(found), want_len);
    assert_memory_equal(RTA_DATA(found), want, want_len);
}

/* All that there is to a message: its link by index, its flags, and how many attributes. */
static void assert_message(struct nlmsghdr *message, uint32_t sequence, uint16_t flags, unsigned link_flags,
                           size_t attributes_count)
{
    struct ifinfomsg *link = NLMSG_DATA(message);
    struct rtattr *attribute = IFLA_RTA(link);
    unsigned left = message->nlmsg_len - (unsigned)NLMSG_SPACE(sizeof *link);

    assert_int_equal(message->nlmsg_type, RTM_SETLINK);
    assert_int_equal(message->nlmsg_seq, sequence);
    assert_int_equal(message->nlmsg_flags, flags);
    assert_int_equal(link->ifi_family, AF_UNSPEC);
    assert_int_equal(link->ifi_index, 77);
    assert_int_equal(link->ifi_flags, link_flags);
    assert_int_equal(link->ifi_change, link_flags);
    for (; left > 0; attribute = RTA_NEXT(attribute, left)) /* find() has looked at the lengths */
        attributes_count--;
    assert_int_equal(attributes_count, 0);
}

static void test_tap_plug_three_messages_up_last(void **state)
{
    struct nlmsghdr *message = (struct nlmsghdr *)(void *)kernel.sent;
    const uint32_t mtu = 9000;
    const uint32_t master = 12;
    unsigned left;
    struct rtattr *attribute;
    struct tap tap;

    (void)state;
    make_tap(&tap);
    plug_tap(&tap);
    left = (unsigned)kernel.sent_len;

    assert_true(NLMSG_OK(message, left));
    assert_message(message, 1, NLM_F_REQUEST, 0, 1);
    attribute = find(IFLA_RTA((struct ifinfomsg *)NLMSG_DATA(message)),
                     message->nlmsg_len - NLMSG_SPACE(sizeof(struct ifinfomsg)), IFLA_AF_SPEC);
    assert_non_null(attribute);
    attribute = find(RTA_DATA(attribute), RTA_PAYLOAD(attribute), AF_INET6);
    assert_non_null(attribute);
    attribute = find(RTA_DATA(attribute), RTA_PAYLOAD(attribute), IFLA_INET6_ADDR_GEN_MODE);
    assert_non_null(attribute);
    assert_int_equal(RTA_PAYLOAD(attribute), 1);
    assert_int_equal(*(unsigned char *)RTA_DATA(attribute), IN6_ADDR_GEN_MODE_NONE);

    message = NLMSG_NEXT(message, left);
    assert_true(NLMSG_OK(message, left));
    assert_message(message, 2, NLM_F_REQUEST | NLM_F_ACK, 0, 4);
    assert_attribute(message, IFLA_MTU, &mtu, sizeof mtu);
    assert_attribute(message, IFLA_ADDRESS, tap.address, 6);
    assert_attribute(message, IFLA_IFALIAS, tap.alias, strlen(tap.alias));
    assert_attribute(message, IFLA_MASTER, &master, sizeof master);

    message = NLMSG_NEXT(message, left);
    assert_true(NLMSG_OK(message, left));
    assert_message(message, 3, NLM_F_REQUEST | NLM_F_ACK, IFF_UP, 0);
    (void)NLMSG_NEXT(message, left);
    assert_int_equal(left, 0);
    assert_int_equal(kernel.sends, 2); /* the kernel goes on with the next message of a send when one has failed */
}

static int plug(const void *unused)
{
    struct tap tap;

    (void)unused;
    make_tap(&tap);
    plug_tap(&tap);
    CHILD_CHECK(kernel.closed);
    return 0;
}

/* A kernel without IPv6 is none the worse for it. */
static void test_tap_plug_no_ipv6_plugged(void **state)
{
    struct child_result result;

    (void)state;
    kernel.failing_message = 1;
    kernel.message_error = EAFNOSUPPORT;
    child_run(plug, NULL, &result);
    child_assert_exit(&result, 0, "");
}

/* Root's tools rename interfaces when they come: what is plugged in is the tap all the same, and nothing else. */
static void test_tap_plug_renamed_meanwhile_tap_plugged(void **state)
{
    for (int renames = 0; renames < 3; renames++) {
        for (int taken = 0; taken < 2; taken++) {
            struct tap tap;
            assert_int_equal(setup(state), 0);
            kernel.renames = renames;
            kernel.name_is_taken = taken == 1;
            make_tap(&tap);
            plug_tap(&tap);
            assert_message((struct nlmsghdr *)(void *)kernel.sent, 1, NLM_F_REQUEST, 0, 1); /* to index 77 */
            assert_string_equal(tap.name, kernel.name);
        }
    }
}

static void test_tap_refusals_of_kernel_reported(void **state)
{
    static const struct {
        const char *name;
        int *input;
        int error;
        int failing_message;
        int want;
        const char *want_text;
    } rows[] = {
        {"open: no node", &kernel.open_error, ENOENT, 0, EX_UNAVAILABLE, "cannot open /dev/net/tun: %m"},
        {"open: no driver", &kernel.open_error, ENODEV, 0, EX_UNAVAILABLE, "modprobe tun"},
        {"open: no device", &kernel.open_error, ENXIO, 0, EX_UNAVAILABLE, "modprobe tun"},
        {"open: mode", &kernel.open_error, EACCES, 0, EX_NOPERM,
         "that the caller may open: 'vmnetctl doctor' shows what root can do"},
        {"open: mode, as root", &kernel.open_error, EACCES, 0, EX_NOPERM, "a security module or a nodev mount"},
        {"open: device cgroup", &kernel.open_error, EPERM, 0, EX_NOPERM, "DeviceAllow=/dev/net/tun"},
        {"open: descriptors", &kernel.open_error, EMFILE, 0, EX_OSERR, "cannot open /dev/net/tun: %m"},
        {"open: other", &kernel.open_error, EIO, 0, EX_OSERR, "cannot open /dev/net/tun: %m"},
        {"features", &kernel.features_error, EBADFD, 0, EX_OSERR, "for its features"},
        {"create: user namespace", &kernel.create_error, EPERM, 0, EX_NOPERM, "cannot create a tap: %m; in a user"},
        {"create: other", &kernel.create_error, ENOMEM, 0, EX_OSERR, "cannot create a tap: %m"},
        {"create: taken", &kernel.create_error, EBUSY, 0, EX_TEMPFAIL, "'tap%d': an interface has this name"},
        {"create: taken meanwhile", &kernel.create_error, EEXIST, 0, EX_TEMPFAIL, "an interface has this name"},
        {"create: no number", &kernel.create_error, ENFILE, 0, EX_TEMPFAIL, "no number is free for this name"},
        {"netlink: security module", &kernel.socket_error, EACCES, 0, EX_NOPERM, "a security module"},
        {"netlink: restricted", &kernel.socket_error, EAFNOSUPPORT, 0, EX_NOPERM, "RestrictAddressFamilies="},
        {"netlink: security module, again", &kernel.socket_error, EPERM, 0, EX_NOPERM, "a security module"},
        {"netlink: other", &kernel.socket_error, EMFILE, 0, EX_OSERR, "cannot open a netlink socket: %m"},
        {"index", &kernel.index_error, EIO, 0, EX_OSERR, "cannot look up the tap: %m"},
        {"name", &kernel.name_error, EBADFD, 0, EX_OSERR, "cannot look up the tap: %m"},
        {"renamed again and again", &kernel.renames, 3, 0, EX_TEMPFAIL, "renamed again and again"},
        {"address generation: other", &kernel.message_error, EIO, 1, EX_OSERR, "plug the tap into the bridge: %m"},
        {"port: no IPv6", &kernel.message_error, EAFNOSUPPORT, 2, EX_OSERR, "plug the tap into the bridge: %m"},
        {"port: full", &kernel.message_error, EXFULL, 2, EX_UNAVAILABLE, "as many ports as it can have"},
        {"port: gone", &kernel.message_error, EINVAL, 2, EX_UNAVAILABLE, "it is gone, or its MTU"},
        {"port: other", &kernel.message_error, EPERM, 2, EX_OSERR, "plug the tap into the bridge: %m"},
        {"up", &kernel.message_error, ENOBUFS, 3, EX_OSERR, "cannot bring the tap up: %m"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        assert_int_equal(setup(state), 0);
        *rows[i].input = rows[i].error;
        kernel.is_root = strstr(rows[i].name, "as root") != NULL;
        kernel.failing_message = rows[i].failing_message;
        child_run(plug, NULL, &result);
        child_assert_died_of(&result, rows[i].want, rows[i].want_text, rows[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tap_prepare_random_local_address, setup),
        cmocka_unit_test_setup(test_tap_prepare_vnet_wanted_and_known, setup),
        cmocka_unit_test_setup(test_tap_prepare_name_of_rule_expanded, setup),
        cmocka_unit_test_setup(test_tap_plug_flags_as_asked, setup),
        cmocka_unit_test_setup(test_tap_plug_three_messages_up_last, setup),
        cmocka_unit_test_setup(test_tap_plug_no_ipv6_plugged, setup),
        cmocka_unit_test_setup(test_tap_plug_renamed_meanwhile_tap_plugged, setup),
        cmocka_unit_test_setup(test_tap_refusals_of_kernel_reported, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
