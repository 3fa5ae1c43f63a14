/* SPDX-License-Identifier: MIT
 *
 * The option vlan: the guest is in one VLAN, and knows nothing of it. The uplink is a trunk: VLANs 10 and 20 tagged,
 * and the default one, where the host is, untagged.
 */
#include "network.h"

#include <stdio.h>

#define TRUNK "for vlan in 10 20; do bridge vlan add dev " NETWORK_UPLINK " vid $vlan; done"
#define AWARE "ip link set dev " NETWORK_BRIDGE " type bridge vlan_filtering 1"

static int vlan_setup(void **state)
{
    if (network_setup(state) != 0)
        return -1;
    lab_command(AWARE " && " TRUNK);
    return 0;
}

/* The uplink's broadcasts reach a guest in its VLAN only. */
static struct guest *guest_start_in(const struct lab_caller *caller, int vlan, const char *more)
{
    char options[128];

    snprintf(options, sizeof options, "vlan %d %s", vlan, more);
    struct guest *guest = guest_start(caller, options);
    guest->station.beacon_vlan = vlan;
    return guest;
}

static int arrival_of_broadcast(const struct station *at, const struct station *from, int tag)
{
    return frame_arrival(at, frame_send_tagged(from, FRAME_BROADCAST, ADDRESS_A, tag));
}

static bool broadcast_is_stopped(const struct station *at, const struct station *from, int tag)
{
    return frame_is_stopped(at, frame_send_tagged(from, FRAME_BROADCAST, ADDRESS_A, tag));
}

/* Untagged; with a tag that has a priority and no VLAN; with the guest's own VLAN. */
static void test_vlan_frames_of_guest_are_in_it(void **state)
{
    static const int tags[] = {FRAME_UNTAGGED, 0, 10};

    (void)state; /* cmocka's signature, here and below */
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "")->station;
    const struct station *same = &guest_start_in(&lab_vmother, 10, "")->station;
    const struct station *other = &guest_start_in(&lab_vmother, 20, "")->station;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        const uint32_t number = frame_send_tagged(a, FRAME_BROADCAST, ADDRESS_A, tags[i]);
        assert_int_equal(frame_arrival(&network.uplink, number), 10);
        assert_int_equal(frame_arrival(same, number), FRAME_UNTAGGED);
        assert_true(frame_is_stopped(other, number));
        assert_true(frame_is_stopped(&network.host, number));
    }
}

static void test_vlan_of_others_not_entered_by_tag(void **state)
{
    static const int tags[] = {20, 1, 30, 4094};

    (void)state;
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "")->station;
    const struct station *other = &guest_start_in(&lab_vmother, 20, "")->station;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        assert_true(broadcast_is_stopped(&network.uplink, a, tags[i]));
        assert_true(broadcast_is_stopped(&network.host, a, tags[i]));
        assert_true(broadcast_is_stopped(other, a, tags[i]));
    }
    assert_true(frame_is_stopped(other, frame_send_tagged(a, ADDRESS_B, ADDRESS_A, 20)));
}

static void test_vlan_frames_of_uplink_are_told_apart(void **state)
{
    (void)state;
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "")->station;
    const struct station *b = &guest_start_in(&lab_vmother, 20, "")->station;

    assert_int_equal(arrival_of_broadcast(a, &network.uplink, 10), FRAME_UNTAGGED);
    assert_true(broadcast_is_stopped(b, &network.uplink, 10));
    assert_int_equal(arrival_of_broadcast(b, &network.uplink, 20), FRAME_UNTAGGED);
    assert_true(broadcast_is_stopped(a, &network.uplink, 20));
    assert_true(broadcast_is_stopped(a, &network.uplink, FRAME_UNTAGGED));
    assert_true(broadcast_is_stopped(b, &network.host, FRAME_UNTAGGED));
    assert_int_equal(arrival_of_broadcast(&network.host, &network.uplink, FRAME_UNTAGGED), FRAME_UNTAGGED);
}

static void test_vlan_host_in_it_is_reached(void **state)
{
    (void)state;
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "")->station;
    assert_true(broadcast_is_stopped(&network.host, a, FRAME_UNTAGGED));
    lab_command("bridge vlan add dev " NETWORK_BRIDGE " vid 10 self");
    assert_int_not_equal(arrival_of_broadcast(&network.host, a, FRAME_UNTAGGED), FRAME_MISSING);
    assert_int_equal(arrival_of_broadcast(a, &network.host, 10), FRAME_UNTAGGED);
}

static void only_vlan_assert(const struct guest *guest, int vlan)
{
    const int status = lab_command_status("list=$(bridge vlan show dev %s | sed -e 1d -e '/^ *$/d') &&"
                                          " [ \"$(echo \"$list\" | wc -l)\" = 1 ] &&"
                                          " echo \"$list\" | grep -q ' %d PVID Egress Untagged *$'",
                                          guest->tap, vlan);

    assert_int_equal(status, 0);
}

static void test_vlan_default_is_taken_away(void **state)
{
    (void)state;
    only_vlan_assert(guest_start_in(&lab_vmuser, 10, ""), 10);
    only_vlan_assert(guest_start_in(&lab_vmother, 1, ""), 1);
}

static void test_vlan_other_default_is_taken_away(void **state)
{
    (void)state;
    lab_command("ip link set " NETWORK_BRIDGE " type bridge vlan_filtering 0 vlan_default_pvid 7 && " AWARE);
    const struct guest *a = guest_start_in(&lab_vmuser, 10, "");

    only_vlan_assert(a, 10);
    assert_true(broadcast_is_stopped(&a->station, &network.uplink, FRAME_UNTAGGED));
    assert_true(broadcast_is_stopped(&network.uplink, &a->station, 7));
    assert_int_equal(arrival_of_broadcast(&network.uplink, &a->station, FRAME_UNTAGGED), 10);
}

static void test_vlan_without_default_granted(void **state)
{
    (void)state;
    lab_command("ip link set " NETWORK_BRIDGE " type bridge vlan_filtering 0 vlan_default_pvid 0 && " AWARE);
    lab_command("bridge vlan add dev " NETWORK_UPLINK " vid 1 pvid untagged &&"
                " bridge vlan add dev " NETWORK_BRIDGE " vid 1 pvid untagged self");
    const struct guest *a = guest_start_in(&lab_vmuser, 10, "");

    only_vlan_assert(a, 10);
    assert_int_equal(arrival_of_broadcast(&network.uplink, &a->station, FRAME_UNTAGGED), 10);
}

static void test_vlan_the_default_reaches_host(void **state)
{
    (void)state;
    struct station *a = &guest_start_in(&lab_vmuser, 1, "")->station;
    a->beacon_vlan = FRAME_UNTAGGED;

    assert_int_equal(arrival_of_broadcast(&network.uplink, a, FRAME_UNTAGGED), FRAME_UNTAGGED);
    assert_int_equal(arrival_of_broadcast(&network.host, a, FRAME_UNTAGGED), FRAME_UNTAGGED);
    assert_int_equal(arrival_of_broadcast(a, &network.uplink, FRAME_UNTAGGED), FRAME_UNTAGGED);
    assert_true(broadcast_is_stopped(a, &network.uplink, 10));
}

static void test_vlan_and_mac_both_hold(void **state)
{
    (void)state;
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "mac " ADDRESS_A)->station;
    const struct station *same = &guest_start_in(&lab_vmother, 10, "")->station;

    assert_int_equal(arrival_of_broadcast(&network.uplink, a, FRAME_UNTAGGED), 10);
    assert_true(frame_is_stopped(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_X)));
    assert_true(frame_is_stopped(same, frame_send_tagged(a, FRAME_BROADCAST, ADDRESS_X, 10)));
    frame_send(same, FRAME_BROADCAST, ADDRESS_A);
    const uint32_t unicast = frame_send_tagged(&network.uplink, ADDRESS_A, ADDRESS_U, 10);
    assert_int_equal(frame_arrival(a, unicast), FRAME_UNTAGGED);
    assert_true(frame_is_stopped(same, unicast));
    assert_true(broadcast_is_stopped(a, &network.uplink, 20));
}

/* An address belongs to its VLAN: the same one elsewhere is another's business. */
static void test_vlan_and_mac_refused_for_static_of_same_vlan(void **state)
{
    (void)state;
    lab_command("bridge fdb add " ADDRESS_A " dev " NETWORK_UPLINK " vlan 20 master static");
    struct guest *a = guest_start_in(&lab_vmuser, 10, "mac " ADDRESS_A);
    assert_int_equal(frame_arrival(&a->station, frame_send_tagged(&network.uplink, ADDRESS_A, ADDRESS_U, 10)),
                     FRAME_UNTAGGED);
    guest_end(a);
    lab_command("bridge fdb add " ADDRESS_A " dev " NETWORK_UPLINK " vlan 10 master static");
    guest_refuse(&lab_vmuser, "vlan 10 mac " ADDRESS_A, EXIT_TEMPFAIL, "another port of the bridge");
}

static void test_mac_without_vlan_holds_in_default(void **state)
{
    (void)state;
    const struct station *a = &guest_start(&lab_vmuser, "mac " ADDRESS_A)->station;

    assert_int_equal(arrival_of_broadcast(&network.host, a, FRAME_UNTAGGED), FRAME_UNTAGGED);
    assert_int_equal(frame_arrival(a, frame_send(&network.uplink, ADDRESS_A, ADDRESS_U)), FRAME_UNTAGGED);
    assert_true(frame_is_stopped(&network.host, frame_send(a, FRAME_BROADCAST, ADDRESS_X)));
    assert_true(broadcast_is_stopped(&network.uplink, a, 10));
}

static void test_vlan_and_isolated_both_hold(void **state)
{
    (void)state;
    const struct station *a = &guest_start_in(&lab_vmuser, 10, "isolated")->station;
    const struct station *b = &guest_start_in(&lab_vmother, 10, "isolated")->station;

    assert_true(broadcast_is_stopped(b, a, FRAME_UNTAGGED));
    assert_int_equal(arrival_of_broadcast(&network.uplink, a, FRAME_UNTAGGED), 10);
    assert_true(broadcast_is_stopped(b, &network.uplink, 20));
}

/* Without VLAN filtering the kernel takes every setting, and keeps no VLANs apart. */
static void test_vlan_on_unaware_bridge_refused(void **state)
{
    (void)state;
    guest_refuse(&lab_vmuser, "vlan 10", EXIT_CONFIG, "type bridge vlan_filtering 1'");
}

#define TEST(function, setup) cmocka_unit_test_setup_teardown(function, setup, network_teardown)

int vlan_run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_vlan_frames_of_guest_are_in_it, vlan_setup),
        TEST(test_vlan_of_others_not_entered_by_tag, vlan_setup),
        TEST(test_vlan_frames_of_uplink_are_told_apart, vlan_setup),
        TEST(test_vlan_host_in_it_is_reached, vlan_setup),
        TEST(test_vlan_default_is_taken_away, vlan_setup),
        TEST(test_vlan_other_default_is_taken_away, vlan_setup),
        TEST(test_vlan_without_default_granted, vlan_setup),
        TEST(test_vlan_the_default_reaches_host, vlan_setup),
        TEST(test_vlan_and_isolated_both_hold, vlan_setup),
        TEST(test_vlan_on_unaware_bridge_refused, network_setup),
    };
    const struct CMUnitTest with_mac[] = {
        TEST(test_vlan_and_mac_both_hold, vlan_setup),
        TEST(test_vlan_and_mac_refused_for_static_of_same_vlan, vlan_setup),
        TEST(test_mac_without_vlan_holds_in_default, vlan_setup),
    };
    const struct CMUnitTest without[] = {TEST(test_vlan_on_unaware_bridge_refused, network_setup)};
    int failed;

    if (!kernel_has_vlans())
        return cmocka_run_group_tests_name("vlan_without", without, network_group_setup, NULL);
    failed = cmocka_run_group_tests_name("vlan", tests, network_group_setup, NULL);
    if (kernel_is_at_least(5, 18))
        failed += cmocka_run_group_tests_name("vlan_mac", with_mac, network_group_setup, NULL);
    return failed;
}
