/* SPDX-License-Identifier: MIT
 *
 * test_host GROUP: the helper on a kernel that is not the building machine's. Runs as root in the machine that
 * host.sh boots; init.sh made virbr0, and the user vmuser. GROUP says what that machine is like.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

enum {
    ADDR_GEN_MODE_NONE = 1, /* IN6_ADDR_GEN_MODE_NONE */
    NO_IPV6 = -1,           /* lab_link.addr_gen_mode says so */
};

/* Not helper_world_setup(): there is no setcap here, and perhaps no /dev/net/tun. */
static int host_setup(void **state)
{
    struct utsname kernel;

    (void)state; /* cmocka's signature, here and below */
    if (uname(&kernel) != 0)
        return -1;
    print_message("Linux %s\n", kernel.release);
    lab_program_install("/vmnet-helper", HELPER_SETUID, 0, 0, 04755);
    lab_command("mkdir -p -m 755 /etc/qemu");
    helper_rules_write("allow virbr0\n");
    return 0;
}

static void granted_taps_assert(int addr_gen_mode)
{
    static const unsigned mtus[] = {68, 1000, 1280, 1400, 1500, 9000};

    for (size_t i = 0; i < sizeof mtus / sizeof *mtus; i++) {
        print_message("  MTU %u\n", mtus[i]);
        lab_command("ip link set virbr0 mtu %u", mtus[i]);
        const struct lab_link link = helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
        assert_int_equal(link.mtu, mtus[i]);
        assert_int_equal(link.address[0], 0xfe);
        assert_non_null(strstr(link.alias, "4242"));
        assert_non_null(strstr(link.alias, "virbr0"));
        assert_int_equal(link.ipv6_count, 0);
        /* Below 1280 the kernel takes IPv6 off the link, and its settings are no more to be seen. */
        assert_int_equal(link.addr_gen_mode, mtus[i] < 1280 ? NO_IPV6 : addr_gen_mode);
    }
    lab_command("ip link set virbr0 mtu 1500");
}

static void test_tap_is_all_that_it_should_be(void **state)
{
    (void)state;
    granted_taps_assert(ADDR_GEN_MODE_NONE);
}

/* The kernel answers EAFNOSUPPORT to what the helper says of IPv6. */
static void test_tap_without_ipv6_granted(void **state)
{
    (void)state;
    granted_taps_assert(NO_IPV6);
}

static void test_tap_flags(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags;

    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_int_equal(flags, IFF_TAP | IFF_NO_PI);
    result = helper_run(&lab_vmuser, "--use-vnet", "--br=virbr0", NULL);
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_int_equal(flags, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
}

static void test_tun_for_root_alone_granted(void **state)
{
    (void)state;
    lab_command("chmod 600 /dev/net/tun");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

static void test_bridge_not_allowed_denied(void **state)
{
    (void)state;
    helper_rules_write("allow br0\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "access denied by acl file");
}

static void test_bridge_missing_refused(void **state)
{
    (void)state;
    helper_rules_write("allow nosuch\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=nosuch", NULL), EXIT_UNAVAILABLE, "'nosuch'");
}

static void test_frames_pass_both_ways(void **state)
{
    (void)state;
    for (int vnet = 0; vnet < 2; vnet++) {
        lab_command("/fdguest vmuser " HELPER_SETUID " %s --br=virbr0 -- sh -ec 'ip address add 192.168.122.7/24"
                    " dev eth0; ping -q -c 1 -W 10 -s 1472 192.168.122.1' >/dev/null",
                    vnet ? "--use-vnet" : "");
        assert_true(lab_tap_count_becomes(0));
    }
}

static void test_without_node_refused(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "modprobe tun");
}

/* systemd makes the node at boot; the first to open it then makes the kernel look for the module, which is missing. */
static void test_without_module_refused(void **state)
{
    (void)state;
    lab_command("mkdir -p /dev/net && mknod -m 666 /dev/net/tun c 10 200");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_UNAVAILABLE, "modprobe tun");
    lab_command("rm -r /dev/net");
}

/* What the message says helps. */
static void test_module_loaded_granted(void **state)
{
    (void)state;
    lab_command("insmod /modules/tun.ko");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

static int ordinary_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tap_is_all_that_it_should_be, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_flags, helper_rules_reset),
        cmocka_unit_test_setup(test_tun_for_root_alone_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_not_allowed_denied, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_missing_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_frames_pass_both_ways, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("ordinary", tests, host_setup, NULL);
}

static int without_ipv6_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tap_without_ipv6_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_flags, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_not_allowed_denied, helper_rules_reset),
        cmocka_unit_test_setup(test_frames_pass_both_ways, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("without_ipv6", tests, host_setup, NULL);
}

/* In this order: the last one loads the module. */
static int without_tun_run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_node_refused),
        cmocka_unit_test(test_without_module_refused),
        cmocka_unit_test(test_module_loaded_granted),
    };

    return cmocka_run_group_tests_name("without_tun", tests, host_setup, NULL);
}

int main(int argc, char **argv)
{
    const char *group = argc == 2 ? argv[1] : "";

    if (strcmp(group, "ordinary") == 0)
        return ordinary_run();
    if (strcmp(group, "without_ipv6") == 0)
        return without_ipv6_run();
    if (strcmp(group, "without_tun") == 0)
        return without_tun_run();
    fprintf(stderr, "usage: test_host ordinary|without_ipv6|without_tun\n");
    return 125;
}
