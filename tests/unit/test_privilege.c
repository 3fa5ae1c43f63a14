/* SPDX-License-Identifier: MIT */
/*
 * Behind the seccomp filter no memory can be had. What libcap asks for is seen where it is linked statically, as the
 * helper has it wherever there is a libcap.a. The rest is tested with real starts, in tests/privileged.
 */
#include "caller.h"
#include "child.h"
#include "privilege.h"
#include "unit.h"

#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sysexits.h>

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

/* Drop to a user with these groups, as if the user had asked through a socket, or had started us. */
static const gid_t some_groups[] = {10, 20};

static int drop(const void *argument)
{
    const bool *is_peer = argument;
    const struct caller caller = {
        .uid = 4242, .gid = 4242, .groups = some_groups, .groups_count = COUNT_OF(some_groups), .is_peer = *is_peer};
    const gid_t before[] = {30};
    gid_t now[3];

    CHILD_CHECK(setgroups(1, before) == 0);
    privilege_require();
    privilege_drop_to_caller(&caller);
    CHILD_CHECK(getgroups(3, now) == 2 && now[0] == 10 && now[1] == 20 && getuid() == 4242 && getegid() == 4242);
    return 0;
}

static void test_drop_to_caller_groups_of_a_peer_taken(void **state)
{
    static const bool is_peer = true;
    static const bool is_self = false;
    struct child_result result;

    (void)state;
    child_run(drop, &is_peer, &result);
    child_assert_exit(&result, 0, "");
    child_run(drop, &is_self, &result);
    child_assert_died(&result, EX_SOFTWARE, "the groups are not the caller's after the drop");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_privilege_behind_the_filter_no_memory_needed),
        cmocka_unit_test(test_drop_to_caller_groups_of_a_peer_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
