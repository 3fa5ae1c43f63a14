/* SPDX-License-Identifier: MIT
 *
 * The tap that is handed over: every property that the contract names, and that frames go through it.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ADDR_GEN_MODE_NONE = 1, /* IN6_ADDR_GEN_MODE_NONE */
    FLAGS_ALWAYS = IFF_TAP | IFF_NO_PI,
};

static unsigned tap_flags(const struct lab_result *result)
{
    char name[IFNAMSIZ];
    unsigned flags = 0;

    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    return flags; /* all of them: IFF_PERSIST, IFF_MULTI_QUEUE and the like would be among them */
}

static void test_tap_flags_without_vnet_plain(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    assert_int_equal(tap_flags(result), FLAGS_ALWAYS);
}

static void test_tap_flags_with_vnet_have_vnet_hdr(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--use-vnet", "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    assert_int_equal(tap_flags(result), FLAGS_ALWAYS | IFF_VNET_HDR);
}

static void test_tap_name_is_tap_and_number(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags, number;
    char rest;

    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    assert_int_equal(sscanf(name, "tap%u%c", &number, &rest), 1);
}

static void test_tap_name_taken_next_number(void **state)
{
    (void)state;
    lab_command("ip link add tap0 type veth peer name tap1");
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    helper_release(result);
    lab_command("ip link delete tap0");
}

/* Bridge and tap agree in every MTU; 1000 is below what IPv6 asks for, and the kernel then takes IPv6 off the link. */
static void test_tap_mtu_is_the_bridges(void **state)
{
    static const unsigned mtus[] = {68, 576, 1000, 1280, 1499, 1500, 9000, 65521};

    (void)state;
    for (size_t i = 0; i < sizeof mtus / sizeof *mtus; i++) {
        struct lab_link bridge;
        print_message("  MTU %u\n", mtus[i]);
        lab_command("ip link set virbr0 mtu %u", mtus[i]);
        struct lab_result *result = helper_run(&lab_vmuser, "--use-vnet", "--br=virbr0", NULL);
        const struct lab_link link = helper_assert_granted(result, "virbr0");
        assert_int_equal(link.mtu, mtus[i]);
        assert_true(lab_link_read("virbr0", &bridge));
        assert_int_equal(bridge.mtu, mtus[i]);
        assert_int_equal(link.ipv6_count, 0);
        helper_release(result);
    }
    lab_command("ip link set virbr0 mtu 1500");
}

static void test_tap_mac_begins_fe_and_differs(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link first = helper_assert_granted(result, "virbr0");
    result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link second = helper_assert_granted(result, "virbr0");
    assert_int_equal(first.address[0], 0xfe);
    assert_int_equal(second.address[0], 0xfe);
    assert_memory_not_equal(first.address, second.address, 6);
}

/* A bridge without an address of its own takes the lowest of its ports': the guest's must never be that one. */
static void test_bridge_mac_unchanged(void **state)
{
    struct lab_link before, during, after;

    (void)state;
    lab_command("ip link add floating type bridge && ip link add uplink address fa:00:00:00:00:01 type veth peer far &&"
                " ip link set uplink master floating up && ip link set floating up");
    helper_rules_write("allow floating\n");
    assert_true(lab_link_read("floating", &before));
    assert_int_equal(before.address[0], 0xfa);
    struct lab_result *result = helper_run(&lab_vmuser, "--br=floating", NULL);
    helper_assert_granted(result, "floating");
    assert_true(lab_link_read("floating", &during));
    assert_memory_equal(during.address, before.address, 6);
    helper_release(result);
    assert_true(lab_link_read("floating", &after));
    assert_memory_equal(after.address, before.address, 6);
    lab_command("ip link delete floating && ip link delete uplink");
}

/* The host must not listen on the guest's wire by an address of its own. */
static void test_tap_has_no_host_ipv6(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link link = helper_assert_granted(result, "virbr0");
    assert_int_equal(link.addr_gen_mode, ADDR_GEN_MODE_NONE);
    assert_int_equal(link.ipv6_count, 0);
}

static void test_tap_is_up_with_carrier(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link link = helper_assert_granted(result, "virbr0");
    assert_true(link.flags & IFF_UP);
    assert_string_not_equal(link.operstate, "down");
}

static void test_tap_alias_names_uid_and_bridge(void **state)
{
    static const struct lab_caller *const callers[] = {&lab_vmuser, &lab_vmother};

    (void)state;
    for (size_t i = 0; i < sizeof callers / sizeof *callers; i++) {
        char uid[16];
        struct lab_result *result = helper_run(callers[i], "--br=virbr0", NULL);
        const struct lab_link link = helper_assert_granted(result, "virbr0");
        snprintf(uid, sizeof uid, "%u", callers[i]->uid);
        print_message("  %s\n", link.alias);
        assert_non_null(strstr(link.alias, uid));
        assert_non_null(strstr(link.alias, "virbr0"));
    }
}

static void test_tap_is_not_persistent(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link link = helper_assert_granted(result, "virbr0");
    assert_int_equal(link.tun_flags & IFF_PERSIST, 0);
    lab_result_release(result);
    assert_true(lab_tap_count_becomes(0));
}

/* At no moment does a tap forward before it is all that it will be: up means that nothing is missing. */
static enum lab_action half_made_watch(const struct lab_stop *stop, void *visit_data)
{
    struct lab_link link;

    if (stop->at_entry || !lab_link_read("tap0", &link))
        return LAB_GO;
    if ((link.flags & IFF_UP) != 0 && (link.master[0] == '\0' || link.mtu != 1400 || link.address[0] != 0xfe ||
                                       link.alias[0] == '\0' || link.addr_gen_mode != 1))
        *(bool *)visit_data = true;
    return LAB_GO;
}

static void test_tap_is_never_up_half_made(void **state)
{
    bool seen = false;
    const struct lab_plan plan = {.visit = half_made_watch, .visit_data = &seen};

    (void)state;
    lab_command("ip link set virbr0 mtu 1400");
    const struct lab_link link = helper_assert_granted(helper_trace(&(struct lab_start){0}, &plan), "virbr0");
    lab_command("ip link set virbr0 mtu 1500");
    assert_int_equal(link.mtu, 1400);
    assert_false(seen);
}

/* Run by the holder, without any privilege: bit i says that he could do i. */
static unsigned holder_tries(int tap_fd, const char *name)
{
    struct ifreq request = {.ifr_hwaddr.sa_family = ARPHRD_ETHER};
    const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    unsigned done = 0;
    char path[64];

    memcpy(request.ifr_hwaddr.sa_data, "\x02\x11\x22\x33\x44\x55", 6);
    done |= ioctl(tap_fd, TUNSETOWNER, 4243) == 0 ? 1U << 0 : 0;
    done |= ioctl(tap_fd, SIOCSIFHWADDR, &request) == 0 ? 1U << 1 : 0;
    done |= ioctl(tap_fd, TUNSETPERSIST, 1) == 0 ? 1U << 2 : 0;
    done |= ioctl(tap_fd, TUNSETPERSIST, 0) == 0 ? 1U << 3 : 0;

    snprintf(path, sizeof path, "/sys/class/net/%s/ifalias", name);
    const int alias = open(path, O_WRONLY | O_CLOEXEC);
    done |= alias >= 0 && write(alias, "x", 1) == 1 ? 1U << 4 : 0;
    memcpy(request.ifr_name, name, IFNAMSIZ);
    memcpy(request.ifr_newname, "mine", 5);
    done |= ioctl(control, SIOCSIFNAME, &request) == 0 ? 1U << 5 : 0;
    return done;
}

/* Not a boundary: owner, MAC and persistence are the holder's to change. A boundary: alias and name are not. */
static void test_tap_holder_can_change_what_is_said(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags;
    int status;
    struct lab_link after;

    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    const struct lab_link before = helper_assert_granted(result, "virbr0");
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    const pid_t holder = fork();
    if (holder == 0) {
        lab_become(&lab_vmuser);
        _exit((int)holder_tries(result->tap_fd, name));
    }
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0x0f);
    assert_true(lab_link_read(name, &after));
    assert_string_equal(after.alias, before.alias);
    assert_string_equal(after.master, before.master);
}

/* As vmnet-rules(5) says: a tap that outlives its guest, its owner's uid, and its end. */
static void test_tap_persistent_is_found_by_its_alias_and_deleted(void **state)
{
    (void)state;
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    (void)helper_assert_granted(result, "virbr0");
    assert_int_equal(ioctl(result->tap_fd, TUNSETPERSIST, 1), 0); /* needs no privilege: see holder_tries() */
    lab_result_release(result);
    assert_int_equal(lab_tap_count(), 1);
    lab_command("ip -o link show type tun | grep -q 'alias vmnet-helper uid=4242 bridge=virbr0'");
    lab_command("ip -o link show type tun | grep 'alias vmnet-helper uid=4242 ' | cut -d : -f 2 | "
                "while read -r tap; do ip link del dev \"$tap\"; done");
    assert_true(lab_tap_count_becomes(0));
}

/* The bridge deletes the entry of another port, even a static, sticky one; frames for it do not get there any more. */
static void test_tap_holder_can_take_an_address(void **state)
{
    struct ifreq request = {.ifr_hwaddr = {.sa_family = ARPHRD_ETHER, .sa_data = {0x02, 0, 0, 0, 0, 0x11}}};
    unsigned flags;
    int status;

    (void)state;
    lab_command("ip link add veth-a type veth peer name veth-b && ip link set veth-a up master virbr0 && "
                "bridge fdb add 02:00:00:00:00:11 dev veth-a master static sticky && "
                "bridge fdb show br virbr0 | grep -q '^02:00:00:00:00:11 dev veth-a '");
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    (void)helper_assert_granted(result, "virbr0");
    assert_true(lab_tap_identify(result->tap_fd, request.ifr_name, &flags));
    const pid_t holder = fork();
    if (holder == 0) {
        lab_become(&lab_vmuser);
        _exit(ioctl(result->tap_fd, SIOCSIFHWADDR, &request) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_int_equal(status, 0);
    lab_command("! bridge fdb show br virbr0 | grep -q '^02:00:00:00:00:11 dev veth-a '");
    lab_command("ip link delete veth-a");
}

static void test_frames_pass_both_ways(void **state)
{
    const char *fdguest = getenv("FDGUEST");

    (void)state;
    assert_non_null(fdguest);
    for (int vnet = 0; vnet < 2; vnet++)
        for (unsigned mtu = 1000; mtu <= 9000; mtu += 4000) {
            lab_command("ip link set virbr0 mtu %u", mtu);
            /* A ping as large as a frame can be: 28 bytes are headers. */
            lab_command("%s vmuser " HELPER_SETUID
                        " %s --br=virbr0 -- sh -ec 'ip address add 192.168.122.7/24 dev eth0;"
                        " busybox ping -q -c 1 -W 5 -s %u 192.168.122.1' >/dev/null",
                        fdguest, vnet ? "--use-vnet" : "", mtu - 28);
            assert_true(lab_tap_count_becomes(0));
        }
    lab_command("ip link set virbr0 mtu 1500");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_tap_flags_without_vnet_plain, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_flags_with_vnet_have_vnet_hdr, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_name_is_tap_and_number, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_name_taken_next_number, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_mtu_is_the_bridges, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_mac_begins_fe_and_differs, helper_rules_reset),
        cmocka_unit_test_setup(test_bridge_mac_unchanged, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_has_no_host_ipv6, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_is_up_with_carrier, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_alias_names_uid_and_bridge, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_is_not_persistent, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_is_never_up_half_made, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_holder_can_change_what_is_said, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_persistent_is_found_by_its_alias_and_deleted, helper_rules_reset),
        cmocka_unit_test_setup(test_tap_holder_can_take_an_address, helper_rules_reset),
        cmocka_unit_test_setup(test_frames_pass_both_ways, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("tap", tests, helper_world_setup, NULL);
}
