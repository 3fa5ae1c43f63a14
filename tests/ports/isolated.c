/* SPDX-License-Identifier: MIT
 *
 * The option isolated: two isolated guests do not reach each other; everybody else reaches both.
 */
#include "network.h"

/* Broadcast and unicast pass from one station to the other. */
static void reach_assert(const struct station *from, const char *from_address, const struct station *to,
                         const char *to_address)
{
    assert_int_equal(frame_arrival(to, frame_send(from, FRAME_BROADCAST, from_address)), FRAME_UNTAGGED);
    assert_int_equal(frame_arrival(to, frame_send(from, to_address, from_address)), FRAME_UNTAGGED);
}

static void no_reach_assert(const struct station *from, const char *from_address, const struct station *to,
                            const char *to_address)
{
    assert_true(frame_is_stopped(to, frame_send(from, FRAME_BROADCAST, from_address)));
    assert_true(frame_is_stopped(to, frame_send(from, to_address, from_address)));
}

/* The bridge knows an address from the first frame on: here, before anything is sent to it. */
static void test_isolated_guests_do_not_reach_each_other(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    const struct station *a = &guest_start(&lab_vmuser, "isolated")->station;
    const struct station *b = &guest_start(&lab_vmother, "isolated")->station;

    no_reach_assert(a, ADDRESS_A, b, ADDRESS_B);
    no_reach_assert(b, ADDRESS_B, a, ADDRESS_A);
    no_reach_assert(a, ADDRESS_A, b, ADDRESS_B);
}

static void test_isolated_guests_reach_host_and_uplink(void **state)
{
    (void)state;
    const struct guest *guests[] = {guest_start(&lab_vmuser, "isolated"), guest_start(&lab_vmother, "isolated")};
    const char *const addresses[] = {ADDRESS_A, ADDRESS_B};

    for (size_t i = 0; i < 2; i++) {
        reach_assert(&guests[i]->station, addresses[i], &network.host, NETWORK_ADDRESS);
        reach_assert(&guests[i]->station, addresses[i], &network.uplink, ADDRESS_U);
        reach_assert(&network.host, NETWORK_ADDRESS, &guests[i]->station, addresses[i]);
        reach_assert(&network.uplink, ADDRESS_U, &guests[i]->station, addresses[i]);
    }
}

static void test_isolated_guest_and_other_guest_reach_each_other(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, "isolated")->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;

    reach_assert(a, ADDRESS_A, b, ADDRESS_B);
    reach_assert(b, ADDRESS_B, a, ADDRESS_A);
}

int isolated_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_isolated_guests_do_not_reach_each_other, network_setup, network_teardown),
        cmocka_unit_test_setup_teardown(test_isolated_guests_reach_host_and_uplink, network_setup, network_teardown),
        cmocka_unit_test_setup_teardown(test_isolated_guest_and_other_guest_reach_each_other, network_setup,
                                        network_teardown),
    };

    return cmocka_run_group_tests_name("isolated", tests, network_group_setup, NULL);
}
