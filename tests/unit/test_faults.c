/* SPDX-License-Identifier: MIT */
/*
 * Every call that loading makes, failing once and failing from then on: a fault never makes a verdict more permissive,
 * and loses neither memory nor descriptors. The same for the other functions that allocate. As root in the laboratory;
 * the name service is the test's.
 */
#include "fake_names.h"
#include "faults.h"
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONF  SCRATCH "/bridge.conf"
#define RULES SCRATCH "/rules.d"

static const char *const bridges[] = {"br0", "br1", "br2", "br3", "br4", "br5", "br6"};
static const gid_t groups[] = {7, 8};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTIONS_ALL, .uid = 4242, .gid = 4242, .groups = groups, .groups_count = 2};
static const struct vmnetacl_origin origin = {.switch_path = SCRATCH "/switch.conf",
                                              .files_path = RULES,
                                              .qemu_path = CONF};
static const struct fake_account accounts[] = {{false, "alice", 4242, false}, {true, "shed", 30, true}};

/* Denies in many files, links of both kinds, missing includes, and more rules and files than an array begins with. */
static void write_world(void)
{
    char text[4096] = "allow all\ndeny br0\ninclude " SCRATCH "/missing\ninclude " SCRATCH "/link\ninclude " SCRATCH
                      "/to-directory/c.conf\ninclude " SCRATCH "/none/x\n";
    char rules[2048];
    char path[64];

    for (int i = 0; i < 20; i++) {
        (void)snprintf(path, sizeof path, SCRATCH "/i%d", i);
        scratch_write(path, i == 19 ? "deny br3\n" : "allow x\n");
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "allow y%d\ninclude %s\n", i, path);
    }
    for (int i = 0; i < 7; i++) /* so that a file that is not there is the first without room */
        strcat(text, "include " SCRATCH "/i0\n");
    strcat(text, "include " SCRATCH "/missing\ninclude " SCRATCH "/indented\n");
    scratch_write(CONF, text);
    rules[0] = '\0';
    for (int i = 0; i < 200; i++) /* they take more room than their text */
        strcat(rules, "\tdeny z\n");
    scratch_write(SCRATCH "/indented", rules);
    scratch_write(SCRATCH "/b.conf", "deny br1\n");
    assert_int_equal(symlink("b.conf", SCRATCH "/link"), 0);
    scratch_directory(SCRATCH "/directory", 0755);
    assert_int_equal(symlink("directory", SCRATCH "/to-directory"), 0);
    scratch_write(SCRATCH "/directory/c.conf", "deny br2\n");
    scratch_write(SCRATCH "/switch.conf", "# all\nacl: files qemu\n");
    scratch_directory(RULES, 0755);
    scratch_write(RULES "/1.rules", "allow all bridge br*\nallow user alice bridge u0 limit 3 isolated tap x\n");
    scratch_write(RULES "/2.rules", "deny gid 8 bridge br5\ndeny group shed bridge g0\n");
    assert_int_equal(symlink("../3", RULES "/3.rules"), 0);
    scratch_write(SCRATCH "/3", "# nothing\n");
    scratch_write(RULES "/ignored", "");
}

static void decide_all(const struct vmnetacl_policy *policy, enum vmnetacl_status verdicts[])
{
    for (size_t i = 0; i < COUNT_OF(bridges); i++)
        verdicts[i] = vmnetacl_decide(policy, &caller, NULL, bridges[i], NULL);
}

/* The verdicts without a fault, which a load with one is compared with. */
static enum vmnetacl_status before[COUNT_OF(bridges)];

static void decide_without_fault(void)
{
    static const enum vmnetacl_status want[] = {VMNETACL_DENY,  VMNETACL_DENY, VMNETACL_DENY, VMNETACL_DENY,
                                                VMNETACL_ALLOW, VMNETACL_DENY, VMNETACL_ALLOW};
    struct vmnetacl_policy *policy;

    faults_start();
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    decide_all(policy, before);
    assert_memory_equal(before, want, sizeof want);
    vmnetacl_free(policy);
    assert_int_equal(faults.live_allocations, 0);
    assert_int_equal(faults.open_descriptors, 0);
}

static int setup(void **state)
{
    (void)state;
    faults_start();
    scratch_empty();
    write_world();
    fake_names_start(accounts, COUNT_OF(accounts));
    decide_without_fault();
    faults_start();
    return 0;
}

/* A fault leaves nothing after that a later load would see. */
static int teardown(void **state)
{
    (void)state;
    faults_start();
    scratch_write(SCRATCH "/switch.conf", "# all\nacl: files qemu\n"); /* one test has changed it */
    decide_without_fault();
    faults_start();
    return 0;
}

static void start_fault(enum fault_call call, int error_number, size_t first, size_t last)
{
    faults_start();
    faults.call = call;
    faults.error = error_number;
    faults.first = first;
    faults.last = last;
}

/* The error that has taken the place of verdicts, of which others than br4 and br6 were denials; OK when none has. */
static enum vmnetacl_status compare(const enum vmnetacl_status after[])
{
    enum vmnetacl_status error = VMNETACL_OK;

    for (size_t i = 0; i < COUNT_OF(bridges); i++) {
        if (after[i] == before[i])
            continue;
        assert_true(after[i] == VMNETACL_UNAVAIL || after[i] == VMNETACL_TRYAGAIN);
        assert_true(error == VMNETACL_OK || error == after[i]);
        error = after[i];
    }
    if (error != VMNETACL_OK) /* what was allowed before is not now */
        assert_true(after[4] == error && after[6] == error);
    return error;
}

/* What a load with this fault gave; OK means with the same verdicts as without it. */
static enum vmnetacl_status load_with(enum fault_call call, int error_number, size_t first, size_t last)
{
    enum vmnetacl_status after[COUNT_OF(bridges)];
    struct vmnetacl_policy *policy = (struct vmnetacl_policy *)after; /* anything but NULL */
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status;

    start_fault(call, error_number, first, last);
    status = vmnetacl_load_from(&origin, &policy, &error);
    if (status == VMNETACL_OK) {
        decide_all(policy, after);
        status = compare(after);
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
    decide_without_fault();
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
    check_each(FAULT_FSTATFS, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_FSTATFS, ENOSYS, VMNETACL_UNAVAIL);
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

static void test_load_directory_calls_fail_error(void **state)
{
    (void)state;
    check_each(FAULT_FDOPENDIR, EMFILE, VMNETACL_TRYAGAIN);
    check_each(FAULT_FDOPENDIR, ENOMEM, VMNETACL_TRYAGAIN);
    check_each(FAULT_FDOPENDIR, ENOTDIR, VMNETACL_UNAVAIL);
    check_each(FAULT_READDIR, ENOMEM, VMNETACL_TRYAGAIN);
    check_each(FAULT_READDIR, EIO, VMNETACL_UNAVAIL);
    check_each(FAULT_READDIR, ENOENT, VMNETACL_UNAVAIL); /* the directory was removed meanwhile: readdir(3) */
}

/* A link is told from a directory by this errno alone, so with it some steps are taken as ever. */
static void test_load_open_no_directory_never_more_permissive(void **state)
{
    size_t count = count_calls(FAULT_OPEN);
    size_t failed_count = 0;

    (void)state;
    for (size_t n = 1; n <= count; n++) {
        enum vmnetacl_status status = load_with(FAULT_OPEN, ENOTDIR, n, n);
        assert_true(status == VMNETACL_OK || status == VMNETACL_UNAVAIL);
        failed_count += status != VMNETACL_OK;
    }
    assert_true(failed_count > count / 2);
}

/* A file that was there when its directory was read, and is not when it is opened. */
static void test_load_file_goes_while_directory_is_read_try_again(void **state)
{
    static const struct vmnetacl_origin alone = {.switch_path = "/run/lab/none",
                                                 .files_path = SCRATCH "/alone",
                                                 .qemu_path = "/run/lab/none"};
    size_t changed_count = 0;
    size_t count;

    (void)state;
    scratch_directory(SCRATCH "/alone", 0755);
    scratch_write(SCRATCH "/alone/1.rules", "deny all bridge br0\n");
    start_fault(FAULT_OPEN, ENOENT, 0, 0);
    for (size_t n = 1; n <= 30; n++) {
        struct vmnetacl_policy *policy;
        struct vmnetacl_source source;
        start_fault(FAULT_OPEN, ENOENT, n, n);
        assert_int_equal(vmnetacl_load_from(&alone, &policy, NULL), VMNETACL_OK);
        count = faults.calls[FAULT_OPEN];
        assert_true(vmnetacl_source_at(policy, 0, &source));
        if (source.error != NULL && source.error->code == VMNETACL_CODE_FILE_CHANGED) {
            assert_int_equal(source.status, VMNETACL_TRYAGAIN);
            assert_string_equal(source.error->file, SCRATCH "/alone/1.rules");
            changed_count++;
        }
        vmnetacl_free(policy);
    }
    faults_start();
    assert_in_range(count, 10, 29);
    assert_in_range(changed_count, 1, 6); /* at each directory on the way, too */
}

/* The same, below another root: ".." leads no further when it cannot be told where it leads. */
static void test_load_from_root_fstat_fails_error(void **state)
{
    static const struct vmnetacl_origin rooted = {.root = SCRATCH,
                                                  .switch_path = "/../switch.conf",
                                                  .files_path = "/directory/../../rules.d/..",
                                                  .qemu_path = "/directory/../directory/../c"};
    const int errors[] = {EIO, ENOENT, EACCES};
    struct vmnetacl_policy *policy;
    size_t count;

    (void)state;
    scratch_write(SCRATCH "/c", "allow br0\n");
    scratch_write(SCRATCH "/switch.conf", "acl: qemu files\n");
    start_fault(FAULT_FSTAT, EIO, 0, 0);
    assert_int_equal(vmnetacl_load_from(&rooted, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
    count = faults.calls[FAULT_FSTAT];
    assert_in_range(count, 15, 60);
    for (size_t n = 1; n <= count; n++) {
        for (size_t i = 0; i < COUNT_OF(errors); i++) {
            start_fault(FAULT_FSTAT, errors[i], n, n);
            if (vmnetacl_load_from(&rooted, &policy, NULL) == VMNETACL_OK)
                assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", NULL), VMNETACL_UNAVAIL);
            vmnetacl_free(policy);
            assert_int_equal(faults.live_allocations, 0);
            assert_int_equal(faults.open_descriptors, 0);
        }
    }
    faults_start();
}

/* Rules in memory: what is copied of them. */
static void test_load_from_buffers_allocation_fails_try_again(void **state)
{
    static const struct vmnetacl_buffer buffers[] = {
        {.source = "switch", .path = "/s", .text = "acl: qemu files\n", .text_len = 16},
        {.source = "qemu", .path = "/q", .text = "include /r\nallow br0\n", .text_len = 21},
        {.source = "qemu", .path = "/r", .text = "allow br1\n", .text_len = 10},
        {.source = "files", .path = "/f", .text = "allow all bridge br0\n", .text_len = 21},
        {.source = "files", .path = "/g", .text = "# nothing\n", .text_len = 10},
    };
    static const struct vmnetacl_origin memory = {.buffers = buffers, .buffers_count = COUNT_OF(buffers)};
    size_t count = 1;

    (void)state;
    for (size_t n = 1; n <= count; n++) {
        struct vmnetacl_policy *policy;
        enum vmnetacl_status status;
        start_fault(FAULT_ALLOCATION, ENOMEM, n, n);
        status = vmnetacl_load_from(&memory, &policy, NULL);
        if (status == VMNETACL_OK)
            status = vmnetacl_decide(policy, &caller, NULL, "br0", NULL);
        if (faults.calls[FAULT_ALLOCATION] >= n) { /* there was such a call, and there may be more */
            assert_int_equal(status, VMNETACL_TRYAGAIN);
            count++;
        } else {
            assert_int_equal(status, VMNETACL_ALLOW);
        }
        vmnetacl_free(policy);
        assert_int_equal(faults.live_allocations, 0);
    }
    assert_in_range(count, 10, 40);
}

static struct vmnetacl_policy *load(void)
{
    struct vmnetacl_policy *policy;

    faults_start();
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    return policy;
}

/* For each function: what it does, and OK or TRYAGAIN. In a policy without a fault, but for the last. */
static enum vmnetacl_status do_resolve(struct vmnetacl_policy *policy)
{
    struct vmnetacl_names *names = (struct vmnetacl_names *)policy; /* anything but NULL */
    struct vmnetacl_error error;
    enum vmnetacl_status status = vmnetacl_resolve(policy, &caller, NULL, 0, &names, &error);

    if (status == VMNETACL_OK) {
        assert_int_equal(vmnetacl_decide(policy, &caller, names, "g0", NULL), VMNETACL_DENY);
        assert_int_equal(vmnetacl_decide(policy, &caller, names, "br4", NULL), VMNETACL_ALLOW);
    } else {
        assert_null(names);
        assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    }
    vmnetacl_names_free(names);
    return status;
}

static size_t told_count;

static bool count_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    assert_int_equal(decision->verdict, VMNETACL_ALLOW);
    assert_string_not_equal(bridge, "g0");
    assert_ptr_equal(data, &told_count);
    told_count++;
    return true;
}

static enum vmnetacl_status do_enumerate(struct vmnetacl_policy *policy)
{
    struct vmnetacl_names *names;
    struct vmnetacl_error error;
    enum vmnetacl_status status;
    size_t first = faults.first;

    faults.first = 0;
    assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
    faults.first = first;
    faults.calls[FAULT_ALLOCATION] = 0;
    told_count = 0;
    status = vmnetacl_enumerate(policy, &caller, names, bridges, COUNT_OF(bridges), count_bridge, &told_count, &error);
    if (status == VMNETACL_OK)
        assert_int_equal(told_count, 2 + 1 + 1 + 20); /* of bridges; u0, x, y0 to y19 */
    else
        assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    vmnetacl_names_free(names);
    return status;
}

static bool count_finding(const struct vmnetacl_finding *finding, void *data)
{
    assert_ptr_equal(data, &told_count);
    assert_int_not_equal(finding->error->code, VMNETACL_CODE_MEMORY);
    told_count++;
    return true;
}

static enum vmnetacl_status do_lint(struct vmnetacl_policy *policy)
{
    struct vmnetacl_error error;
    enum vmnetacl_status status;

    (void)policy; /* it loads its own */
    told_count = 0;
    status = vmnetacl_lint(&origin, 0, count_finding, &told_count, &error);
    if (status != VMNETACL_OK)
        assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    return status;
}

static void check_allocations(enum vmnetacl_status (*what)(struct vmnetacl_policy *policy), size_t least)
{
    struct vmnetacl_policy *policy = load();
    long live = faults.live_allocations;
    size_t want_count;
    size_t count;

    start_fault(FAULT_ALLOCATION, ENOMEM, 0, 0);
    assert_int_equal(what(policy), VMNETACL_OK);
    count = faults.calls[FAULT_ALLOCATION];
    want_count = told_count;
    assert_true(count >= least);
    for (size_t n = 1; n <= count + 1; n++) {
        for (int once = 0; once < 2; once++) {
            enum vmnetacl_status status;
            start_fault(FAULT_ALLOCATION, ENOMEM, n, once != 0 ? n : SIZE_MAX);
            status = what(policy);
            if (status != (n <= count ? VMNETACL_TRYAGAIN : VMNETACL_OK))
                fail_msg("allocation %zu of %zu: %s", n, count, vmnetacl_status_name(status));
            if (status == VMNETACL_OK)
                assert_int_equal(told_count, want_count);
            assert_int_equal(faults.live_allocations, 0);
            assert_int_equal(faults.open_descriptors, 0);
        }
    }
    faults_start();
    faults.live_allocations = live;
    vmnetacl_free(policy);
    assert_int_equal(faults.live_allocations, 0);
}

static void test_resolve_allocation_fails_try_again(void **state)
{
    (void)state;
    check_allocations(do_resolve, 5);
}

static void test_enumerate_allocation_fails_try_again(void **state)
{
    (void)state;
    check_allocations(do_enumerate, 3); /* of the names, and of an index for each source */
}

static void test_lint_allocation_fails_try_again(void **state)
{
    (void)state;
    check_allocations(do_lint, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_load_allocation_fails_try_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_open_fails_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_read_fails_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_read_interrupted_same_verdict, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_fstat_fails_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_readlink_fails_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_directory_calls_fail_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_open_no_directory_never_more_permissive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_file_goes_while_directory_is_read_try_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_from_root_fstat_fails_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_load_from_buffers_allocation_fails_try_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resolve_allocation_fails_try_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enumerate_allocation_fails_try_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lint_allocation_fails_try_again, setup, teardown),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
