/* SPDX-License-Identifier: MIT
 *
 * The option mac: a guest sends from one address, and nobody takes it from him.
 */
#define _GNU_SOURCE
#include "network.h"

#include <stdlib.h>

#define PINNED "mac " ADDRESS_A

static bool arrives(const struct station *at, uint32_t number)
{
    return frame_arrival(at, number) == FRAME_UNTAGGED;
}

static void test_mac_own_source_passes(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    const uint32_t broadcast = frame_send(a, FRAME_BROADCAST, ADDRESS_A);

    assert_true(arrives(&network.uplink, broadcast));
    assert_true(arrives(&network.host, broadcast));
    assert_true(arrives(b, broadcast));
    assert_true(arrives(&network.host, frame_send(a, NETWORK_ADDRESS, ADDRESS_A)));
}

static void test_mac_foreign_source_dropped(void **state)
{
    static const char *const foreign[] = {ADDRESS_X, ADDRESS_B, ADDRESS_U, NETWORK_ADDRESS};

    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    frame_send(b, FRAME_BROADCAST, ADDRESS_B); /* now the bridge knows both */
    frame_send(&network.uplink, FRAME_BROADCAST, ADDRESS_U);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const uint32_t broadcast = frame_send(a, FRAME_BROADCAST, foreign[i]);
        assert_true(frame_is_stopped(&network.uplink, broadcast));
        assert_true(frame_is_stopped(&network.host, broadcast));
        assert_true(frame_is_stopped(b, broadcast));
        assert_true(frame_is_stopped(&network.host, frame_send(a, NETWORK_ADDRESS, foreign[i])));
        assert_true(frame_is_stopped(b, frame_send(a, ADDRESS_B, foreign[i])));
        assert_true(frame_is_stopped(&network.uplink, frame_send_tagged(a, FRAME_BROADCAST, foreign[i], 5)));
    }
    assert_true(arrives(b, frame_send(&network.uplink, ADDRESS_B, ADDRESS_U))); /* whose address it still is */
}

static void test_mac_unicast_arrives_there_only(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    uint32_t unicast = frame_send(&network.uplink, ADDRESS_A, ADDRESS_U); /* before it has sent anything */

    assert_true(frame_is_stopped(b, unicast));
    assert_true(frame_is_stopped(&network.host, unicast));
    assert_true(arrives(a, unicast));
    unicast = frame_send(&network.host, ADDRESS_A, NETWORK_ADDRESS);
    assert_true(frame_is_stopped(b, unicast));
    assert_true(arrives(a, unicast));
    assert_true(arrives(a, frame_send(&network.uplink, FRAME_BROADCAST, ADDRESS_U)));
}

static void test_mac_unknown_unicast_not_flooded_to_it(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    const uint32_t unknown = frame_send(&network.uplink, ADDRESS_X, ADDRESS_U);

    assert_true(frame_is_stopped(a, unknown));
    assert_true(arrives(b, unknown));
}

/* Sticky: an entry that is static only follows the address to another port. */
static void test_mac_sent_by_others_stays(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    const struct station *const others[] = {b, &network.uplink};

    for (size_t i = 0; i < 2; i++) {
        frame_send(others[i], FRAME_BROADCAST, ADDRESS_A);
        frame_send(others[i], ADDRESS_X, ADDRESS_A);
        const uint32_t unicast = frame_send(&network.host, ADDRESS_A, NETWORK_ADDRESS);
        assert_true(arrives(a, unicast));
        assert_true(frame_is_stopped(b, unicast));
        assert_true(frame_is_stopped(&network.uplink, unicast));
        assert_true(arrives(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_A)));
    }
}

static void test_mac_learned_by_uplink_replaced(void **state)
{
    (void)state;
    const struct station *b = &guest_start(&lab_vmother, "")->station;
    assert_true(arrives(b, frame_send(&network.uplink, FRAME_BROADCAST, ADDRESS_A)));
    uint32_t unicast = frame_send(b, ADDRESS_A, ADDRESS_B);
    assert_true(arrives(&network.uplink, unicast));
    assert_true(frame_is_stopped(&network.host, unicast)); /* not flooded: the bridge has learned it */

    const struct station *a = &guest_start(&lab_vmuser, PINNED)->station;
    unicast = frame_send(b, ADDRESS_A, ADDRESS_B);
    assert_true(arrives(a, unicast));
    assert_true(frame_is_stopped(&network.uplink, unicast));
    assert_true(arrives(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_A)));
}

static void test_mac_static_of_other_port_refused(void **state)
{
    (void)state;
    lab_command("bridge fdb add " ADDRESS_A " dev " NETWORK_UPLINK " master static");
    guest_refuse(&lab_vmuser, PINNED, EXIT_TEMPFAIL,
                 "another port of the bridge, or the bridge itself, has the address");
    assert_true(arrives(&network.uplink, frame_send(&network.host, ADDRESS_A, NETWORK_ADDRESS)));
}

static void test_mac_of_bridge_refused(void **state)
{
    (void)state;
    guest_refuse(&lab_vmuser, "mac " NETWORK_ADDRESS, EXIT_TEMPFAIL, "or the bridge itself, has the address");
    assert_true(arrives(&network.host, frame_send(&network.uplink, NETWORK_ADDRESS, ADDRESS_U)));
}

static void test_mac_of_other_guest_refused_until_it_ends(void **state)
{
    (void)state;
    struct guest *first = guest_start(&lab_vmuser, PINNED);
    guest_refuse(&lab_vmother, PINNED, EXIT_TEMPFAIL, "another port of the bridge");
    assert_true(arrives(&first->station, frame_send(&network.uplink, ADDRESS_A, ADDRESS_U)));
    guest_end(first);
    const struct station *second = &guest_start(&lab_vmother, PINNED)->station;
    assert_true(arrives(second, frame_send(&network.uplink, ADDRESS_A, ADDRESS_U)));
    assert_true(arrives(&network.uplink, frame_send(second, FRAME_BROADCAST, ADDRESS_A)));
}

static void test_mac_and_isolated_both_hold(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, PINNED " isolated")->station;
    const struct station *b = &guest_start(&lab_vmother, "isolated mac " ADDRESS_B)->station;

    assert_true(frame_is_stopped(b, frame_send(a, ADDRESS_B, ADDRESS_A)));
    assert_true(frame_is_stopped(b, frame_send(a, FRAME_BROADCAST, ADDRESS_A)));
    assert_true(frame_is_stopped(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_X)));
    assert_true(arrives(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_A)));
}

/* Kernels ignore attributes that they do not know: the helper reads back what it has set. */
static void test_mac_on_old_kernel_refused(void **state)
{
    (void)state;
    guest_refuse(&lab_vmuser, PINNED, EXIT_UNAVAILABLE, "'mac' needs Linux 5.18");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, network_setup, network_teardown)

int mac_run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_mac_own_source_passes),
        TEST(test_mac_foreign_source_dropped),
        TEST(test_mac_unicast_arrives_there_only),
        TEST(test_mac_unknown_unicast_not_flooded_to_it),
        TEST(test_mac_sent_by_others_stays),
        TEST(test_mac_learned_by_uplink_replaced),
        TEST(test_mac_static_of_other_port_refused),
        TEST(test_mac_of_bridge_refused),
        TEST(test_mac_of_other_guest_refused_until_it_ends),
        TEST(test_mac_and_isolated_both_hold),
    };
    const struct CMUnitTest old[] = {TEST(test_mac_on_old_kernel_refused)};

    return kernel_is_at_least(5, 18) ? cmocka_run_group_tests_name("mac", tests, network_group_setup, NULL)
                                     : cmocka_run_group_tests_name("mac_old", old, network_group_setup, NULL);
}
