/* SPDX-License-Identifier: MIT
 *
 * What a caller may write to the service instead of the request of vmnet-helper, and how slowly.
 */
#define _GNU_SOURCE
#include "asker.h"
#include "helperd_test.h"
#include "log.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EXIT_PROTOCOL = 76,
    QUEUES_MAX = 16
};

#define INCOMPLETE "the connection ended before the request was complete"
#define LATE       "the request did not arrive within 2 seconds"

static unsigned char request[ASKER_REQUEST_LEN];

/* Many uids: each may ask only so often. */
static const struct asker_plan *next_plan(void)
{
    static struct lab_caller caller = {.uid = 10000, .gid = 4242};
    static const struct asker_plan plan = {.caller = &caller};

    caller.uid++;
    return &plan;
}

static void send_all(const void *bytes, size_t len, struct asker_answer *answer)
{
    asker_ask(next_plan(), bytes, len, answer);
}

/* The whole request, with one byte of it changed. */
static void send_changed(size_t at, unsigned char byte, struct asker_answer *answer)
{
    unsigned char changed[ASKER_REQUEST_LEN];

    memcpy(changed, request, sizeof changed);
    changed[at] = byte;
    send_all(changed, sizeof changed, answer);
}

static void test_request_well_formed_granted(void **state)
{
    struct asker_answer answer;

    (void)state; /* cmocka's signature, here and below */
    send_all(request, sizeof request, &answer);
    asker_assert_granted(&answer);
    send_changed(4, 1, &answer); /* with a virtio_net_hdr */
    asker_assert_granted(&answer);
}

/* It refuses each byte before the name that it does not understand. */
static void test_request_unknown_refused(void **state)
{
    struct asker_answer answer;

    (void)state;
    for (size_t at = 0; at < 8; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            const unsigned char changed = request[at] ^ (unsigned char)(1U << bit);
            if (at == 4 ? changed == 1 : at == 5 && changed >= 1 && changed <= QUEUES_MAX)
                continue; /* these are known: privileged.queues and tools.run ask for several */
            send_changed(at, changed, &answer);
            asker_assert_refused(&answer, EXIT_PROTOCOL, "does not understand this request");
        }
}

static void test_request_bridge_name_bad_usage(void **state)
{
    static const char *const names[] = {
        "",        ".",    "..",       "a/b",      "virbr%d", "a b",  " virbr0",
        "virbr0 ", "a\tb", "virbr0\n", "\x1b[31m", ":",       "br:1", "virbr0\x7f",
    };
    unsigned char changed[ASKER_REQUEST_LEN];
    struct asker_answer answer;

    (void)state;
    helper_rules_write("allow all\n");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        print_message("  name %zu\n", i);
        asker_request(changed, names[i]);
        send_all(changed, sizeof changed, &answer);
        asker_assert_refused(&answer, EXIT_USAGE, "bad bridge name");
    }
    /* 16 bytes without a NUL: nothing after them is read. */
    memset(changed + 8, 'x', 16);
    send_all(changed, sizeof changed, &answer);
    asker_assert_refused(&answer, EXIT_USAGE, "bad bridge name");
}

/* The bytes after the first NUL are no part of the name, and of no other. */
static void test_request_after_the_name_ignored(void **state)
{
    unsigned char changed[ASKER_REQUEST_LEN];
    struct asker_answer answer;

    (void)state;
    asker_request(changed, "virbr0");
    memcpy(changed + 8 + 7, "br0", 3);
    send_all(changed, sizeof changed, &answer);
    asker_assert_granted(&answer);
    asker_request(changed, "br0");
    memcpy(changed + 8 + 4, "virbr0", 6);
    send_all(changed, sizeof changed, &answer);
    asker_assert_refused(&answer, EXIT_NOPERM, "'br0'");
}

static void test_request_short_and_closed_refused(void **state)
{
    struct asker_answer answer;

    (void)state;
    for (size_t len = 0; len < sizeof request; len++) {
        struct asker asker;
        asker_connect(next_plan(), &asker);
        if (len > 0)
            asker_send(&asker, request, len);
        assert_int_equal(shutdown(asker.fd, SHUT_WR), 0);
        asker_receive(&asker, &answer);
        asker_end(&asker);
        asker_assert_refused(&answer, EXIT_PROTOCOL, INCOMPLETE);
    }
}

/* All at once, so that they wait together. */
static void test_request_short_and_silent_refused_in_time(void **state)
{
    static const size_t lens[] = {0, 1, 8, 23};
    struct asker askers[sizeof lens / sizeof *lens];
    struct asker_answer answer;
    const long long begun_ms = lab_now_ms();

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        asker_connect(next_plan(), &askers[i]);
        if (lens[i] > 0)
            asker_send(&askers[i], request, lens[i]);
    }
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        asker_receive(&askers[i], &answer);
        asker_end(&askers[i]);
        asker_assert_refused(&answer, EXIT_TEMPFAIL, LATE);
    }
    assert_in_range(lab_now_ms() - begun_ms, 1900, 20000);
}

static void test_request_byte_by_byte_granted(void **state)
{
    struct asker asker;
    struct asker_answer answer;

    (void)state;
    asker_connect(next_plan(), &asker);
    for (size_t i = 0; i < sizeof request; i++) {
        asker_send(&asker, request + i, 1);
        usleep(1000);
    }
    asker_receive(&asker, &answer);
    asker_end(&asker);
    asker_assert_granted(&answer);
}

/* Slower than that, by a byte now and then: the time is that of the whole request. */
static void test_request_trickled_refused(void **state)
{
    struct asker asker;
    struct asker_answer answer;

    (void)state;
    asker_connect(next_plan(), &asker);
    for (size_t i = 0; i < 12; i++) {
        asker_send(&asker, request + i, 1);
        usleep(300000);
    }
    asker_receive(&asker, &answer);
    asker_end(&asker);
    asker_assert_refused(&answer, EXIT_TEMPFAIL, LATE);
}

/* More than a request: the rest is not another one. */
static void test_request_long_answered_once(void **state)
{
    unsigned char twice[2 * ASKER_REQUEST_LEN + 1];
    struct asker_answer answer;

    (void)state;
    memcpy(twice, request, sizeof request);
    memcpy(twice + sizeof request, request, sizeof request);
    twice[sizeof twice - 1] = 0;
    send_all(twice, ASKER_REQUEST_LEN + 1, &answer);
    asker_assert_granted(&answer);
    send_all(twice, sizeof twice, &answer);
    asker_assert_granted(&answer);
}

/* A TCP connection whose other end reads nothing, and which waits for that when it is closed. */
static int lingering_open(int *other_fd)
{
    static const char bytes[65536];
    const struct linger linger = {.l_onoff = 1, .l_linger = 3600};
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    const int listener_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(listen(listener_fd, 1), 0); /* at a port that the kernel chooses */
    assert_int_equal(getsockname(listener_fd, (struct sockaddr *)&address, &len), 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    *other_fd = accept4(listener_fd, NULL, NULL, SOCK_CLOEXEC);
    close(listener_fd);
    while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    return fd;
}

/* The loop closes it, since it turns the connection away: one more than a user may have at once. */
static void test_descriptor_slow_to_close_delays_nobody(void **state)
{
    const struct asker_plan plan = {.caller = &lab_vmother};
    struct asker_answer answer;
    struct asker askers[9];
    int other_fd;

    (void)state;
    helperd_stop();
    for (size_t i = 0; i < 9; i++)
        asker_connect(&plan, &askers[i]);
    const int fd = lingering_open(&other_fd);
    asker_send_fds(&askers[8], request, 1, &fd, 1);
    close(fd);
    helperd_continue();
    send_all(request, sizeof request, &answer);
    asker_assert_granted(&answer);
    for (size_t i = 0; i < 9; i++)
        asker_end(&askers[i]);
    close(other_fd);
}

/* Without /proc, the loop cannot execute itself. */
static void test_instance_not_started_recorded(void **state)
{
    const int log_fd = lab_log_open();
    struct asker_answer answer;
    struct asker asker;
    char record[1024];
    size_t len;

    (void)state;
    lab_command("mount -t tmpfs none /proc");
    asker_connect(next_plan(), &asker);
    asker_receive(&asker, &answer);
    asker_end(&asker);
    lab_command("umount /proc");
    assert_int_equal(answer.code, EXIT_TEMPFAIL);
    assert_int_equal(answer.text_len, 0);
    assert_true(lab_log_read(log_fd, 60000, record, sizeof record, &len));
    assert_non_null(strstr(record, " no process: No such file or directory"));
    lab_log_close(log_fd);
}

/* A caller who does not read the answer, or has gone, leaves no tap. */
static void test_asker_gone_nothing_left(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct asker asker;
        asker_connect(next_plan(), &asker);
        asker_send(&asker, request, sizeof request);
        if (i % 2 == 0)
            assert_int_equal(shutdown(asker.fd, SHUT_RD), 0);
        asker_end(&asker);
    }
    helperd_instances_await(0);
    assert_true(lab_tap_count_becomes(0));
}

static int setup(void **state)
{
    asker_request(request, "virbr0");
    return helperd_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_request_well_formed_granted, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_unknown_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_bridge_name_bad_usage, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_after_the_name_ignored, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_short_and_closed_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_short_and_silent_refused_in_time, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_byte_by_byte_granted, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_trickled_refused, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_request_long_answered_once, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_descriptor_slow_to_close_delays_nobody, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_instance_not_started_recorded, setup, helperd_teardown),
        cmocka_unit_test_setup_teardown(test_asker_gone_nothing_left, setup, helperd_teardown),
    };

    return cmocka_run_group_tests_name("protocol", tests, helperd_world_setup, NULL);
}
