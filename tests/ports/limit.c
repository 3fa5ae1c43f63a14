/* SPDX-License-Identifier: MIT
 *
 * The option limit: how many taps of the bridge a caller holds at a time.
 */
#include "network.h"

static void test_limit_second_tap_refused_other_caller_granted(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    const struct station *first = &guest_start(&lab_vmuser, "limit 1")->station;
    guest_refuse(&lab_vmuser, "limit 1", EXIT_TEMPFAIL, "you hold 1 of 1 taps");
    const struct station *other = &guest_start(&lab_vmother, "limit 1")->station;
    guest_refuse(&lab_vmother, "limit 1", EXIT_TEMPFAIL, "you hold 1 of 1 taps");

    assert_int_equal(frame_arrival(other, frame_send(first, FRAME_BROADCAST, ADDRESS_A)), FRAME_UNTAGGED);
    assert_int_equal(frame_arrival(first, frame_send(other, ADDRESS_A, ADDRESS_B)), FRAME_UNTAGGED);
}

static void test_limit_number_free_when_tap_closed(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct guest *guest = guest_plug(&lab_vmuser, "limit 1");
        const int status = lab_command_status("ip -o link show vmnet-helper.4242.$(cat /sys/class/net/" NETWORK_BRIDGE
                                              "/ifindex).0 | grep -q ': %s:'",
                                              guest->tap);
        assert_int_equal(status, 0);
        guest_refuse(&lab_vmuser, "limit 1", EXIT_TEMPFAIL, "you hold 1 of 1 taps");
        guest_end(guest);
    }
}

static void test_limit_lowest_number_is_used_again(void **state)
{
    (void)state;
    struct guest *first = guest_plug(&lab_vmuser, "limit 2");
    guest_plug(&lab_vmuser, "limit 2");
    guest_refuse(&lab_vmuser, "limit 2", EXIT_TEMPFAIL, "you hold 2 of 2 taps");
    guest_end(first);
    guest_refuse(&lab_vmuser, "limit 1", EXIT_TEMPFAIL, "you hold 1 of 1 taps");
    guest_plug(&lab_vmuser, "limit 2");
    guest_refuse(&lab_vmuser, "limit 2", EXIT_TEMPFAIL, "you hold 2 of 2 taps");
}

/* What was refused after it had taken its number holds none. */
static void test_limit_not_used_up_by_refusals(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        guest_refuse(&lab_vmuser, "limit 1 mac " NETWORK_ADDRESS, 0, "vmnet-helper: ");
    guest_start(&lab_vmuser, "limit 1");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, network_setup, network_teardown)

int limit_run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_limit_second_tap_refused_other_caller_granted),
        TEST(test_limit_number_free_when_tap_closed),
        TEST(test_limit_lowest_number_is_used_again),
        TEST(test_limit_not_used_up_by_refusals),
    };

    return cmocka_run_group_tests_name("limit", tests, network_group_setup, NULL);
}
