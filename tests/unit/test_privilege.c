/* SPDX-License-Identifier: MIT */
/*
 * Behind the seccomp filter no memory can be had. What libcap asks for is seen where it is linked statically, as the
 * helper has it wherever there is a libcap.a. The rest is tested with real starts, in tests/privileged.
 */
#include "child.h"
#include "privilege.h"
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_locked; /* there is no memory any more */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_malloc(size_t size)
{
    CHILD_CHECK(!is_locked);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    CHILD_CHECK(!is_locked);
    return __real_calloc(count, size);
}

static int use_privilege(const void *unused)
{
    (void)unused;
    privilege_require();
    is_locked = true;
    privilege_raise();
    privilege_drop_all();
    is_locked = false;
    return 0;
}

static void test_privilege_behind_the_filter_no_memory_needed(void **state)
{
    struct child_result result;

    (void)state; /* cmocka's signature */
    child_run(use_privilege, NULL, &result);
    child_assert_exit(&result, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_privilege_behind_the_filter_no_memory_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
