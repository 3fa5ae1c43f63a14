/* SPDX-License-Identifier: MIT */
/*
 * Netlink messages, byte by byte, and the answers to them: those of a socket of ours that stands for the kernel's, and
 * those of the kernel to messages that change nothing.
 */
#include "child.h"
#include "netlink.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

/* What the next recvmsg() gives in the kernel's place; without any, it is the kernel's own. */
struct answer {
    int error;     /* errno of recvmsg() itself */
    uint32_t from; /* the sender's port; the kernel's is 0 */
    size_t len;    /* bytes; 0: all that fit */
    uint16_t type;
    uint32_t sequence;
    int code; /* in the message: 0 or a negative errno */
};

static const struct answer *answers;
static size_t answers_count;

ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);

ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    const struct answer *answer = answers;
    struct nlmsghdr header = {.nlmsg_len = sizeof header + sizeof(struct nlmsgerr)};
    struct sockaddr_nl sender = {.nl_family = AF_NETLINK};
    unsigned char bytes[sizeof header + sizeof(struct nlmsgerr)] = {0};

    if (answers == NULL)
        return __real_recvmsg(fd, message, flags);
    assert_int_equal(flags, MSG_DONTWAIT);
    if (answers_count == 0 || answer->error != 0) {
        errno = answers_count == 0 ? EAGAIN : answer->error;
        answers_count -= answers_count > 0;
        answers++;
        return -1;
    }
    header.nlmsg_type = answer->type;
    header.nlmsg_seq = answer->sequence;
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, &answer->code, sizeof answer->code);
    sender.nl_pid = answer->from;
    assert_true(message->msg_namelen >= sizeof sender);
    memcpy(message->msg_name, &sender, sizeof sender);
    message->msg_namelen = sizeof sender;
    assert_true(message->msg_iovlen == 1 && message->msg_iov->iov_len >= sizeof bytes);
    memcpy(message->msg_iov->iov_base, bytes, sizeof bytes);
    answers++;
    answers_count--;
    return (ssize_t)(answer->len > 0 ? answer->len : sizeof bytes);
}

static void test_put_two_messages_laid_out_as_rtnetlink(void **state)
{
    /* Written by hand from netlink(7) and rtnetlink(7), with the lengths of each part beside it. */
    static const struct {
        struct nlmsghdr first;        /* 16 */
        struct ifinfomsg first_link;  /* 16 */
        uint16_t name_len, name_type; /* 4 + 5, aligned to 12 */
        char name[8];
        uint16_t mtu_len, mtu_type; /* 4 + 4 */
        uint32_t mtu;
        struct nlmsghdr second;
        struct ifinfomsg second_link;
        uint16_t empty_len, empty_type; /* 4 + 0 */
    } want = {
        .first = {.nlmsg_len = 52, .nlmsg_type = RTM_SETLINK, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 1},
        .first_link = {.ifi_index = 7},
        .name_len = 9,
        .name_type = IFLA_IFNAME,
        .name = "tap0",
        .mtu_len = 8,
        .mtu_type = IFLA_MTU,
        .mtu = 1500,
        .second = {.nlmsg_len = 36, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 2},
        .second_link = {.ifi_index = 8},
        .empty_len = 4,
        .empty_type = IFLA_IFALIAS,
    };
    const uint32_t mtu = 1500;
    struct netlink netlink = {.fd = -1};

    (void)state; /* cmocka's signature, here and below */
    assert_int_equal(sizeof want, 52 + 36);
    assert_int_equal(netlink_start(&netlink, RTM_SETLINK, 0, &want.first_link, sizeof want.first_link), 1);
    netlink_put(&netlink, IFLA_IFNAME, "tap0", 5);
    netlink_put(&netlink, IFLA_MTU, &mtu, sizeof mtu);
    assert_int_equal(netlink_start(&netlink, RTM_GETLINK, 0, &want.second_link, sizeof want.second_link), 2);
    netlink_put(&netlink, IFLA_IFALIAS, "", 0);
    assert_int_equal(netlink.used, sizeof want);
    assert_memory_equal(netlink.buffer, &want, sizeof want);
}

static int put_bytes(const void *len)
{
    static const char bytes[8192];
    const struct ifinfomsg link = {.ifi_index = 1};
    struct netlink netlink = {.fd = -1};

    (void)netlink_start(&netlink, RTM_SETLINK, 0, &link, sizeof link);
    netlink_put(&netlink, IFLA_IFALIAS, bytes, *(const size_t *)len);
    CHILD_CHECK(netlink.used <= sizeof netlink.buffer);
    return 0;
}

static void test_put_buffer_limit_kept(void **state)
{
    struct child_result result;
    size_t room = sizeof((struct netlink *)NULL)->buffer - 16 - 16 - 4;

    (void)state;
    child_run(put_bytes, &room, &result);
    child_assert_exit(&result, 0, "");
    room++;
    child_run(put_bytes, &room, &result);
    child_assert_died(&result, EX_SOFTWARE, "larger than its buffer");
}

/* A netlink whose last message is the third. */
static struct netlink after_three(void)
{
    return (struct netlink){.fd = -1, .sequence = 3};
}

static void test_wait_answers_of_kernel_returned(void **state)
{
    static const struct answer rows[] = {
        {.error = EINTR},
        {.type = NLMSG_ERROR, .sequence = 3, .from = 99}, /* somebody who feigns to be the kernel */
        {.type = NLMSG_ERROR, .sequence = 1, .code = -EAFNOSUPPORT},
        {.type = NLMSG_ERROR, .sequence = 3, .code = -EBUSY},
        {.type = NLMSG_ERROR, .sequence = 3, .len = sizeof(struct nlmsghdr) + sizeof(int)},
    };
    struct netlink netlink = after_three();

    (void)state;
    answers = rows;
    answers_count = COUNT_OF(rows);
    assert_int_equal(netlink_wait(&netlink), 1);
    assert_int_equal(errno, EAFNOSUPPORT);
    assert_int_equal(netlink_wait(&netlink), 3);
    assert_int_equal(errno, EBUSY);
    assert_int_equal(netlink_wait(&netlink), 0);
    assert_int_equal(answers_count, 0);
    answers = NULL;
}

static int wait_for(const void *answer)
{
    struct netlink netlink = after_three();

    answers = answer;
    answers_count = 1;
    (void)netlink_wait(&netlink);
    return 0;
}

static void test_wait_answer_of_other_kind_refused(void **state)
{
    static const struct {
        const char *name;
        struct answer input;
        int want;
        const char *want_text;
    } rows[] = {
        {"receiving fails", {.error = ENOBUFS}, EX_OSERR, "cannot receive the kernel's answer: No buffer space"},
        {"other type", {.type = RTM_NEWLINK, .sequence = 3}, EX_SOFTWARE, "not one to our messages"},
        {"end of a dump", {.type = NLMSG_DONE, .sequence = 3}, EX_SOFTWARE, "not one to our messages"},
        {"no number", {.type = NLMSG_ERROR, .sequence = 0}, EX_SOFTWARE, "not one to our messages"},
        {"number to come", {.type = NLMSG_ERROR, .sequence = 4}, EX_SOFTWARE, "not one to our messages"},
        {"success of an earlier", {.type = NLMSG_ERROR, .sequence = 2}, EX_SOFTWARE, "a message other than the last"},
        {"too short", {.type = NLMSG_ERROR, .sequence = 3, .len = 19}, EX_SOFTWARE, "not one to our messages"},
        {"much too short", {.type = NLMSG_ERROR, .sequence = 3, .len = 1}, EX_SOFTWARE, "not one to our messages"},
        {"nothing but what others sent", {.from = 7}, EX_OSERR, "cannot receive the kernel's answer: Resource temp"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(wait_for, &rows[i].input, &result);
        child_assert_died(&result, rows[i].want, rows[i].want_text);
    }
}

/* Asking for a link that there cannot be fails; a message that says nothing is acknowledged. */
static void test_send_kernel_answers_failures_and_last(void **state)
{
    const struct ifinfomsg none = {.ifi_index = 0x7ffffff0};
    struct netlink netlink = {.fd = -1};

    (void)state;
    unit_skip_if_emulated("QEMU leaves an answer that is cut off in this machine's byte order");
    netlink_connect(&netlink);
    assert_int_equal(fcntl(netlink.fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(netlink_start(&netlink, RTM_GETLINK, 0, &none, sizeof none), 1);
    assert_int_equal(netlink_start(&netlink, NLMSG_NOOP, 0, &none, sizeof none), 2); /* not the last: no answer */
    assert_int_equal(netlink_start(&netlink, RTM_GETLINK, 0, &none, sizeof none), 3);
    assert_int_equal(netlink_start(&netlink, NLMSG_NOOP, 0, &none, sizeof none), 4);
    netlink_send(&netlink);
    assert_int_equal(netlink_wait(&netlink), 1);
    assert_int_equal(errno, ENODEV);
    assert_int_equal(netlink_wait(&netlink), 3);
    assert_int_equal(errno, ENODEV);
    assert_int_equal(netlink_wait(&netlink), 0);
    assert_int_equal(close(netlink.fd), 0);
}

static int send_to_closed(const void *unused)
{
    struct netlink netlink = {.fd = -1};
    const struct ifinfomsg link = {.ifi_index = 1};

    (void)unused;
    (void)netlink_start(&netlink, RTM_GETLINK, 0, &link, sizeof link);
    netlink_send(&netlink);
    return 0;
}

static void test_send_impossible_reported(void **state)
{
    struct child_result result;

    (void)state;
    child_run(send_to_closed, NULL, &result);
    child_assert_died(&result, EX_OSERR, "cannot send netlink messages: Bad file descriptor");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_two_messages_laid_out_as_rtnetlink),
        cmocka_unit_test(test_put_buffer_limit_kept),
        cmocka_unit_test(test_wait_answers_of_kernel_returned),
        cmocka_unit_test(test_wait_answer_of_other_kind_refused),
        cmocka_unit_test(test_send_kernel_answers_failures_and_last),
        cmocka_unit_test(test_send_impossible_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
