/* SPDX-License-Identifier: MIT */
/* Each constant of the public header has a word of its own. */
#include "unit.h"

#include "vmnetacl.h"
#include <stdio.h>

#include <string.h>

static const char *status_name(unsigned value)
{
    return vmnetacl_status_name((enum vmnetacl_status)value);
}

static const char *code_name(unsigned value)
{
    return vmnetacl_code_name((enum vmnetacl_code)value);
}

static void check_names(const char *(*name)(unsigned value), unsigned last)
{
    for (unsigned i = 0; i <= last; i++) {
        assert_int_equal(strspn(name(i), "abcdefghijklmnopqrstuvwxyz-"), strlen(name(i)));
        assert_string_not_equal(name(i), "unknown");
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(name(i), name(j));
    }
    /* After the last there is none: else this test has not kept up with the header. */
    assert_string_equal(name(last + 1), "unknown");
    assert_string_equal(name(1000), "unknown");
    assert_string_equal(name(~0U), "unknown");
}

static void test_status_name_each_value_distinct(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    check_names(status_name, VMNETACL_STOPPED);
    assert_string_equal(vmnetacl_status_name(VMNETACL_ALLOW), "allow");
}

static void test_code_name_each_value_distinct(void **state)
{
    (void)state;
    check_names(code_name, VMNETACL_CODE_FILE_FORBIDDEN);
    assert_string_equal(vmnetacl_code_name(VMNETACL_CODE_NAME_MISSING), "name-missing");
}

/* Each code is of a class, and only the codes whose messages do not say what to do have an advice. */
static void test_code_class_each_code(void **state)
{
    (void)state;
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_NONE), VMNETACL_CLASS_NONE);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_INCLUDE_LOOP), VMNETACL_CLASS_LINE);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_FILE_OWNER), VMNETACL_CLASS_FILE);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_FILE_CHANGED), VMNETACL_CLASS_READ);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_LOOKUP_NONE), VMNETACL_CLASS_NAMES);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_ARGUMENT), VMNETACL_CLASS_CALL);
    assert_int_equal(vmnetacl_code_class(VMNETACL_CODE_FILE_PRIVATE), VMNETACL_CLASS_WARNING);
    assert_int_equal(vmnetacl_code_class((enum vmnetacl_code)12345), VMNETACL_CLASS_CALL);
    for (int code = 1; code <= VMNETACL_CODE_FILE_FORBIDDEN; code++)
        assert_int_not_equal(vmnetacl_code_class((enum vmnetacl_code)code), VMNETACL_CLASS_NONE);
    assert_null(vmnetacl_code_advice(VMNETACL_CODE_NONE));
    assert_null(vmnetacl_code_advice(VMNETACL_CODE_FILE_OWNER));
    assert_null(vmnetacl_code_advice((enum vmnetacl_code)12345));
    assert_string_equal(vmnetacl_code_advice(VMNETACL_CODE_MEMORY), "try again");
}

static void test_status_allow_not_zero(void **state)
{
    const struct vmnetacl_decision decision = {0};

    (void)state;
    assert_int_not_equal(decision.verdict, VMNETACL_ALLOW);
    assert_int_equal(VMNETACL_OK, 0);
}

static void test_version_that_of_the_header(void **state)
{
    char numbers[32];

    (void)state;
    assert_string_equal(vmnetacl_version(), VMNETACL_VERSION);
    (void)snprintf(numbers, sizeof numbers, "%d.%d.%d", VMNETACL_VERSION_MAJOR, VMNETACL_VERSION_MINOR,
                   VMNETACL_VERSION_PATCH); /* always fits */
    assert_memory_equal(numbers, VMNETACL_VERSION, strlen(numbers));
    assert_true(strchr("~", VMNETACL_VERSION[strlen(numbers)]) != NULL); /* the end, or "~rc1" */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_name_each_value_distinct),
        cmocka_unit_test(test_code_name_each_value_distinct),
        cmocka_unit_test(test_code_class_each_code),
        cmocka_unit_test(test_status_allow_not_zero),
        cmocka_unit_test(test_version_that_of_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
