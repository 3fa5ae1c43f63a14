/* SPDX-License-Identifier: MIT */
/* One call that decides and looks names up. The name service is the test's. */
#include "fake_names.h"
#include "texts.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

static const struct fake_account accounts[] = {{false, "alice", 1000, false}, {true, "wheel", 10, false}};
static const gid_t groups[] = {10};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTION_LIMIT, .uid = 1000, .gid = 100, .groups = groups, .groups_count = 1};

static void test_authorize_same_verdict_as_the_calls_it_makes(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        enum vmnetacl_status want;
        enum vmnetacl_code code;
        size_t lookups;
    } rows[] = {
        {"allow", {.files = "allow uid 1000 bridge br0"}, VMNETACL_ALLOW, VMNETACL_CODE_NONE, 0},
        {"allow by name", {.files = "allow user alice bridge br0"}, VMNETACL_ALLOW, VMNETACL_CODE_NONE, 1},
        {"deny", {.files = "deny uid 1000 bridge br0"}, VMNETACL_DENY, VMNETACL_CODE_NONE, 0},
        {"deny by name",
         {.files = "deny group wheel bridge br0\nallow all bridge br0"},
         VMNETACL_DENY,
         VMNETACL_CODE_NONE,
         1},
        {"no rule", {.files = "allow uid 1 bridge br0"}, VMNETACL_NOTFOUND, VMNETACL_CODE_NONE, 0},
        {"no such name", {.files = "allow user bob bridge br0"}, VMNETACL_NOTFOUND, VMNETACL_CODE_NONE, 1},
        {"a wrong line", {.files = "allow br0"}, VMNETACL_UNAVAIL, VMNETACL_CODE_SUBJECT_UNKNOWN, 0},
        {"an option", {.files = "allow all bridge br0 limit 2"}, VMNETACL_ALLOW, VMNETACL_CODE_NONE, 0},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_decision decision;
        struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
        fake_names_start(accounts, COUNT_OF(accounts));
        if (vmnetacl_authorize(policy, &caller, "br0", 17, &decision, &error) != rows[i].want ||
            decision.verdict != rows[i].want || error.code != rows[i].code || fake_names.calls != rows[i].lookups)
            fail_msg("%s: %s, %s", rows[i].name, vmnetacl_status_name(decision.verdict),
                     vmnetacl_code_name(error.code));
        assert_ptr_equal(decision.error, rows[i].code != VMNETACL_CODE_NONE ? &error : NULL);
        assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 17, NULL, NULL), rows[i].want);
        if (rows[i].lookups > 0)
            assert_int_equal(fake_names.timeout_ms, 17);
        vmnetacl_free(policy);
    }
}

static void test_authorize_lookup_fails_its_status(void **state)
{
    static const struct texts texts = {.files = "deny group wheel bridge br0\nallow all bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;
    struct vmnetacl_error error;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    fake_names.failure = VMNETACL_CODE_LOOKUP_TIMEOUT;
    fake_names.failed = 0;
    assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 0, &decision, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(decision.verdict, VMNETACL_TRYAGAIN);
    assert_ptr_equal(decision.error, &error);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_TIMEOUT);
    assert_int_equal(error.line, 1);
    assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 0, &decision, NULL), VMNETACL_TRYAGAIN);
    assert_null(decision.error);
    vmnetacl_free(policy);
}

/* The error of a lookup that only an allow depends on is part of the names, which are gone when the call returns. */
static void test_authorize_failed_allow_error_outlives_names(void **state)
{
    static const struct texts texts = {.files = "allow user alice bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;
    struct vmnetacl_error error;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    fake_names.failing_name = "alice";
    assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 0, &decision, &error), VMNETACL_UNAVAIL);
    assert_ptr_equal(decision.error, &error);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_FAILED);
    vmnetacl_free(policy);
}

static void test_authorize_nothing_given_never_allow(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(vmnetacl_authorize(NULL, NULL, NULL, 0, NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_authorize(NULL, &caller, "br0", 0, &decision, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_int_equal(decision.verdict, VMNETACL_INVALID);
    assert_int_equal(vmnetacl_authorize(policy, NULL, "br0", 0, NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_authorize(policy, &caller, NULL, 0, NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_authorize(policy, &caller, "b r", 0, NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 0, NULL, NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
}

static bool is_out_of_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return is_out_of_memory ? NULL : __real_malloc(size);
}

static void test_authorize_source_to_be_tried_again_its_error(void **state)
{
    static const struct vmnetacl_buffer buffer = {.source = "files",
                                                  .path = "/f",
                                                  .text = "allow all bridge br0",
                                                  .text_len = 20};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    (void)state;
    is_out_of_memory = true; /* for what the file says: the policy itself is there */
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    is_out_of_memory = false;
    assert_int_equal(vmnetacl_authorize(policy, &caller, "br0", 0, NULL, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    vmnetacl_free(policy);
}

/* At the address of the policy that they were asked for there may be another. */
static void test_decide_names_of_freed_policy_invalid(void **state)
{
    static const struct texts texts = {.files = "allow user alice bridge br0"};

    (void)state;
    for (int round = 0; round < 100; round++) {
        struct vmnetacl_policy *policy = texts_policy(&texts);
        struct vmnetacl_names *names;
        fake_names_start(accounts, COUNT_OF(accounts));
        assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
        assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_ALLOW);
        vmnetacl_free(policy);
        policy = texts_policy(&texts);
        assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_INVALID);
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authorize_same_verdict_as_the_calls_it_makes),
        cmocka_unit_test(test_authorize_lookup_fails_its_status),
        cmocka_unit_test(test_authorize_failed_allow_error_outlives_names),
        cmocka_unit_test(test_authorize_nothing_given_never_allow),
        cmocka_unit_test(test_authorize_source_to_be_tried_again_its_error),
        cmocka_unit_test(test_decide_names_of_freed_policy_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
