/* SPDX-License-Identifier: MIT */
/* Loading from buffers and paths, what a policy tells about itself, and the arguments of the public functions. */
#include "texts.h"
#include "unit.h"
#include "vmnetacl.h"

#include <string.h>
#include <sys/auxv.h>

static unsigned long secure; /* what the kernel says of this program */

unsigned long __wrap_getauxval(unsigned long type);
unsigned long __real_getauxval(unsigned long type);

unsigned long __wrap_getauxval(unsigned long type)
{
    return type == AT_SECURE ? secure : __real_getauxval(type); /* a sanitizer has questions of its own */
}

static void test_decide_sources_combined(void **state)
{
    static const struct {
        struct texts input;
        enum vmnetacl_status want;
        const char *want_file;
    } rows[] = {
        {{.files = NULL}, VMNETACL_NOTFOUND, NULL},
        {{.files = "allow all bridge br0 limit 9\n"}, VMNETACL_ALLOW, TEXTS_FILES},
        {{.files = "deny all bridge br0\n"}, VMNETACL_DENY, TEXTS_FILES},
        {{.files = "allow all bridge br1\n"}, VMNETACL_NOTFOUND, NULL},
        {{.qemu = "deny br0\n"}, VMNETACL_DENY, TEXTS_QEMU},
        {{.qemu = "allow br1"}, VMNETACL_NOTFOUND, NULL},
        {{.files = "allow all bridge br0 limit 9\n", .qemu = "deny all"}, VMNETACL_DENY, TEXTS_QEMU},
        {{.files = "deny all bridge br0", .qemu = "allow all"}, VMNETACL_DENY, TEXTS_FILES},
        {{.files = "allow all bridge br0 limit 9", .qemu = "allow all"}, VMNETACL_ALLOW, TEXTS_FILES},
        {{.files = "", .qemu = "deny br0"}, VMNETACL_DENY, TEXTS_QEMU},
        {{"acl: qemu files", "allow all bridge br0 limit 9", ""}, VMNETACL_ALLOW, TEXTS_FILES},
        {{"acl: qemu files", "allow all bridge br0 limit 9", "deny br0"}, VMNETACL_DENY, TEXTS_QEMU},
        {{"acl: files", "allow all bridge br0 limit 9", "deny br0"}, VMNETACL_ALLOW, TEXTS_FILES},
    };
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 7};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_decision decision;
        memset(&decision, 'x', sizeof decision);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), rows[i].want);
        assert_int_equal(decision.verdict, rows[i].want);
        assert_int_equal(decision.grant.limit, rows[i].want == VMNETACL_ALLOW ? 9 : 0);
        assert_false(decision.degraded);
        assert_null(decision.error);
        if (rows[i].want_file == NULL)
            assert_null(decision.rule.file);
        else
            assert_string_equal(decision.rule.file, rows[i].want_file);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", NULL), rows[i].want);
        vmnetacl_free(policy);
    }
}

/* What is wrong with one source is no failure of the load, and lets nothing through. */
static void test_load_from_source_fails_verdict_is_error(void **state)
{
    static const struct {
        struct texts input;
        enum vmnetacl_code want_code;
        const char *want_file;
    } rows[] = {
        {{.files = "allow all bridge all\nx"}, VMNETACL_CODE_KEYWORD_UNKNOWN, TEXTS_FILES},
        {{.qemu = "allow"}, VMNETACL_CODE_NAME_MISSING, TEXTS_QEMU},
        {{.files = "allow all bridge all", .qemu = "allow"}, VMNETACL_CODE_NAME_MISSING, TEXTS_QEMU},
        {{.files = "allow", .qemu = "allow all"}, VMNETACL_CODE_SUBJECT_MISSING, TEXTS_FILES},
        {{.files = "allow", .qemu = "allow"}, VMNETACL_CODE_SUBJECT_MISSING, TEXTS_FILES}, /* the first error wins */
        {{.files = "allow", .qemu = "deny all"}, VMNETACL_CODE_SUBJECT_MISSING, TEXTS_FILES},
        {{"acl: qemu files", "allow", "allow"}, VMNETACL_CODE_NAME_MISSING, TEXTS_QEMU},
    };
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 7};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_decision decision;
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_UNAVAIL);
        assert_non_null(decision.error);
        assert_int_equal(decision.error->code, rows[i].want_code);
        assert_string_equal(decision.error->file, rows[i].want_file);
        assert_null(decision.rule.file);
        vmnetacl_free(policy);
    }
}

static void test_load_from_switch_wrong_load_fails(void **state)
{
    static const struct texts wrong = {.switch_text = "acl: files\nacl: qemu", .qemu = "allow all"};
    struct vmnetacl_policy *policy = (struct vmnetacl_policy *)&secure; /* anything but NULL */
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(texts_load(&wrong, &policy, &error), VMNETACL_UNAVAIL);
    assert_null(policy);
    assert_int_equal(error.code, VMNETACL_CODE_SWITCH_SECOND);
    assert_string_equal(error.file, TEXTS_SWITCH);
    assert_int_equal(texts_load(&wrong, &policy, NULL), VMNETACL_UNAVAIL);
    assert_null(policy);
}

/* Several files of one source, one of which another includes; files of no source are nobody's. */
static void test_load_from_buffers_taken_in_order(void **state)
{
    static const struct vmnetacl_buffer buffers[] = {
        {.source = "files", .path = "/z", .text = "allow all bridge br0 limit 1", .text_len = 28},
        {.source = "other", .path = "/bridge.conf", .text = "deny all", .text_len = 8},
        {.source = "qemu", .path = "/main", .text = "include /a\nallow br1\n", .text_len = 21},
        {.source = "files", .path = "/a", .text = "allow all bridge all limit 2", .text_len = 28},
        {.source = "qemu", .path = "/a", .text = "allow br0\ndeny br2\n", .text_len = 19},
        {.source = "qemu", .path = "/b", .text = "deny all\n", .text_len = 9}, /* nobody includes it */
    };
    static const char *const paths[] = {"/z", "/a", "/main", "/a"};
    const struct vmnetacl_origin origin = {.buffers = buffers, .buffers_count = COUNT_OF(buffers)};
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 7};
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;
    struct vmnetacl_file file;

    (void)state;
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        assert_true(vmnetacl_file_at(policy, i, &file));
        assert_string_equal(file.path, paths[i]);
        assert_string_equal(file.source, i < 2 ? "files" : "qemu");
        assert_true(file.found);
        assert_int_equal(file.code, VMNETACL_CODE_NONE);
    }
    assert_false(vmnetacl_file_at(policy, COUNT_OF(paths), &file));
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_ALLOW);
    assert_string_equal(decision.rule.file, "/z");
    assert_int_equal(decision.grant.limit, 1);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br1", &decision), VMNETACL_ALLOW);
    assert_string_equal(decision.rule.file, "/a");
    assert_string_equal(decision.rule.source, "files");
    assert_int_equal(decision.grant.limit, 2);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br2", &decision), VMNETACL_DENY);
    assert_string_equal(decision.rule.file, "/a");
    assert_string_equal(decision.rule.source, "qemu");
    vmnetacl_free(policy);
}

static void check_refused(const struct vmnetacl_origin *origin, enum vmnetacl_code want)
{
    struct vmnetacl_policy *policy = (struct vmnetacl_policy *)&secure; /* anything but NULL */
    struct vmnetacl_error error;

    assert_int_equal(vmnetacl_load_from(origin, &policy, &error), VMNETACL_INVALID);
    assert_null(policy);
    assert_int_equal(error.code, want);
    assert_string_not_equal(error.message, "");
    assert_int_equal(vmnetacl_load_from(origin, &policy, NULL), VMNETACL_INVALID);
}

static void test_load_from_path_relative_invalid(void **state)
{
    static const struct vmnetacl_origin rows[] = {
        {.root = "r"},     {.switch_path = "etc"},          {.files_path = "./x"},
        {.qemu_path = ""}, {.root = "/", .qemu_path = "q"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_refused(&rows[i], VMNETACL_CODE_ARGUMENT);
    check_refused(NULL, VMNETACL_CODE_ARGUMENT);
    for (size_t i = 0; i < COUNT_OF(rows[0].reserved); i++) { /* not of this version */
        struct vmnetacl_origin origin = {.root = NULL};
        origin.reserved[i] = "x";
        check_refused(&origin, VMNETACL_CODE_ARGUMENT);
    }
}

/* Who runs a setuid program must not choose its rules; buffers are the program's own. */
static void test_load_from_path_in_setuid_program_invalid(void **state)
{
    static const struct vmnetacl_origin rows[] = {{.root = "/"},
                                                  {.switch_path = "/x"},
                                                  {.files_path = "/x"},
                                                  {.qemu_path = "/x"}};
    static const struct texts nothing = {.files = NULL};
    struct vmnetacl_policy *policy;

    (void)state;
    secure = 1;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_refused(&rows[i], VMNETACL_CODE_SECURE);
    assert_int_equal(texts_load(&nothing, &policy, NULL), VMNETACL_OK);
    vmnetacl_free(policy);
    assert_int_not_equal(vmnetacl_load(&policy, NULL), VMNETACL_INVALID);
    vmnetacl_free(policy);
    secure = 0;
}

static void test_load_no_place_invalid(void **state)
{
    static const struct vmnetacl_origin origin = {.root = NULL};
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(vmnetacl_load(NULL, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_string_not_equal(error.message, "");
    assert_int_equal(vmnetacl_load(NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_load_from(&origin, NULL, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_int_equal(vmnetacl_load_from(NULL, NULL, NULL), VMNETACL_INVALID);
}

static void test_decide_bad_argument_invalid(void **state)
{
    static const char *const names[] = {"", ".", "..", "a b", "br/0", "br0:1", "br%d", "1234567890123456", "br0\n"};
    static const struct texts all = {.qemu = "allow all\n"};
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 7};
    struct vmnetacl_policy *policy = texts_policy(&all);
    struct vmnetacl_decision decision;

    (void)state;
    assert_int_equal(vmnetacl_decide(NULL, &caller, NULL, "br0", &decision), VMNETACL_INVALID);
    assert_int_equal(decision.verdict, VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(policy, NULL, NULL, "br0", &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, NULL, &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_decide(NULL, NULL, NULL, NULL, NULL), VMNETACL_INVALID);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        memset(&decision, 1, sizeof decision);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, names[i], &decision), VMNETACL_INVALID);
        assert_int_equal(decision.verdict, VMNETACL_INVALID);
        assert_null(decision.rule.file);
        assert_int_equal(decision.grant.limit, 0);
    }
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "123456789012345", NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
}

static void test_file_at_each_source_listed(void **state)
{
    static const struct texts texts = {.files = "", .qemu = "include /none\ninclude /none\n"};
    static const struct {
        const char *source;
        const char *path;
        enum vmnetacl_code code;
    } rows[] = {
        {"files", TEXTS_FILES, VMNETACL_CODE_NONE},
        {"qemu", TEXTS_QEMU, VMNETACL_CODE_NONE},
        {"qemu", "/none", VMNETACL_CODE_FILE_MISSING},
        {"qemu", "/none", VMNETACL_CODE_FILE_MISSING},
    };
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_file file;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_true(vmnetacl_file_at(policy, i, &file));
        assert_string_equal(file.source, rows[i].source);
        assert_string_equal(file.path, rows[i].path);
        assert_int_equal(file.code, rows[i].code);
        assert_int_equal(file.found, rows[i].code == VMNETACL_CODE_NONE);
    }
    assert_false(vmnetacl_file_at(policy, COUNT_OF(rows), &file));
    assert_false(vmnetacl_file_at(policy, SIZE_MAX, &file));
    assert_false(vmnetacl_file_at(NULL, 0, &file));
    vmnetacl_free(policy);
    vmnetacl_free(NULL);
}

/* Where a source has nothing, the path at which it would be stands for it; where it failed, there is no file. */
static void test_file_at_source_absent_or_failed(void **state)
{
    static const struct texts absent = {.switch_text = "acl: qemu files"};
    static const struct texts failed = {.files = "x", .qemu = "allow br0"};
    struct vmnetacl_policy *policy = texts_policy(&absent);
    struct vmnetacl_file file;

    (void)state;
    assert_true(vmnetacl_file_at(policy, 0, &file));
    assert_string_equal(file.source, "qemu");
    assert_false(file.found);
    assert_int_equal(file.code, VMNETACL_CODE_FILE_MISSING);
    assert_true(vmnetacl_file_at(policy, 1, &file));
    assert_string_equal(file.source, "files");
    assert_string_equal(file.path, "/etc/vmnet/rules.d");
    assert_false(file.found);
    assert_false(vmnetacl_file_at(policy, 2, &file));
    vmnetacl_free(policy);
    policy = texts_policy(&failed);
    assert_true(vmnetacl_file_at(policy, 0, &file));
    assert_string_equal(file.path, TEXTS_QEMU);
    assert_false(vmnetacl_file_at(policy, 1, &file));
    vmnetacl_free(policy);
}

static void test_source_at_each_status_told(void **state)
{
    static const struct texts texts = {.switch_text = "acl: qemu files", .files = "allow\n"};
    static const struct texts one = {.switch_text = "acl: qemu", .files = "allow\n", .qemu = ""};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_source source;

    (void)state;
    assert_true(vmnetacl_source_at(policy, 0, &source));
    assert_string_equal(source.name, "qemu");
    assert_int_equal(source.status, VMNETACL_NOTFOUND);
    assert_null(source.error);
    assert_true(vmnetacl_source_at(policy, 1, &source));
    assert_string_equal(source.name, "files");
    assert_string_equal(source.path, "/etc/vmnet/rules.d");
    assert_int_equal(source.status, VMNETACL_UNAVAIL);
    assert_int_equal(source.error->code, VMNETACL_CODE_SUBJECT_MISSING);
    assert_int_equal(source.error->line, 1);
    assert_false(vmnetacl_source_at(policy, 2, &source));
    assert_false(vmnetacl_source_at(policy, SIZE_MAX, &source));
    assert_false(vmnetacl_source_at(NULL, 0, &source));
    vmnetacl_free(policy);
    policy = texts_policy(&one);
    assert_true(vmnetacl_source_at(policy, 0, &source));
    assert_string_equal(source.path, TEXTS_QEMU);
    assert_int_equal(source.status, VMNETACL_OK);
    assert_null(source.error);
    assert_false(vmnetacl_source_at(policy, 1, &source));
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decide_sources_combined),
        cmocka_unit_test(test_load_from_source_fails_verdict_is_error),
        cmocka_unit_test(test_load_from_switch_wrong_load_fails),
        cmocka_unit_test(test_load_from_buffers_taken_in_order),
        cmocka_unit_test(test_load_from_path_relative_invalid),
        cmocka_unit_test(test_load_from_path_in_setuid_program_invalid),
        cmocka_unit_test(test_load_no_place_invalid),
        cmocka_unit_test(test_decide_bad_argument_invalid),
        cmocka_unit_test(test_file_at_each_source_listed),
        cmocka_unit_test(test_file_at_source_absent_or_failed),
        cmocka_unit_test(test_source_at_each_status_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
