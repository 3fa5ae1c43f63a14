/* SPDX-License-Identifier: MIT
 *
 * The option tap: the name of the tap.
 */
#include "network.h"

static void reach_uplink_assert(const struct guest *guest)
{
    const uint32_t number = frame_send(&guest->station, FRAME_BROADCAST, ADDRESS_A);

    assert_int_equal(frame_arrival(&network.uplink, number), FRAME_UNTAGGED);
}

static void test_tap_with_number(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    const struct guest *first = guest_start(&lab_vmuser, "tap vm%d");
    const struct guest *second = guest_start(&lab_vmuser, "tap vm%d");

    assert_string_equal(first->tap, "vm0");
    assert_string_equal(second->tap, "vm1");
    reach_uplink_assert(first);
    reach_uplink_assert(second);
}

static void test_tap_with_uid_and_number(void **state)
{
    (void)state;
    const struct guest *first = guest_start(&lab_vmuser, "tap v%u-%d");
    const struct guest *second = guest_start(&lab_vmuser, "tap v%u-%d");
    const struct guest *other = guest_start(&lab_vmother, "tap v%u-%d");

    assert_string_equal(first->tap, "v4242-0");
    assert_string_equal(second->tap, "v4242-1");
    assert_string_equal(other->tap, "v4243-0");
    reach_uplink_assert(second);
}

static void test_tap_fixed_name_of_other_guest_refused(void **state)
{
    (void)state;
    struct guest *first = guest_start(&lab_vmuser, "tap guest");
    assert_string_equal(first->tap, "guest");
    guest_refuse(&lab_vmother, "tap guest", EXIT_TEMPFAIL, "'guest'");
    guest_refuse(&lab_vmuser, "tap guest", EXIT_TEMPFAIL, "'guest'");
    reach_uplink_assert(first);
    guest_end(first);
    reach_uplink_assert(guest_start(&lab_vmother, "tap guest"));
}

static void test_tap_fixed_name_of_other_interface_refused(void **state)
{
    (void)state;
    lab_command("ip link add other type bridge");
    guest_refuse(&lab_vmuser, "tap other", EXIT_TEMPFAIL, "'other'");
    lab_command("ip link delete other");
    guest_refuse(&lab_vmuser, "tap " NETWORK_BRIDGE, EXIT_TEMPFAIL, "'" NETWORK_BRIDGE "'");
}

/* Nobody holds a persistent tap: whoever asks for it by its name is attached, unless he asks for a new one only. */
static void test_tap_fixed_name_of_persistent_tap_not_attached(void **state)
{
    struct lab_link before, after;

    (void)state;
    lab_command("ip tuntap add dev kept mode tap");
    assert_true(lab_link_read("kept", &before));
    guest_refuse(&lab_vmuser, "tap kept", EXIT_TEMPFAIL, "'kept'");
    assert_true(lab_link_read("kept", &after));
    assert_int_equal(after.index, before.index);
    assert_int_equal(after.tun_flags, before.tun_flags);
    assert_int_equal(after.flags, before.flags);
    assert_memory_equal(after.address, before.address, sizeof after.address);
    assert_string_equal(after.master, "");
    assert_string_equal(after.alias, "");
}

/* Also after a failure: else the tap would be in the way of every later test. */
static int kept_teardown(void **state)
{
    lab_command("ip link delete kept");
    return network_teardown(state);
}

/* The uid of vmuser makes it 15 bytes; that of the other caller, one more. */
static void test_tap_longer_than_name_with_uid_refused(void **state)
{
    const struct lab_caller large = {.uid = 42420, .gid = 42420};

    (void)state;
    assert_string_equal(guest_start(&lab_vmuser, "tap elevenchars%u")->tap, "elevenchars4242");
    guest_refuse(&large, "tap elevenchars%u", EXIT_CONFIG, "longer than 15 bytes");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, network_setup, network_teardown)

int tap_run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tap_with_number),
        TEST(test_tap_with_uid_and_number),
        TEST(test_tap_fixed_name_of_other_guest_refused),
        TEST(test_tap_fixed_name_of_other_interface_refused),
        cmocka_unit_test_setup_teardown(test_tap_fixed_name_of_persistent_tap_not_attached, network_setup,
                                        kept_teardown),
        TEST(test_tap_longer_than_name_with_uid_refused),
    };

    return cmocka_run_group_tests_name("tap", tests, network_group_setup, NULL);
}
