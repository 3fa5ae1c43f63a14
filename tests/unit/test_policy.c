/* SPDX-License-Identifier: MIT */
/* Several sources put together, and the arguments of the public functions. The sources here are made up. */
#include "error.h"
#include "policy.h"
#include "unit.h"

#include <string.h>

/* A source whose path says what becomes of it: "allow", "deny", "notfound", "missing", "unavail" or "tryagain". */
struct source_rules {
    const char *answer;
};

static int live_count;

static enum vmnetacl_status fake_load(const char *path, uid_t owner, struct source_rules **rules,
                                      struct vmnetacl_error *error)
{
    static struct source_rules made[8];

    assert_int_equal(owner, 4242);
    *rules = NULL;
    if (strcmp(path, "missing") == 0)
        return VMNETACL_NOTFOUND;
    if (strcmp(path, "unavail") == 0 || strcmp(path, "tryagain") == 0) {
        error_start(error, *path == 'u' ? VMNETACL_CODE_FILE_OWNER : VMNETACL_CODE_MEMORY, path, 0, 0);
        return error_status(error);
    }
    *rules = &made[live_count++];
    (*rules)->answer = path;
    return VMNETACL_OK;
}

static enum vmnetacl_status fake_decide(const struct source_rules *rules, const struct vmnetacl_caller *caller,
                                        const char *name, size_t name_len, struct vmnetacl_decision *decision)
{
    assert_int_equal(caller->uid, 7);
    assert_int_equal(name_len, strlen(name));
    if (*rules->answer == 'n')
        return VMNETACL_NOTFOUND;
    decision->rule = (struct vmnetacl_place){.source = "fake", .file = rules->answer, .line = 5, .column = 6};
    decision->grant.limit = 9; /* of a deny too: it must not show */
    return *rules->answer == 'a' ? VMNETACL_ALLOW : VMNETACL_DENY;
}

static const char *fake_path_at(const struct source_rules *rules, size_t index)
{
    return index == 0 ? rules->answer : NULL;
}

static void fake_free(struct source_rules *rules)
{
    assert_non_null(rules);
    live_count--;
}

static const struct source fake = {
    .name = "fake", .load = fake_load, .decide = fake_decide, .path_at = fake_path_at, .free = fake_free};

static enum vmnetacl_status load(const char *const paths[], struct vmnetacl_policy **policy,
                                 struct vmnetacl_error *error)
{
    struct policy_entry entries[POLICY_ENTRIES_MAX + 1];
    size_t count = 0;

    for (; paths[count] != NULL; count++)
        entries[count] = (struct policy_entry){.source = &fake, .path = paths[count]};
    return policy_load(entries, count, 4242, policy, error);
}

static void test_decide_sources_combined(void **state)
{
    static const struct {
        const char *input[POLICY_ENTRIES_MAX + 1];
        enum vmnetacl_status want;
        const char *want_file;
    } rows[] = {
        {{NULL}, VMNETACL_NOTFOUND, NULL},
        {{"allow"}, VMNETACL_ALLOW, "allow"},
        {{"deny"}, VMNETACL_DENY, "deny"},
        {{"notfound"}, VMNETACL_NOTFOUND, NULL},
        {{"missing"}, VMNETACL_NOTFOUND, NULL},
        {{"allow", "deny"}, VMNETACL_DENY, "deny"},
        {{"deny", "allow"}, VMNETACL_DENY, "deny"},
        {{"allow", "allow2"}, VMNETACL_ALLOW, "allow"},
        {{"notfound", "allow2", "missing", "allow"}, VMNETACL_ALLOW, "allow2"},
        {{"allow", "missing", "notfound", "deny2"}, VMNETACL_DENY, "deny2"},
    };
    const struct vmnetacl_caller caller = {.uid = 7};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy;
        struct vmnetacl_decision decision;
        assert_int_equal(load(rows[i].input, &policy, NULL), VMNETACL_OK);
        memset(&decision, 'x', sizeof decision);
        assert_int_equal(vmnetacl_decide(policy, &caller, "br0", &decision), rows[i].want);
        assert_int_equal(decision.verdict, rows[i].want);
        assert_int_equal(decision.grant.limit, rows[i].want == VMNETACL_ALLOW ? 9 : 0);
        if (rows[i].want_file == NULL)
            assert_null(decision.rule.file);
        else
            assert_string_equal(decision.rule.file, rows[i].want_file);
        assert_int_equal(vmnetacl_decide(policy, &caller, "br0", NULL), rows[i].want);
        vmnetacl_free(policy);
        assert_int_equal(live_count, 0);
    }
}

static void test_policy_load_source_fails_whole_policy_fails(void **state)
{
    static const struct {
        const char *input[POLICY_ENTRIES_MAX + 1];
        enum vmnetacl_status want;
        enum vmnetacl_code want_code;
    } rows[] = {
        {{"unavail"}, VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_OWNER},
        {{"tryagain"}, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {{"allow", "unavail"}, VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_OWNER},
        {{"unavail", "allow"}, VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_OWNER},
        {{"allow", "missing", "allow", "tryagain"}, VMNETACL_TRYAGAIN, VMNETACL_CODE_MEMORY},
        {{"unavail", "tryagain"}, VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_OWNER}, /* the first error wins */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = (struct vmnetacl_policy *)&live_count; /* anything but NULL */
        struct vmnetacl_error error;
        assert_int_equal(load(rows[i].input, &policy, &error), rows[i].want);
        assert_null(policy);
        assert_int_equal(error.code, rows[i].want_code);
        assert_int_equal(live_count, 0);
        assert_int_equal(load(rows[i].input, &policy, NULL), rows[i].want);
    }
}

static void test_policy_load_sources_limit_kept(void **state)
{
    static const char *const most[] = {"allow", "allow", "allow", "allow", NULL};
    static const char *const more[] = {"allow", "allow", "allow", "allow", "allow", NULL};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(COUNT_OF(most) - 1, POLICY_ENTRIES_MAX);
    assert_int_equal(load(most, &policy, &error), VMNETACL_OK);
    vmnetacl_free(policy);
    assert_int_equal(load(more, &policy, &error), VMNETACL_INVALID);
    assert_null(policy);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
}

static void test_load_no_place_invalid(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(vmnetacl_load(NULL, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_string_not_equal(error.message, "");
    assert_int_equal(vmnetacl_load(NULL, NULL), VMNETACL_INVALID);
}

static void test_decide_bad_argument_invalid(void **state)
{
    static const char *const paths[] = {"allow", NULL};
    static const char *const names[] = {"", ".", "..", "a b", "br/0", "br0:1", "br%d", "1234567890123456", "br0\n"};
    const struct vmnetacl_caller caller = {.uid = 7};
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;

    (void)state;
    assert_int_equal(load(paths, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(NULL, &caller, "br0", &decision), VMNETACL_INVALID);
    assert_int_equal(decision.verdict, VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(policy, NULL, "br0", &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(NULL, NULL, NULL, NULL), VMNETACL_INVALID);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        memset(&decision, 1, sizeof decision);
        assert_int_equal(vmnetacl_decide(policy, &caller, names[i], &decision), VMNETACL_INVALID);
        assert_int_equal(decision.verdict, VMNETACL_INVALID);
        assert_null(decision.rule.file);
        assert_int_equal(decision.grant.limit, 0);
    }
    assert_int_equal(vmnetacl_decide(policy, &caller, "123456789012345", NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
}

static void test_file_at_each_source_listed(void **state)
{
    static const char *const paths[] = {"allow", "missing", "deny", NULL};
    struct vmnetacl_policy *policy;
    struct vmnetacl_file file;

    (void)state;
    assert_int_equal(load(paths, &policy, NULL), VMNETACL_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_true(vmnetacl_file_at(policy, i, &file));
        assert_string_equal(file.path, paths[i]);
        assert_string_equal(file.source, "fake");
        assert_int_equal(file.found, i != 1);
    }
    assert_false(vmnetacl_file_at(policy, 3, &file));
    assert_false(vmnetacl_file_at(policy, SIZE_MAX, &file));
    assert_false(vmnetacl_file_at(NULL, 0, &file));
    vmnetacl_free(policy);
    vmnetacl_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide_sources_combined),
        cmocka_unit_test(test_policy_load_source_fails_whole_policy_fails),
        cmocka_unit_test(test_policy_load_sources_limit_kept),
        cmocka_unit_test(test_load_no_place_invalid),
        cmocka_unit_test(test_decide_bad_argument_invalid),
        cmocka_unit_test(test_file_at_each_source_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
