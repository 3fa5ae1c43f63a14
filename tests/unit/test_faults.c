/* SPDX-License-Identifier: MIT */
/*
 * Every call that loading makes, failing once and failing from then on: a fault never makes a verdict more permissive,
 * and loses neither memory nor descriptors. As root in the laboratory.
 */
#include "faults.h"
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONF SCRATCH "/bridge.conf"

static const char *const bridges[] = {"br0", "br1", "br2", "br3", "br4"};
static const struct vmnetacl_caller caller = {.uid = 4242, .gid = 4242};

/* Denies in many files, links of both kinds, missing includes, and more rules and files than an array begins with. */
static int setup(void **state)
{
    char text[4096] = "allow all\ndeny br0\ninclude " SCRATCH "/missing\ninclude " SCRATCH "/link\ninclude " SCRATCH
                      "/to-folder/c.conf\ninclude " SCRATCH "/none/x\n";
    char path[64];

    (void)state;
    faults_start();
    scratch_empty();
    for (int i = 0; i < 20; i++) {
        (void)snprintf(path, sizeof path, SCRATCH "/%d", i);
        scratch_write(path, i == 19 ? "deny br3\n" : "allow x\n");
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "allow y%d\ninclude %s\n", i, path);
    }
    scratch_write(CONF, text);
    scratch_write(SCRATCH "/b.conf", "deny br1\n");
    assert_int_equal(symlink("b.conf", SCRATCH "/link"), 0);
    scratch_folder(SCRATCH "/folder", 0755);
    assert_int_equal(symlink("folder", SCRATCH "/to-folder"), 0);
    scratch_write(SCRATCH "/folder/c.conf", "deny br2\n");
    faults_start();
    return 0;
}

static void decide_all(const struct vmnetacl_policy *policy, enum vmnetacl_status verdicts[])
{
    for (size_t i = 0; i < COUNT_OF(bridges); i++)
        verdicts[i] = vmnetacl_decide(policy, &caller, NULL, bridges[i], NULL);
}

static void decide_without_fault(enum vmnetacl_status verdicts[])
{
    static const enum vmnetacl_status want[] = {VMNETACL_DENY, VMNETACL_DENY, VMNETACL_DENY, VMNETACL_DENY,
                                                VMNETACL_ALLOW};
    struct vmnetacl_policy *policy;

    faults_start();
    assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
    decide_all(policy, verdicts);
    assert_memory_equal(verdicts, want, sizeof want);
    vmnetacl_free(policy);
    assert_int_equal(faults.live_allocations, 0);
    assert_int_equal(faults.open_descriptors, 0);
}

/* What a load with this fault gave; OK means with the same verdicts as without it. */
static enum vmnetacl_status load_with(enum fault_call call, int error_number, size_t first, size_t last)
{
    enum vmnetacl_status before[COUNT_OF(bridges)];
    enum vmnetacl_status after[COUNT_OF(bridges)];
    struct vmnetacl_policy *policy = (struct vmnetacl_policy *)before; /* anything but NULL */
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;

    decide_without_fault(before);
    faults_start();
    faults.call = call;
    faults.error = error_number;
    faults.first = first;
    faults.last = last;
    status = scratch_load(CONF, &policy, &error);
    if (status == VMNETACL_OK) {
        decide_all(policy, after);
        assert_memory_equal(before, after, sizeof before);
        vmnetacl_free(policy);
    } else {
        assert_null(policy);
        assert_int_not_equal(error.code, VMNETACL_CODE_NONE);
    }
    assert_int_equal(faults.live_allocations, 0);
    assert_int_equal(faults.open_descriptors, 0);
    return status;
}

static size_t count_calls(enum fault_call call)
{
    enum vmnetacl_status verdicts[COUNT_OF(bridges)];

    decide_without_fault(verdicts);
    return faults.calls[call];
}

static void test_load_allocation_fails_try_again(void **state)
{
    size_t count = count_calls(FAULT_ALLOCATION);

    (void)state; /* cmocka's signature, here and below */
    assert_true(count > 60);
    for (size_t n = 1; n <= count; n++) {
        assert_int_equal(load_with(FAULT_ALLOCATION, ENOMEM, n, n), VMNETACL_TRYAGAIN);
        assert_int_equal(load_with(FAULT_ALLOCATION, ENOMEM, n, SIZE_MAX), VMNETACL_TRYAGAIN);
    }
    assert_int_equal(load_with(FAULT_ALLOCATION, ENOMEM, count + 1, SIZE_MAX), VMNETACL_OK);
}

/* Each call of a kind fails, once and from then on, with an errno that is a fault there. */
static void check_each(enum fault_call call, int error_number, enum vmnetacl_status want)
{
    size_t count = count_calls(call);

    assert_true(count > 0);
    for (size_t n = 1; n <= count; n++) {
        enum vmnetacl_status once = load_with(call, error_number, n, n);
        enum vmnetacl_status always = load_with(call, error_number, n, SIZE_MAX);
        if (once != want || always != want)
            fail_msg("call %d, number %zu, errno %d: once %s, always %s", (int)call, n, error_number,
                     vmnetacl_status_name(once), vmnetacl_status_name(always));
    }
}

static void test_load_open_fails_error(void **state)
{
    (void)state;
    check_each(FAULT_OPEN, EMFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_OPEN, ENFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_OPEN, EAGAIN, VMNETACL_TRYAGAIN);
    check_each(FAULT_OPEN, ENOMEM, VMNETACL_TRYAGAIN);
    check_each(FAULT_OPEN, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_OPEN, EINTR, VMNETACL_UNAVAIL);
    check_each(FAULT_OPEN, EPERM, VMNETACL_UNAVAIL);
    check_each(FAULT_OPEN, ESTALE, VMNETACL_UNAVAIL);
}

static void test_load_read_fails_error(void **state)
{
    (void)state;
    check_each(FAULT_READ, EMFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_READ, ENFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_READ, EAGAIN, VMNETACL_TRYAGAIN);
    check_each(FAULT_READ, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_READ, EACCES, VMNETACL_UNAVAIL);
    check_each(FAULT_READ, ENOENT, VMNETACL_UNAVAIL);
}

static void test_load_read_interrupted_same_verdict(void **state)
{
    size_t count = count_calls(FAULT_READ);

    (void)state;
    for (size_t n = 1; n <= count; n++) {
        assert_int_equal(load_with(FAULT_READ, EINTR, n, n), VMNETACL_OK);
        assert_int_equal(load_with(FAULT_READ, EINTR, n, n + 2), VMNETACL_OK);
    }
}

static void test_load_fstat_fails_error(void **state)
{
    (void)state;
    check_each(FAULT_FSTAT, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_FSTAT, EACCES, VMNETACL_UNAVAIL);
    check_each(FAULT_FSTAT, ENOENT, VMNETACL_UNAVAIL);
    check_each(FAULT_FSTAT, EINTR, VMNETACL_UNAVAIL);
}

static void test_load_readlink_fails_error(void **state)
{
    (void)state;
    check_each(FAULT_READLINKAT, EMFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_READLINKAT, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_READLINKAT, EACCES, VMNETACL_UNAVAIL);
    check_each(FAULT_READLINKAT, ENOENT, VMNETACL_UNAVAIL);
    check_each(FAULT_READLINKAT, EINVAL, VMNETACL_UNAVAIL); /* exchanged for a file meanwhile */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load_allocation_fails_try_again, setup),
        cmocka_unit_test_setup(test_load_open_fails_error, setup),
        cmocka_unit_test_setup(test_load_read_fails_error, setup),
        cmocka_unit_test_setup(test_load_read_interrupted_same_verdict, setup),
        cmocka_unit_test_setup(test_load_fstat_fails_error, setup),
        cmocka_unit_test_setup(test_load_readlink_fails_error, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
