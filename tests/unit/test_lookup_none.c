/* SPDX-License-Identifier: MIT */
/* The library of a build that cannot look up names: a static program with glibc, or VMNET_LOOKUP=OFF. */
#include "lookup.h"
#include "unit.h"

#include <string.h>

static void test_lookup_run_without_loader_unavail(void **state)
{
    struct lookup_item item = {.kind = ACCOUNT_USER, .name = "a"};
    struct lookup lookup = {.items = &item, .count = 1};
    struct vmnetacl_error error;
    size_t failed;

    (void)state; /* cmocka's signature */
    assert_int_equal(lookup_run(&lookup, 1000, &failed, &error), VMNETACL_UNAVAIL);
    assert_int_equal(failed, 1);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_NONE);
    assert_non_null(strstr(error.message, "write uid in the rules, and gid in an allow"));
    assert_false(item.answer.state != ACCOUNT_SKIPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookup_run_without_loader_unavail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
