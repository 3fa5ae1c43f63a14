/* SPDX-License-Identifier: MIT */
/*
 * The options of a rule at the port, with a kernel of the test's: what it has been told when the port comes up, and
 * that the port does not come up when any message fails, is ignored, or is undone by another program.
 */
#include "bridge.h"
#include "child.h"
#include "fake_kernel.h"
#include "netlink.h"
#include "port.h"
#include "tap.h"
#include "unit.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <string.h>
#include <sysexits.h>

#define ALL_OPTIONS (VMNETACL_OPTION_ISOLATED | VMNETACL_OPTION_GUARD | VMNETACL_OPTION_MAC | VMNETACL_OPTION_VLAN)
#define LOCKED      39

static struct fake_kernel *kernel;

static struct vmnetacl_decision decision_with(uint32_t options)
{
    struct vmnetacl_decision decision = {.rule = {.file = "/rules", .line = 7}, .grant = {.options = options}};

    decision.grant.vlan = (options & VMNETACL_OPTION_VLAN) != 0 ? 20 : 0;
    if ((options & VMNETACL_OPTION_MAC) != 0)
        memcpy(decision.grant.mac, "\x52\x54\0\x12\x34\x56", 6);
    return decision;
}

/* The whole of phases 7 and 9 that is about the port. */
static int plug(const void *options)
{
    const struct vmnetacl_decision decision = decision_with(*(const uint32_t *)options);
    const struct tap tap = {.ifindex = FAKE_TAP, .name = "tap7", .alias = "alias"};
    struct bridge bridge = {.name = "br0", .ifindex = FAKE_BRIDGE, .mtu = 1500};
    struct netlink netlink = {.sequence = 0};

    bridge_require_options(&bridge, &decision);
    netlink_connect(&netlink);
    port_plug(&netlink, &tap, &bridge, &decision);
    return 0;
}

static void run(uint32_t options, struct child_result *result)
{
    child_run(plug, &options, result);
}

static void assert_refused(uint32_t options, int code, const char *words)
{
    struct child_result result;

    run(options, &result);
    child_assert_died(&result, code, words);
    assert_false(kernel->is_up);
}

static int setup(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    kernel = fake_kernel_start();
    return 0;
}

/* What the kernel must have before the port is up. */
static void assert_protected(uint32_t options)
{
    const bool has_mac = (options & VMNETACL_OPTION_MAC) != 0;
    const bool has_vlan = (options & VMNETACL_OPTION_VLAN) != 0;

    assert_int_equal(kernel->attributes[IFLA_BRPORT_ISOLATED], (options & VMNETACL_OPTION_ISOLATED) != 0);
    assert_int_equal(kernel->attributes[IFLA_BRPORT_GUARD], (options & VMNETACL_OPTION_GUARD) != 0);
    assert_int_equal(kernel->attributes[IFLA_BRPORT_PROTECT], (options & VMNETACL_OPTION_GUARD) != 0);
    assert_int_equal(kernel->attributes[LOCKED], has_mac);
    assert_int_equal(kernel->attributes[IFLA_BRPORT_LEARNING], !has_mac);
    assert_int_equal(kernel->attributes[IFLA_BRPORT_UNICAST_FLOOD], !has_mac);
    assert_int_equal(kernel->entry_index, has_mac ? FAKE_TAP : 0);
    if (has_mac) {
        assert_int_equal(kernel->entry_state, NUD_NOARP);
        assert_int_equal(kernel->entry_flags, NTF_MASTER | NTF_STICKY);
        assert_int_equal(kernel->entry_vlan, has_vlan ? 20 : 1);
    }
    assert_int_equal(kernel->untagged, has_vlan ? 20 : 1);
    assert_int_equal(kernel->vlans[0] + kernel->vlans[1] + kernel->vlans[2], has_vlan ? 20 : 1);
}

static void test_port_plug_each_set_of_options_protected(void **state)
{
    for (uint32_t options = 0; options <= ALL_OPTIONS; options++) {
        struct child_result result;
        if ((options & ~ALL_OPTIONS) != 0)
            continue;
        (void)setup(state);
        run(options, &result);
        child_assert_exit(&result, 0, "");
        assert_true(kernel->is_up && !kernel->was_up_early);
        assert_int_equal(kernel->master, FAKE_BRIDGE);
        assert_protected(options);
    }
}

/* Each message fails, with each of some errors; or is not answered at all. */
static void test_port_plug_each_message_fails_never_up(void **state)
{
    static const int errors[] = {EPERM, ENOMEM, EINVAL, EEXIST, ENOENT, EOPNOTSUPP};
    struct child_result whole;
    unsigned count;

    run(ALL_OPTIONS, &whole);
    child_assert_exit(&whole, 0, "");
    count = kernel->messages;
    assert_true(count >= 9);
    for (unsigned failing = 1; failing <= count; failing++) {
        for (size_t i = 0; i <= COUNT_OF(errors); i++) {
            struct child_result result;
            (void)setup(state);
            kernel->failing_message = failing;
            kernel->is_silent = i == COUNT_OF(errors);
            kernel->failing_error = i < COUNT_OF(errors) ? errors[i] : 0;
            run(ALL_OPTIONS, &result);
            assert_null(strstr(result.stderr_text, "this does not hold"));
            /* Silence is success for all but the last message of a send; an entry that is not there is made again. */
            if (result.exit_code == 0)
                assert_protected(ALL_OPTIONS);
            else if (result.exit_code <= 0 || kernel->is_up)
                fail_msg("message %u, error %zu: exit code %d, %s", failing, i, result.exit_code,
                         kernel->is_up ? "up" : "down");
        }
    }
}

/* A kernel that says yes to what it does not know. */
static void test_port_plug_unknown_attribute_never_up(void **state)
{
    static const struct {
        uint16_t unknown;
        uint32_t options;
        const char *words;
    } rows[] = {
        {IFLA_BRPORT_ISOLATED, VMNETACL_OPTION_ISOLATED, "/rules:7 says: 'isolated' needs Linux 4.18"},
        {IFLA_BRPORT_GUARD, VMNETACL_OPTION_GUARD, "'guard' needs"},
        {IFLA_BRPORT_PROTECT, VMNETACL_OPTION_GUARD, "'guard' needs"},
        {IFLA_BRPORT_LEARNING, VMNETACL_OPTION_MAC, "'mac' needs"},
        {IFLA_BRPORT_UNICAST_FLOOD, VMNETACL_OPTION_MAC, "'mac' needs"},
        {LOCKED, VMNETACL_OPTION_MAC, "'mac' needs Linux 5.18 or later"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        (void)setup(state);
        kernel->unknown = rows[i].unknown;
        kernel->entry_index = FAKE_OTHER;
        kernel->entry_state = NUD_REACHABLE;
        assert_refused(rows[i].options, EX_UNAVAILABLE, rows[i].words);
        assert_int_equal(kernel->entry_index, FAKE_OTHER); /* what another port has learned stays */
        (void)setup(state);
        kernel->unknown = rows[i].unknown;
        run(ALL_OPTIONS & ~rows[i].options, &result); /* what needs it not is not harmed */
        child_assert_exit(&result, 0, "");
    }
}

static void test_bridge_cannot_refused_before_anything_is_made(void **state)
{
    kernel->stp = 0;
    assert_refused(VMNETACL_OPTION_GUARD, EX_CONFIG,
                   "'br0' does not run STP, without which the option 'guard' of /rules:7");
    kernel->stp = 2; /* a program runs it */
    assert_refused(VMNETACL_OPTION_GUARD, EX_CONFIG, "does not run STP");
    kernel->vlan_filtering = 0;
    assert_refused(VMNETACL_OPTION_VLAN, EX_CONFIG, "ip link set dev br0 type bridge vlan_filtering 1");
    (void)setup(state);
    kernel->is_missing = true;
    assert_refused(VMNETACL_OPTION_MAC, EX_UNAVAILABLE, "cannot read the settings of bridge 'br0'");
    assert_int_equal(kernel->master, 0);
}

static void test_port_changed_by_others_never_up(void **state)
{
    kernel->changes_at = 2;
    assert_refused(VMNETACL_OPTION_GUARD, EX_CONFIG, "does not run STP");
    (void)setup(state);
    kernel->changes_at = 2;
    assert_refused(VMNETACL_OPTION_VLAN, EX_CONFIG, "is not VLAN-aware");
    (void)setup(state);
    kernel->loses_master = true;
    assert_refused(VMNETACL_OPTION_ISOLATED, EX_TEMPFAIL, "another program has changed the port 'tap7'");
    (void)setup(state);
    kernel->gains_vlan = true;
    assert_refused(VMNETACL_OPTION_VLAN, EX_TEMPFAIL, "another program has changed the port 'tap7'");
    (void)setup(state);
    kernel->entry_moves = true;
    assert_refused(VMNETACL_OPTION_MAC, EX_TEMPFAIL, "another program has changed the port 'tap7'");
}

static void test_address_learned_replaced_other_refused(void **state)
{
    static const struct {
        uint16_t entry_state;
        uint8_t flags;
        unsigned learned_again;
        const char *refusal; /* NULL: replaced */
    } rows[] = {
        {NUD_REACHABLE, 0, 0, NULL},
        {NUD_STALE, 0, 0, NULL},
        {NUD_REACHABLE, 0, 3, NULL},
        {NUD_REACHABLE, 0, 1000, "another port sends from the address of /rules:7 all the time"},
        {NUD_NOARP, 0, 0, "has the address of /rules:7"},
        {NUD_NOARP, NTF_STICKY, 0, "has the address of /rules:7"},
        {NUD_PERMANENT, 0, 0, "has the address of /rules:7"},
        {NUD_REACHABLE, NTF_EXT_LEARNED, 0, "has the address of /rules:7"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        (void)setup(state);
        kernel->entry_index = FAKE_OTHER;
        kernel->entry_state = rows[i].entry_state;
        kernel->entry_flags = rows[i].flags;
        kernel->learned_again = rows[i].learned_again;
        if (rows[i].refusal != NULL) {
            assert_refused(VMNETACL_OPTION_MAC, EX_TEMPFAIL, rows[i].refusal);
            assert_true(kernel->entry_index == FAKE_OTHER || rows[i].learned_again > 0);
            continue;
        }
        run(VMNETACL_OPTION_MAC, &result);
        child_assert_exit(&result, 0, "");
        assert_protected(VMNETACL_OPTION_MAC);
    }
}

/* Without VLAN filtering there are entries in two VLANs: each is looked at before any is removed. */
static void test_address_two_vlans_each_looked_at(void **state)
{
    static const struct {
        int index;
        uint16_t entry_state;
        int pvid_index;
        uint16_t pvid_state;
        bool is_refused;
    } rows[] = {
        {0, 0, FAKE_OTHER, NUD_REACHABLE, false},
        {FAKE_OTHER, NUD_STALE, FAKE_OTHER, NUD_REACHABLE, false},
        {FAKE_OTHER, NUD_REACHABLE, 0, 0, false},
        {0, 0, FAKE_OTHER, NUD_NOARP, true},
        {FAKE_OTHER, NUD_REACHABLE, FAKE_OTHER, NUD_NOARP, true},
        {FAKE_OTHER, NUD_NOARP, FAKE_OTHER, NUD_STALE, true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        (void)setup(state);
        kernel->vlan_filtering = 0;
        kernel->entry_index = rows[i].index;
        kernel->entry_state = rows[i].entry_state;
        kernel->pvid_entry_index = rows[i].pvid_index;
        kernel->pvid_entry_state = rows[i].pvid_state;
        if (rows[i].is_refused) {
            assert_refused(VMNETACL_OPTION_MAC, EX_TEMPFAIL, "has the address of /rules:7");
            assert_int_equal(kernel->pvid_entry_index, rows[i].pvid_index);
            continue;
        }
        run(VMNETACL_OPTION_MAC, &result);
        child_assert_exit(&result, 0, "");
        assert_int_equal(kernel->entry_index, FAKE_TAP);
        assert_int_equal(kernel->pvid_entry_index, FAKE_TAP);
    }
}

static void test_address_bridge_without_vlans_no_vlan(void **state)
{
    struct child_result result;

    (void)state;
    kernel->vlan_filtering = 0;
    run(VMNETACL_OPTION_MAC, &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(kernel->entry_vlan, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_port_plug_each_set_of_options_protected, setup),
        cmocka_unit_test_setup(test_port_plug_each_message_fails_never_up, setup),
        cmocka_unit_test_setup(test_port_plug_unknown_attribute_never_up, setup),
        cmocka_unit_test_setup(test_bridge_cannot_refused_before_anything_is_made, setup),
        cmocka_unit_test_setup(test_port_changed_by_others_never_up, setup),
        cmocka_unit_test_setup(test_address_learned_replaced_other_refused, setup),
        cmocka_unit_test_setup(test_address_two_vlans_each_looked_at, setup),
        cmocka_unit_test_setup(test_address_bridge_without_vlans_no_vlan, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
