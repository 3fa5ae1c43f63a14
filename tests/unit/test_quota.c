/* SPDX-License-Identifier: MIT */
/* Counting and taking numbers, with a kernel of the test's. The real one, and rivals, have tests/quota. */
#include "bridge.h"
#include "caller.h"
#include "child.h"
#include "fake_kernel.h"
#include "netlink.h"
#include "quota.h"
#include "tap.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

static struct fake_kernel *kernel;
static uint32_t limit;
static bool rival_takes_all; /* between the count and the number */

static int take(const void *unused)
{
    const struct vmnetacl_decision decision = {.rule = {.file = "/rules", .line = 7},
                                               .grant = {.options = VMNETACL_OPTION_LIMIT, .limit = limit}};
    const struct bridge bridge = {.name = "br0", .ifindex = FAKE_BRIDGE};
    const struct caller caller = {.uid = 1000};
    const struct tap tap = {.ifindex = FAKE_TAP};
    struct netlink netlink = {.sequence = 0};
    struct quota quota;

    (void)unused;
    quota_count(&quota, &caller, &bridge, &decision);
    for (size_t i = 0; rival_takes_all && i < FAKE_NUMBERS; i++)
        kernel->used[i] = true;
    netlink_connect(&netlink);
    quota_take_number(&quota, &netlink, &tap);
    return 0;
}

static int setup(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    kernel = fake_kernel_start();
    rival_takes_all = false;
    return 0;
}

/* want -1: refused, with these words. */
static void assert_number(uint32_t of_limit, int want, const char *words)
{
    struct child_result result;

    limit = of_limit;
    kernel->number = -1;
    child_run(take, NULL, &result);
    if (want < 0)
        child_assert_died(&result, EX_TEMPFAIL, words);
    else
        child_assert_exit(&result, 0, "");
    assert_int_equal(kernel->number, want);
}

/* Whichever way they are counted: by the ports, or, if there are many or they come and go, one by one. */
static void test_quota_used_numbers_counted_lowest_free_taken(void **state)
{
    for (int way = 0; way < 3; way++) {
        (void)setup(state);
        kernel->other_ports = way == 1 ? 300 : 2;
        kernel->is_inconsistent = way == 2;
        assert_number(1, 0, "");
        assert_number(1023, 0, "");
        kernel->used[0] = true;
        assert_number(1, -1, "the limit of /rules:7 is reached: you hold 1 of 1 taps on bridge 'br0'");
        assert_number(2, 1, "");
        kernel->used[0] = false;
        kernel->used[5] = kernel->used[1022] = true; /* of a time with a higher limit */
        assert_number(1, -1, "of 1 taps");
        assert_number(2, -1, "you hold 2 of 2");
        assert_number(3, 0, "");
        for (size_t i = 0; i < FAKE_NUMBERS; i++)
            kernel->used[i] = i != 700;
        assert_number(1023, 700, "");
        assert_number(1022, -1, "you hold 1022 of 1022");
        kernel->used[700] = true;
        assert_number(1023, -1, "you hold 1023 of 1023");
    }
}

/* Numbers of taps that are not ports (yet) are seen when they are asked for, or when they cannot be had. */
static void test_quota_number_of_no_port_not_taken(void **state)
{
    (void)state;
    kernel->used[0] = kernel->hidden[0] = true;
    assert_number(1, -1, "by other starts of yours at the same time");
    assert_number(2, 1, "");
    kernel->other_ports = 300;
    assert_number(1, -1, "you hold 1 of 1");
}

static void test_quota_rival_takes_all_refused(void **state)
{
    (void)state;
    rival_takes_all = true;
    assert_number(16, -1, "the limit of 16 taps was reached by other starts of yours at the same time");
}

/* A question that is not answered, or only with an error, is no sign that a number is free. */
static void test_quota_each_message_fails_no_number(void **state)
{
    static const int errors[] = {EPERM, ENOMEM, EBUSY, EMSGSIZE};

    for (int ways = 0; ways < 2; ways++) {
        unsigned count = ways == 1 ? 1 + FAKE_NUMBERS + 1 : 2; /* the last one takes number 8 */
        for (unsigned failing = 1; failing <= count; failing += failing < 60 ? 1 : 97) {
            for (size_t i = 0; i <= COUNT_OF(errors); i++) {
                struct child_result result;
                (void)setup(state);
                kernel->other_ports = ways == 1 ? 300 : 0;
                for (size_t j = 0; j < 8; j++)
                    kernel->used[j] = true;
                limit = 9;
                kernel->failing_message = failing;
                kernel->is_silent = i == COUNT_OF(errors);
                kernel->failing_error = i < COUNT_OF(errors) ? errors[i] : 0;
                child_run(take, NULL, &result);
                assert_int_not_equal(result.exit_code, 0);
                assert_null(strstr(result.stderr_text, "this does not hold"));
                assert_int_equal(kernel->number, -1);
                assert_true(kernel->messages >= failing);
            }
        }
    }
}

static void test_quota_number_fails_refused(void **state)
{
    struct child_result result;

    (void)state;
    limit = 2;
    kernel->failing_message = 2;
    kernel->failing_error = EOPNOTSUPP;
    child_run(take, NULL, &result);
    child_assert_died_of(&result, EX_UNAVAILABLE, "cannot give the tap a number, which the option 'limit' needs: %m",
                         EOPNOTSUPP);
}

static void test_quota_without_limit_asks_nothing(void **state)
{
    struct child_result result;

    (void)state;
    limit = 0;
    child_run(take, NULL, &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(kernel->messages, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_quota_used_numbers_counted_lowest_free_taken, setup),
        cmocka_unit_test_setup(test_quota_number_of_no_port_not_taken, setup),
        cmocka_unit_test_setup(test_quota_rival_takes_all_refused, setup),
        cmocka_unit_test_setup(test_quota_each_message_fails_no_number, setup),
        cmocka_unit_test_setup(test_quota_number_fails_refused, setup),
        cmocka_unit_test_setup(test_quota_without_limit_asks_nothing, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
