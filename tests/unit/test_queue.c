/* SPDX-License-Identifier: MIT */
/*
 * The further queues of a tap, with the kernel played by the test: what is asked of it and in which order, and that
 * whatever is not as it should be ends the start.
 */
#include "child.h"
#include "netlink.h"
#include "queue.h"
#include "tap.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sysexits.h>

#define FIRST_FD   1000 /* each further one has the next number */
#define NETLINK_FD 2000
#define TAP_INDEX  77
#define QUEUES     4
#define OWNER      4242
#define FLAGS      (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE)

/* One attribute of the tap: what the kernel shows, or nothing. */
struct shown {
    uint16_t type;
    uint8_t len; /* 0: it is missing */
    uint32_t value;
};

/* The kernel's part. */
static struct {
    int open_error;
    int stat_error;
    int odd_fd; /* is not what the others are: -1: none; */
    mode_t odd_mode;
    dev_t odd_device;
    int owner_error;
    int attach_error;
    int attach_failing; /* the descriptor */
    int look_up_error;
    const char *odd_name;
    unsigned long removal_failing; /* the request */
    int removal_error;
    int link_error;
    const char *name; /* of the index */
    struct shown shown[8];
    /* What it was asked. */
    int opened;
    int attached;
    bool has_owner;
    uint32_t sequence;
    int received;
    int removed; /* filters and programs */
} kernel;

static bool *is_deleted; /* the tap; shared with the child that does it */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_fstat(int fd, struct stat *file);
int __wrap_fstat(int fd, struct stat *file);
int __wrap_ioctl(int fd, unsigned long request, void *argument);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

int __wrap_open(const char *path, int flags, ...)
{
    if (strcmp(path, "/dev/net/tun") != 0)
        return __real_open(path, flags);
    CHILD_CHECK(flags == (O_RDWR | O_CLOEXEC));
    errno = kernel.open_error;
    return kernel.open_error != 0 ? -1 : FIRST_FD + ++kernel.opened;
}

int __wrap_fstat(int fd, struct stat *file)
{
    if (fd < FIRST_FD)
        return __real_fstat(fd, file);
    CHILD_CHECK(fd <= FIRST_FD + kernel.opened);
    *file = (struct stat){.st_mode = S_IFCHR | 0666, .st_rdev = makedev(10, 200)};
    if (fd == kernel.odd_fd) {
        file->st_mode = kernel.odd_mode;
        file->st_rdev = kernel.odd_device;
    }
    errno = kernel.stat_error;
    return kernel.stat_error != 0 ? -1 : 0;
}

static int fail_with(int error)
{
    errno = error;
    return error != 0 ? -1 : 0;
}

static int attach(int fd, const struct ifreq *ifreq)
{
    CHILD_CHECK(kernel.has_owner); /* before anything else, or others can join meanwhile */
    CHILD_CHECK(fd == FIRST_FD + ++kernel.attached);
    CHILD_CHECK(strcmp(ifreq->ifr_name, "tap7") == 0 && (unsigned short)ifreq->ifr_flags == FLAGS);
    return fail_with(fd == kernel.attach_failing ? kernel.attach_error : 0);
}

int __wrap_ioctl(int fd, unsigned long request, void *argument)
{
    struct ifreq *ifreq = argument;

    if (request == TUNSETOWNER) {
        CHILD_CHECK(fd == FIRST_FD && (uintptr_t)argument == OWNER && kernel.attached == 0);
        kernel.has_owner = true;
        return fail_with(kernel.owner_error);
    }
    if (request == TUNSETIFF)
        return attach(fd, ifreq);
    if (request == TUNDETACHFILTER || request == TUNSETFILTEREBPF || request == TUNSETSTEERINGEBPF) {
        CHILD_CHECK(fd == FIRST_FD && kernel.received == 2); /* when no other program can set one any more */
        CHILD_CHECK(request == TUNDETACHFILTER || *(int *)argument == -1);
        kernel.removed++;
        return fail_with(request == kernel.removal_failing ? kernel.removal_error : 0);
    }
    CHILD_CHECK(request == TUNGETIFF && fd >= FIRST_FD && fd < FIRST_FD + QUEUES);
    if (kernel.look_up_error != 0 || (fd == kernel.attach_failing && kernel.attach_error != 0))
        return fail_with(kernel.look_up_error != 0 ? kernel.look_up_error : EBADFD);
    strcpy(ifreq->ifr_name, fd == kernel.odd_fd ? kernel.odd_name : "tap7");
    return 0;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    const struct nlmsghdr *header = message->msg_iov->iov_base;
    const struct ifinfomsg *link = netlink_data(header);

    (void)flags;
    CHILD_CHECK(fd == NETLINK_FD && link->ifi_index == TAP_INDEX && !*is_deleted);
    CHILD_CHECK(header->nlmsg_type == RTM_GETLINK || header->nlmsg_type == RTM_DELLINK);
    *is_deleted = header->nlmsg_type == RTM_DELLINK;
    kernel.sequence = header->nlmsg_seq;
    return (ssize_t)message->msg_iov->iov_len;
}

static struct rtattr *put(char *bytes, size_t *len, uint16_t type, const void *data, size_t data_len)
{
    struct rtattr *attribute = (struct rtattr *)(void *)(bytes + *len);

    attribute->rta_type = type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(data_len);
    if (data_len > 0)
        memcpy(RTA_DATA(attribute), data, data_len);
    *len += RTA_SPACE(data_len);
    return attribute;
}

/* A number of four bytes, or of one, which is another one of the four where the byte order is another. */
static void put_shown(char *bytes, size_t *len, const struct shown *shown)
{
    const uint8_t byte = (uint8_t)shown->value;
    const void *value = shown->len == sizeof byte ? (const void *)&byte : &shown->value;

    (void)put(bytes, len, shown->type, value, shown->len);
}

static size_t show_link(char *bytes)
{
    struct nlmsghdr *header = (struct nlmsghdr *)(void *)bytes;
    size_t len = NLMSG_SPACE(sizeof(struct ifinfomsg));
    struct rtattr *info;
    struct rtattr *data;

    memset(bytes, 0, len);
    *header = (struct nlmsghdr){.nlmsg_type = RTM_NEWLINK, .nlmsg_seq = kernel.sequence};
    (void)put(bytes, &len, IFLA_IFNAME, kernel.name, strlen(kernel.name) + 1);
    info = put(bytes, &len, IFLA_LINKINFO, NULL, 0);
    data = put(bytes, &len, IFLA_INFO_DATA, NULL, 0);
    for (size_t i = 0; i < COUNT_OF(kernel.shown); i++)
        if (kernel.shown[i].len > 0)
            put_shown(bytes, &len, &kernel.shown[i]);
    data->rta_len = (uint16_t)(bytes + len - (char *)data);
    info->rta_len = (uint16_t)(bytes + len - (char *)info);
    header->nlmsg_len = (uint32_t)len;
    return len;
}

/* The link, and that the question was answered; or only that it failed. */
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer = {.header = {.nlmsg_len = sizeof answer, .nlmsg_type = NLMSG_ERROR, .nlmsg_seq = kernel.sequence},
                .error = {.error = -kernel.link_error}};

    (void)flags;
    CHILD_CHECK(fd == NETLINK_FD && message->msg_iov->iov_len >= 4096);
    memset(message->msg_name, 0, message->msg_namelen);
    message->msg_flags = 0;
    if (kernel.received++ == 0 && kernel.link_error == 0)
        return (ssize_t)show_link(message->msg_iov->iov_base);
    memcpy(message->msg_iov->iov_base, &answer, sizeof answer);
    return sizeof answer;
}

static int setup(void **state)
{
    static const struct shown usual[] = {
        {IFLA_TUN_OWNER, 4, OWNER},
        {IFLA_TUN_PI, 1, 0},
        {IFLA_TUN_VNET_HDR, 1, 1},
        {IFLA_TUN_PERSIST, 1, 0},
        {IFLA_TUN_MULTI_QUEUE, 1, 1},
        {IFLA_TUN_NUM_QUEUES, 4, QUEUES},
        {IFLA_TUN_NUM_DISABLED_QUEUES, 4, 0},
    };

    (void)state;
    memset(&kernel, 0, sizeof kernel);
    if (is_deleted == NULL)
        is_deleted = mmap(NULL, sizeof *is_deleted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (is_deleted == MAP_FAILED)
        return -1;
    *is_deleted = false;
    kernel.odd_fd = -1;
    kernel.name = "tap7";
    memcpy(kernel.shown, usual, sizeof usual);
    return 0;
}

static int make_queues(const void *unused)
{
    struct tap tap = {.fds = {FIRST_FD},
                      .queues = QUEUES,
                      .owner = OWNER,
                      .ifindex = TAP_INDEX,
                      .has_vnet_hdr = true,
                      .name = "tap7"};
    struct netlink netlink = {.fd = NETLINK_FD};

    (void)unused;
    queue_open_others(&tap);
    for (int i = 0; i < QUEUES; i++)
        CHILD_CHECK(tap.fds[i] == FIRST_FD + i);
    queue_attach_others(&tap);
    CHILD_CHECK(kernel.attached == QUEUES - 1);
    queue_require_ours(&tap, &netlink);
    CHILD_CHECK(kernel.received == 2); /* nothing is left that a later question would take for its answer */
    CHILD_CHECK(kernel.removed == 3);
    return 0;
}

static void test_queue_all_as_it_should_be_goes_on(void **state)
{
    struct child_result result;

    (void)state; /* cmocka's signature, here and below */
    child_run(make_queues, NULL, &result);
    child_assert_exit(&result, 0, "");
}

static void test_queue_call_fails_reported(void **state)
{
    static const char not_ours[] = "another program has joined or changed the tap 'tap7' while it was set up";
    static const struct {
        int *input;
        int error;
        int want;
        const char *want_text;
    } rows[] = {
        {&kernel.open_error, EACCES, EX_NOPERM, "cannot open /dev/net/tun as the caller: %m; several queues need a "},
        {&kernel.open_error, EPERM, EX_NOPERM, "ask for one queue"},
        {&kernel.open_error, EMFILE, EX_TEMPFAIL, "cannot open /dev/net/tun for each queue: %m; ask for fewer"},
        {&kernel.open_error, ENFILE, EX_TEMPFAIL, "ask for fewer queues"},
        {&kernel.open_error, ENOMEM, EX_TEMPFAIL, "ask for fewer queues"},
        {&kernel.open_error, ENOENT, EX_OSERR, "cannot open /dev/net/tun for each queue: %m"},
        {&kernel.stat_error, EIO, EX_OSERR, "cannot look at /dev/net/tun: %m"},
        {&kernel.owner_error, EINVAL, EX_OSERR, "cannot set the owner of the tap: %m"},
        {&kernel.attach_error, EINVAL, EX_TEMPFAIL, not_ours}, /* the name is that of another kind of link */
        {&kernel.attach_error, EBUSY, EX_TEMPFAIL, not_ours},  /* of a tap with one queue */
        {&kernel.attach_error, E2BIG, EX_TEMPFAIL, not_ours},
        {&kernel.attach_error, ENOMEM, EX_OSERR, "cannot attach a queue to the tap: %m"},
        {&kernel.look_up_error, ENOMEM, EX_OSERR, "cannot look up a queue of the tap: %m"},
        {&kernel.link_error, ENODEV, EX_OSERR, "cannot read the tap back: %m"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        assert_int_equal(setup(state), 0);
        kernel.attach_failing = FIRST_FD + 1 + (int)i % (QUEUES - 1);
        *rows[i].input = rows[i].error;
        child_run(make_queues, NULL, &result);
        child_assert_died_of(&result, rows[i].want, rows[i].want_text, rows[i].error);
    }
}

static void test_queue_filter_not_removed_reported(void **state)
{
    static const unsigned long requests[] = {TUNDETACHFILTER, TUNSETFILTEREBPF, TUNSETSTEERINGEBPF};

    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct child_result result;
        assert_int_equal(setup(state), 0);
        kernel.removal_failing = requests[i];
        kernel.removal_error = EINVAL;
        child_run(make_queues, NULL, &result);
        child_assert_died_of(&result, EX_OSERR, "cannot remove the filters of the tap: %m", EINVAL);
    }
}

static void assert_refused(int code, const char *words)
{
    struct child_result result;

    child_run(make_queues, NULL, &result);
    child_assert_died(&result, code, words);
}

/* What another program has made persistent must not stay. */
static void assert_not_ours(void)
{
    assert_refused(EX_TEMPFAIL, "another program has joined or changed the tap 'tap7' while it was set up");
    assert_true(*is_deleted);
}

static void test_queue_other_device_refused(void **state)
{
    static const struct {
        mode_t mode;
        unsigned major, minor;
    } rows[] = {{S_IFCHR | 0666, 10, 201}, {S_IFCHR | 0666, 1, 3}, {S_IFBLK | 0666, 10, 200}, {S_IFREG | 0666, 0, 0}};

    for (int fd = FIRST_FD; fd < FIRST_FD + QUEUES; fd++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            assert_int_equal(setup(state), 0);
            kernel.odd_fd = fd;
            kernel.odd_mode = rows[i].mode;
            kernel.odd_device = makedev(rows[i].major, rows[i].minor);
            assert_refused(EX_TEMPFAIL, "/dev/net/tun is another file than it was");
        }
    }
}

/* Renamed, its name given to another: some of the descriptors are then queues of that one. */
static void test_queue_of_other_tap_refused(void **state)
{
    static const char *const names[] = {"tap", "tap77", "tap8", ""};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        for (int fd = FIRST_FD; fd < FIRST_FD + QUEUES; fd++) {
            assert_int_equal(setup(state), 0);
            kernel.odd_fd = fd;
            kernel.odd_name = names[i];
            kernel.odd_mode = S_IFCHR;
            kernel.odd_device = makedev(10, 200);
            assert_not_ours();
        }
        assert_int_equal(setup(state), 0);
        kernel.name = names[i];
        assert_not_ours();
    }
}

static void test_queue_read_back_other_refused(void **state)
{
    static const struct shown rows[] = {
        {IFLA_TUN_OWNER, 0, 0},
        {IFLA_TUN_OWNER, 4, OWNER + 1},
        {IFLA_TUN_OWNER, 4, 0},
        {IFLA_TUN_MULTI_QUEUE, 0, 0},
        {IFLA_TUN_MULTI_QUEUE, 1, 0},
        {IFLA_TUN_NUM_QUEUES, 0, 0},
        {IFLA_TUN_NUM_QUEUES, 4, QUEUES - 1},
        {IFLA_TUN_NUM_QUEUES, 4, QUEUES + 1},
        {IFLA_TUN_NUM_QUEUES, 3, QUEUES},
        {IFLA_TUN_NUM_DISABLED_QUEUES, 0, 0},
        {IFLA_TUN_NUM_DISABLED_QUEUES, 4, 1},
        {IFLA_TUN_PERSIST, 0, 0},
        {IFLA_TUN_PERSIST, 1, 1},
        {IFLA_TUN_GROUP, 4, 0},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t at = 0;
        assert_int_equal(setup(state), 0);
        while (kernel.shown[at].len > 0 && kernel.shown[at].type != rows[i].type)
            at++;
        kernel.shown[at] = rows[i];
        print_message("  attribute %u, %u bytes, %u\n", rows[i].type, rows[i].len, rows[i].value);
        assert_not_ours();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_queue_all_as_it_should_be_goes_on, setup),
        cmocka_unit_test(test_queue_call_fails_reported),
        cmocka_unit_test(test_queue_filter_not_removed_reported),
        cmocka_unit_test(test_queue_other_device_refused),
        cmocka_unit_test(test_queue_of_other_tap_refused),
        cmocka_unit_test(test_queue_read_back_other_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
