/* SPDX-License-Identifier: MIT
 *
 * What may be plugged into: a bridge by its own name, and nothing else, also when names change meanwhile.
 */
#define _GNU_SOURCE
#include "helper.h"

#include "trace.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

/* Of each kind that this kernel has: an interface that is no bridge takes no port. */
static void test_master_not_a_bridge_refused(void **state)
{
    static const char *const names[] = {"lo", "veth-a", "veth-b"};

    (void)state; /* cmocka's signature, here and below */
    helper_rules_write("allow all\n");
    lab_command("ip link add veth-a type veth peer name veth-b && ip link set veth-b master br0 up");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char argument[32];
        snprintf(argument, sizeof argument, "--br=%s", names[i]);
        print_message("  %s\n", names[i]);
        helper_assert_refused(helper_run(&lab_vmuser, argument, NULL), EXIT_UNAVAILABLE, names[i]);
    }
    lab_command("ip link delete veth-a");
}

/* Somebody else's tap, even one that is a port of the very bridge. */
static void test_master_is_a_tap_refused(void **state)
{
    (void)state;
    helper_rules_write("allow all\n");
    lab_command("ip tuntap add plain-tap mode tap && ip link set plain-tap master virbr0");
    const struct lab_result *result = helper_run(&lab_vmuser, "--br=plain-tap", NULL);
    assert_int_equal(result->exit_code, EXIT_UNAVAILABLE);
    assert_non_null(strstr(result->stderr_text, "it is a port of 'virbr0': ask for that"));
    assert_int_equal(result->fd_count, 0);
    assert_int_equal(lab_tap_count(), 1);
    lab_command("ip link delete plain-tap");
}

/* The kernel finds an interface by its alternative names too; a rule speaks of the one name that is shown. */
static void test_bridge_altname_refused(void **state)
{
    (void)state;
    helper_rules_write("allow all\n");
    lab_command("ip link property add dev virbr0 altname othername");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=othername", NULL), EXIT_UNAVAILABLE, "othername");
    lab_command("ip link property del dev virbr0 altname othername");
}

static void test_bridge_missing_refused(void **state)
{
    (void)state;
    helper_rules_write("allow all\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr7", NULL), EXIT_UNAVAILABLE, "libvirt makes it when");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=nosuch", NULL), EXIT_UNAVAILABLE, "'nosuch'");
}

static void test_bridge_down_granted(void **state)
{
    (void)state;
    lab_command("ip link set virbr0 down");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    lab_command("ip link set virbr0 up");
}

static void test_bridge_of_another_namespace_refused(void **state)
{
    (void)state;
    helper_rules_write("allow all\n");
    lab_command("ip netns add elsewhere && ip -n elsewhere link add faraway type bridge");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=faraway", NULL), EXIT_UNAVAILABLE, "");
    lab_command("ip netns delete elsewhere");
}

#define TRACED "it traces the process that makes the tap"

/* Do something to the bridges in the moment before the tap is made: when the name was looked up long ago. */
struct surprise {
    const char *command;
    bool done;
};

static enum lab_action surprise_visit(const struct lab_stop *stop, void *visit_data)
{
    struct surprise *surprise = visit_data;

    if (stop->at_entry && stop->number == SYS_ioctl && stop->args[1] == TUNSETIFF && !surprise->done) {
        lab_command("%s", surprise->command);
        surprise->done = true;
    }
    return LAB_GO;
}

static struct lab_result *surprised_run(const char *argument, const char *command)
{
    const char *const arguments[] = {argument, NULL};
    struct surprise surprise = {.command = command};
    const struct lab_plan plan = {.visit = surprise_visit, .visit_data = &surprise};
    struct lab_result *result = helper_trace(&(struct lab_start){.arguments = arguments}, &plan);

    assert_true(surprise.done);
    return result;
}

static void test_bridge_renamed_meanwhile_its_index_counts(void **state)
{
    (void)state;
    helper_skip_with_service(TRACED);
    struct lab_result *result =
        surprised_run("--br=virbr0", "ip link set virbr0 down && ip link set virbr0 name allowed &&"
                                     " ip link set br0 down && ip link set br0 name virbr0");
    helper_assert_whole(result, "allowed");
    helper_release(result);
    lab_command("ip link set virbr0 name br0 && ip link set br0 up &&"
                " ip link set allowed name virbr0 && ip link set virbr0 up");
}

static void test_bridge_deleted_meanwhile_refused(void **state)
{
    (void)state;
    helper_skip_with_service(TRACED);
    lab_command("ip link add name short-lived type bridge");
    helper_rules_write("allow all\n");
    helper_assert_refused(surprised_run("--br=short-lived", "ip link delete short-lived"), 0, "plug");
}

/* Another interface of the same name is not the bridge that was looked up. */
static void test_bridge_replaced_meanwhile_refused(void **state)
{
    (void)state;
    helper_skip_with_service(TRACED);
    lab_command("ip link add name short-lived type bridge");
    helper_rules_write("allow all\n");
    helper_assert_refused(surprised_run("--br=short-lived", "ip link delete short-lived &&"
                                                            " ip link add name short-lived type bridge"),
                          0, "plug");
    lab_command("ip link delete short-lived");
}

/* As surprise_visit, but in the moment after the tap was made: a rule of udev's may rename it. */
static enum lab_action rename_visit(const struct lab_stop *stop, void *visit_data)
{
    struct surprise *surprise = visit_data;
    struct lab_link link;

    if (!stop->at_entry && stop->number == SYS_ioctl && !surprise->done && lab_link_read("tap0", &link)) {
        lab_command("%s", surprise->command);
        surprise->done = true;
    }
    return LAB_GO;
}

/* Its name now belongs to somebody else's tap, which is none of our business: plug ours, or none. */
static void test_tap_renamed_meanwhile_no_other_is_plugged(void **state)
{
    struct surprise surprise = {.command = "ip link set tap0 name moved && ip tuntap add tap0 mode tap"};
    const struct lab_plan plan = {.visit = rename_visit, .visit_data = &surprise};
    struct lab_link other, ours;
    char name[IFNAMSIZ];
    unsigned flags;

    (void)state;
    helper_skip_with_service(TRACED);
    struct lab_result *result = helper_trace(&(struct lab_start){0}, &plan);
    const bool other_there = lab_link_read("tap0", &other);
    const bool delivered =
        result->tap_fd >= 0 && lab_tap_identify(result->tap_fd, name, &flags) && lab_link_read(name, &ours);
    lab_command("ip link delete tap0");
    assert_true(surprise.done);
    assert_true(other_there);
    assert_string_equal(other.master, "");
    assert_string_equal(other.alias, "");
    assert_int_equal(other.flags & IFF_UP, 0);
    if (delivered)
        assert_string_equal(ours.master, "virbr0");
    else
        assert_int_not_equal(result->exit_code, 0);
}

/* BR_MAX_PORTS in net/bridge/br_private.h: port numbers are 1 to 1023. A veth pair fills two of them, and the group
 * makes it one command to delete them all. */
static void test_bridge_full_refused(void **state)
{
    (void)state;
    helper_rules_write("allow crowded\n");
    lab_command("ip link add crowded type bridge &&"
                " { seq 512 | sed 's/.*/link add p& group 7 master crowded type veth peer name q&/';"
                " seq 511 | sed 's/.*/link set q& master crowded/'; } | ip -batch -");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=crowded", NULL), EXIT_UNAVAILABLE, "as many ports as it can");
    lab_command("ip link set q1 nomaster");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=crowded", NULL), "crowded");
    lab_command("ip link delete group 7 && ip link delete crowded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_master_not_a_bridge_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_master_is_a_tap_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_altname_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_missing_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_down_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_of_another_namespace_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_renamed_meanwhile_its_index_counts, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_deleted_meanwhile_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_replaced_meanwhile_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_renamed_meanwhile_no_other_is_plugged, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_full_refused, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("bridge", tests, helper_world_setup, NULL);
}
