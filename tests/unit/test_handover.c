/* SPDX-License-Identifier: MIT */
/* The one message in which the tap goes over; a pipe stands for the tap. */
#include "child.h"
#include "handover.h"
#include "request.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>

struct ends {
    int own;
    int peer;
    int taps[QUEUES_MAX];
    size_t count;
};

static void open_ends(struct ends *ends, size_t count)
{
    int pair[2];
    int pipe_ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    *ends = (struct ends){.own = pair[0], .peer = pair[1], .count = count};
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pipe(pipe_ends), 0);
        assert_int_equal(close(pipe_ends[1]), 0);
        ends->taps[i] = pipe_ends[0];
    }
}

/* In the order of the queues, which is the one that a guest numbers them in. */
static void assert_peer_gets(size_t count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE((QUEUES_MAX + 1) * sizeof(int))];
    } control;
    char bytes[8];
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    struct ends ends;
    struct stat sent[QUEUES_MAX];
    struct stat received;
    int fds[QUEUES_MAX];

    open_ends(&ends, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fstat(ends.taps[i], &sent[i]), 0);
    handover_send(ends.own, ends.taps, count);
    assert_int_equal(fcntl(ends.own, F_GETFD), -1);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fcntl(ends.taps[i], F_GETFD), -1);

    assert_int_equal(recvmsg(ends.peer, &message, 0), 1);
    assert_int_equal(message.msg_flags & (MSG_CTRUNC | MSG_TRUNC), 0);
    assert_non_null(CMSG_FIRSTHDR(&message));
    assert_int_equal(control.header.cmsg_level, SOL_SOCKET);
    assert_int_equal(control.header.cmsg_type, SCM_RIGHTS);
    assert_int_equal(control.header.cmsg_len, CMSG_LEN(count * sizeof(int)));
    assert_null(CMSG_NXTHDR(&message, &control.header));
    memcpy(fds, CMSG_DATA(&control.header), count * sizeof *fds);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(fstat(fds[i], &received), 0);
        assert_int_equal(received.st_ino, sent[i].st_ino);
        assert_int_equal(close(fds[i]), 0);
    }
    assert_int_equal(recv(ends.peer, bytes, sizeof bytes, 0), 0); /* once, and nothing after it */
    assert_int_equal(close(ends.peer), 0);
}

static void test_handover_send_peer_gets_byte_and_descriptors(void **state)
{
    static const size_t counts[] = {1, 2, 4, QUEUES_MAX};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        assert_peer_gets(counts[i]);
}

static int send_ends(const void *argument)
{
    const struct ends *ends = argument;

    handover_send(ends->own, ends->taps, ends->count);
    return 0;
}

static int send_to_nobody(const void *argument)
{
    const struct ends *ends = argument;

    CHILD_CHECK(close(ends->peer) == 0);
    return send_ends(ends);
}

static int send_nothing(const void *argument)
{
    const struct ends *ends = argument;

    CHILD_CHECK(close(ends->taps[ends->count - 1]) == 0);
    return send_ends(ends);
}

/* A receiver that does not read must not hold us up: the tap would live as long as he likes. */
static int send_to_full(const void *argument)
{
    static const char bytes[4096];
    const struct ends *ends = argument;

    while (send(ends->own, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        ;
    CHILD_CHECK(errno == EAGAIN);
    while (send(ends->own, bytes, 1, MSG_DONTWAIT) > 0)
        ;
    return send_ends(ends);
}

static void assert_fails(int (*body)(const void *argument), size_t count, const char *text)
{
    struct child_result result;
    struct ends ends;

    open_ends(&ends, count);
    if (body == send_to_nobody)
        assert_int_equal(shutdown(ends.peer, SHUT_RDWR), 0);
    child_run(body, &ends, &result);
    child_assert_died(&result, EX_OSERR, text);
    assert_int_equal(close(ends.own) | close(ends.peer), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(close(ends.taps[i]), 0);
}

static void test_handover_send_impossible_reported(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 2; count++) {
        assert_fails(send_to_nobody, count, "cannot hand the tap over to QEMU: Broken pipe");
        assert_fails(send_to_full, count, "cannot hand the tap over to QEMU: Resource temporarily unavailable");
        assert_fails(send_nothing, count, "cannot hand the tap over to QEMU: Bad file descriptor");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handover_send_peer_gets_byte_and_descriptors),
        cmocka_unit_test(test_handover_send_impossible_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
