/* SPDX-License-Identifier: MIT
 *
 * The option guard: a guest that speaks the Spanning Tree Protocol loses its port.
 */
#define _GNU_SOURCE
#include "network.h"

#include <unistd.h>

/* The least forward delay that the protocol allows, in hundredths of a second: a port, the uplink too, forwards after
 * two of them. */
static void stp_start(void)
{
    lab_command("ip link set " NETWORK_BRIDGE " type bridge stp_state 1 forward_delay 200");
}

static void test_guard_guest_without_bpdu_reaches_uplink(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    stp_start();
    const struct station *a = &guest_start(&lab_vmuser, "guard")->station;

    network_await();
    assert_int_equal(frame_arrival(&network.uplink, frame_send(a, FRAME_BROADCAST, ADDRESS_A)), FRAME_UNTAGGED);
    assert_int_equal(frame_arrival(a, frame_send(&network.uplink, ADDRESS_A, ADDRESS_U)), FRAME_UNTAGGED);
}

static void test_guard_bpdu_disables_port(void **state)
{
    (void)state;
    stp_start();
    struct guest *a = guest_plug(&lab_vmuser, "guard");
    struct guest *b = guest_start(&lab_vmother, "guard"); /* both wait at the same time */
    assert_true(port_state_becomes(a->tap, PORT_FORWARDING));
    network_await();
    const uint32_t before = frame_send(&a->station, FRAME_BROADCAST, ADDRESS_A);
    assert_int_equal(frame_arrival(&network.uplink, before), FRAME_UNTAGGED);

    const uint32_t bpdu = frame_send_bpdu(&a->station, ADDRESS_A);
    assert_true(port_state_becomes(a->tap, PORT_DISABLED));
    assert_true(frame_is_stopped(&network.uplink, bpdu));
    assert_true(frame_is_stopped(&b->station, bpdu));

    assert_true(frame_is_stopped(&network.uplink, frame_send(&a->station, FRAME_BROADCAST, ADDRESS_A)));
    assert_true(frame_is_stopped(&network.host, frame_send(&a->station, NETWORK_ADDRESS, ADDRESS_A)));
    assert_true(frame_is_stopped(&b->station, frame_send(&a->station, ADDRESS_B, ADDRESS_A)));

    /* Nothing that crosses the bridge arrives at the tap any more: the beacon is sent over the tap itself. */
    const struct station direct = {.fd = frame_socket_open(a->tap), .beacon_vlan = FRAME_UNTAGGED};
    a->station.beacon = &direct;
    assert_true(frame_is_stopped(&a->station, frame_send(&network.uplink, FRAME_BROADCAST, ADDRESS_U)));
    assert_true(frame_is_stopped(&a->station, frame_send(&network.host, ADDRESS_A, NETWORK_ADDRESS)));
    close(direct.fd);

    assert_int_equal(frame_arrival(&network.uplink, frame_send(&b->station, FRAME_BROADCAST, ADDRESS_B)),
                     FRAME_UNTAGGED);
}

static void test_guard_without_stp_refused(void **state)
{
    (void)state;
    guest_refuse(&lab_vmuser, "guard", EXIT_CONFIG, "type bridge stp_state 1'");
}

/* What the message says helps. */
static void test_guard_with_stp_started_granted(void **state)
{
    (void)state;
    lab_command("ip link set dev " NETWORK_BRIDGE " type bridge stp_state 1");
    guest_plug(&lab_vmuser, "guard");
}

int guard_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_guard_guest_without_bpdu_reaches_uplink, network_setup, network_teardown),
        cmocka_unit_test_setup_teardown(test_guard_bpdu_disables_port, network_setup, network_teardown),
        cmocka_unit_test_setup_teardown(test_guard_without_stp_refused, network_setup, network_teardown),
        cmocka_unit_test_setup_teardown(test_guard_with_stp_started_granted, network_setup, network_teardown),
    };

    return cmocka_run_group_tests_name("guard", tests, network_group_setup, NULL);
}
