/* SPDX-License-Identifier: MIT */
/* Phase 5 of the service: reading the request from the connection. Each case in a child. */
#include "child.h"
#include "request.h"
#include "unit.h"
#include "wire_request.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

#define REQUEST_LEN 24

struct input {
    unsigned char bytes[REQUEST_LEN + 1];
    size_t len;
};

static int receive_and_print(const void *argument)
{
    const struct input *input = argument;
    struct request request;
    int pair[2];

    CHILD_CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (input->len > 0)
        CHILD_CHECK(send(pair[1], input->bytes, input->len, 0) == (ssize_t)input->len);
    CHILD_CHECK(shutdown(pair[1], SHUT_WR) == 0);
    request_receive(&request, pair[0]);
    CHILD_CHECK(request.fd == pair[0]);
    (void)dprintf(STDERR_FILENO, "%s %d %u", request.bridge, request.use_vnet, request.queues);
    return 0;
}

static struct input make(const char *bridge, unsigned char flags, unsigned char queues)
{
    struct input input = {.bytes = {'V', 'M', 'N', '1', flags, queues}, .len = REQUEST_LEN};

    memcpy(input.bytes + 8, bridge, strnlen(bridge, 16));
    return input;
}

static void test_request_receive_valid_taken(void **state)
{
    struct child_result result;
    struct input input = make("virbr0", 0, 1);

    (void)state; /* cmocka's signature, here and below */
    child_run(receive_and_print, &input, &result);
    child_assert_exit(&result, 0, "virbr0 0 1");
    input = make("virbr0", 1, QUEUES_MAX);
    child_run(receive_and_print, &input, &result);
    child_assert_exit(&result, 0, "virbr0 1 16");
    input = make("abcdefghijklmno", 0, 2);
    child_run(receive_and_print, &input, &result);
    child_assert_exit(&result, 0, "abcdefghijklmno 0 2");
}

/* Every value of each byte before the name. */
static void test_request_receive_unknown_dies(void **state)
{
    const struct input valid = make("virbr0", 0, 1);

    (void)state;
    for (size_t at = 0; at < 8; at++)
        for (unsigned value = 0; value < 256; value += at < 4 || value < 18 ? 1 : 17) {
            struct input input = valid;
            struct child_result result;
            if (value == valid.bytes[at] || (at == 4 && value == 1) || (at == 5 && value >= 1 && value <= QUEUES_MAX))
                continue;
            input.bytes[at] = (unsigned char)value;
            child_run(receive_and_print, &input, &result);
            child_assert_died(&result, EX_PROTOCOL,
                              "vmnet-helper: the service does not understand this request; restart it after an "
                              "upgrade: 'systemctl restart vmnet-helper.service'\n");
        }
}

static void test_request_receive_name_bad_dies(void **state)
{
    static const char *const names[] = {"", ".", "..", "a/b", "a b", "a:b", "\x7f", "a\n", "abcdefghijklmnop"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct input input = make(names[i], 0, 1);
        struct child_result result;
        child_run(receive_and_print, &input, &result);
        child_assert_died(&result, EX_USAGE,
                          "vmnet-helper: bad bridge name in the request; give the name that 'ip link' shows\n");
    }
}

static void test_request_receive_short_dies(void **state)
{
    struct input input = make("virbr0", 0, 1);

    (void)state;
    for (input.len = 0; input.len < REQUEST_LEN; input.len++) {
        struct child_result result;
        child_run(receive_and_print, &input, &result);
        child_assert_died(&result, EX_PROTOCOL, "vmnet-helper: the connection ended before the request was complete\n");
    }
}

static int receive_from_nothing(const void *argument)
{
    struct request request;

    (void)argument;
    request_receive(&request, 77);
    return 0;
}

static void test_request_receive_read_fails_dies(void **state)
{
    struct child_result result;

    (void)state;
    child_run(receive_from_nothing, NULL, &result);
    child_assert_exit(&result, EX_OSERR, "");
    assert_non_null(strstr(result.stderr_text, "cannot read the request: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_receive_valid_taken),     cmocka_unit_test(test_request_receive_unknown_dies),
        cmocka_unit_test(test_request_receive_name_bad_dies),   cmocka_unit_test(test_request_receive_short_dies),
        cmocka_unit_test(test_request_receive_read_fails_dies),
    };

    return cmocka_run_group_tests_name("wire request", tests, NULL, NULL);
}
