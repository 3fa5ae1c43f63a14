/* SPDX-License-Identifier: MIT
 *
 * A caller chooses the resource limits that the helper runs under. Whatever he chooses, a deny stays a deny, a tap
 * comes whole or not at all, and nothing is left.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static const char *const denied[] = {"--br=br0", NULL};

/* Rules whose deny is the last thing that is read, three includes deep: the first to be lost when out of anything. */
static int deep_rules_setup(void **state)
{
    helper_rules_reset(state);
    helper_rules_write("allow all\ninclude /etc/qemu/1.conf\n");
    lab_text_write("/etc/qemu/1.conf", "allow all\ninclude /etc/qemu/2.conf\nallow br0\n", 0, 0, 0644);
    lab_text_write("/etc/qemu/2.conf", "allow all\ninclude /etc/qemu/3.conf\nallow br0\n", 0, 0, 0644);
    lab_text_write("/etc/qemu/3.conf", "allow all\ndeny br0\n", 0, 0, 0644);
    return 0;
}

/* Try one limit on an allowed and on a denied request; returns whether the allowed one was granted. */
static bool limit_try(int resource, rlim_t soft, rlim_t hard)
{
    struct lab_limit limit = {.resource = resource, .value = {.rlim_cur = soft, .rlim_max = hard}};
    struct lab_start start = {.hook_as_caller = lab_limit_set, .hook_data = &limit, .arguments = denied};

    struct lab_result *result = helper_start(&start);
    if (result->exit_code == 0 || result->fd_count != 0)
        fail_msg("limit %d of %llu: a denied bridge was granted", resource, (unsigned long long)soft);
    assert_false(result->timed_out);
    assert_true(lab_tap_count_becomes(0));

    start.arguments = NULL;
    result = helper_start(&start);
    helper_assert_whole(result, "virbr0");
    const bool granted = result->exit_code == 0;
    helper_release(result);
    return granted;
}

static void test_nofile_small_never_a_false_grant(void **state)
{
    unsigned granted = 0;

    (void)state; /* cmocka's signature, here and below */
    for (rlim_t count = 0; count <= 20; count++)
        granted += limit_try(RLIMIT_NOFILE, count, 20);
    assert_true(granted > 0);
    assert_true(limit_try(RLIMIT_NOFILE, 20, 20));
}

static void test_address_space_small_never_a_false_grant(void **state)
{
    enum {
        STEP = 64 * 1024,
        MOST = 16 * 1024 * 1024
    };
    unsigned granted = 0, refused = 0;

    (void)state;
    for (rlim_t size = 512 * 1024; size <= MOST; size += size < 6 * 1024 * 1024 ? STEP : 16 * STEP)
        if (limit_try(RLIMIT_AS, size, size))
            granted++;
        else
            refused++;
    assert_true(granted > 0);
    assert_true(refused > 0);
}

/* A large rule file takes memory that a small limit does not give. */
static void test_address_space_small_with_many_rules_never_a_false_grant(void **state)
{
    enum {
        COUNT = 40000,
        STEP = 256 * 1024
    };
    static char text[COUNT * 12 + 64];
    size_t len = 0;

    (void)state;
    for (int i = 0; i < COUNT; i++)
        len += (size_t)sprintf(text + len, "allow b%d\n", i);
    len += (size_t)sprintf(text + len, "allow all\ndeny br0\n");
    lab_file_write(RULES, text, len, 0, 0, 0644);
    for (rlim_t size = 1024 * 1024; size <= 8 * 1024 * 1024; size += STEP)
        limit_try(RLIMIT_AS, size, size);
}

static void test_stack_and_data_small_never_a_false_grant(void **state)
{
    (void)state;
    for (rlim_t size = 0; size <= 512 * 1024; size += 32 * 1024) {
        limit_try(RLIMIT_DATA, size, size);
        if (size >= 64 * 1024) /* below, execve itself may not have the room */
            limit_try(RLIMIT_STACK, size, size);
    }
}

static void test_nproc_fsize_and_others_zero(void **state)
{
    static const int resources[] = {RLIMIT_NPROC,      RLIMIT_FSIZE,    RLIMIT_CORE,  RLIMIT_MEMLOCK,
                                    RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_LOCKS, RLIMIT_NICE,
                                    RLIMIT_RTPRIO,     RLIMIT_RTTIME,   RLIMIT_RSS};

    (void)state;
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        print_message("  limit %d\n", resources[i]);
        assert_true(limit_try(resources[i], 0, 0)); /* nothing that the helper does needs any of these */
    }
}

static void test_cpu_small_never_a_false_grant(void **state)
{
    (void)state;
    limit_try(RLIMIT_CPU, 0, 0); /* the kernel makes it one second */
    limit_try(RLIMIT_CPU, 1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_nofile_small_never_a_false_grant, deep_rules_setup),
        cmocka_unit_test_setup(test_address_space_small_never_a_false_grant, deep_rules_setup),
        cmocka_unit_test_setup(test_address_space_small_with_many_rules_never_a_false_grant, deep_rules_setup),
        cmocka_unit_test_setup(test_stack_and_data_small_never_a_false_grant, deep_rules_setup),
        cmocka_unit_test_setup(test_nproc_fsize_and_others_zero, deep_rules_setup),
        cmocka_unit_test_setup(test_cpu_small_never_a_false_grant, deep_rules_setup),
    };

    return cmocka_run_group_tests_name("rlimits", tests, helper_world_setup, NULL);
}
