/* SPDX-License-Identifier: MIT */
/* What the worker makes of a name service that fails, contradicts itself, or is not all there. */
#include "fake_services.h"
#include "random.h"

#include <errno.h>
#include <stdio.h>

/* A name that an allow and a deny depend on is asked about twice; it has to be the same. */
static void test_query_run_user_changes_meanwhile_error(void **state)
{
    static const struct question question = {.items = {"allow user alias", "deny user alias"}};
    static const struct world gone = {.users = USERS, .groups = GROUPS, .fault = {"getpwnam alias", 0, 2}};
    struct answers answers;

    (void)state;
    world_start(&gone);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    assert_int_equal(answers.failure.call, LOOKUP_USER);
}

static void test_query_run_caller_not_identified_fails(void **state)
{
    static const char *const denies[] = {"deny user bob", "deny group club", "deny gid 9"};
    static const struct world unknown = {.users = {{"bob", 1001, 101}}, .groups = GROUPS};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(denies); i++) {
        const struct question question = {.items = {"allow user bob", denies[i]}};
        world_start(&unknown);
        ask(&question, &answers);
        assert_int_equal(answers.error, EINVAL);
        assert_int_equal(answers.failure.call, LOOKUP_NO_ACCOUNT);
        assert_int_equal(answers.failure.id, UID);
        assert_int_equal(answers.failure.item, i > 0);
    }
    /* For an allow, his account does not matter. */
    world_start(&unknown);
    ask(&(const struct question){.items = {"allow group own"}}, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 100");
}

/* That a group is unknown is believed only of a caller all of whose groups have names. */
static void test_query_run_group_without_a_name_fails(void **state)
{
    static const struct {
        const char *name;
        struct world world;
        struct question question;
        gid_t gid;
    } rows[] = {
        {"of the credentials",
         {.users = USERS, .groups = GROUPS},
         {.items = {"deny group nosuch"}, .groups = nameless},
         4711},
        {"of the passwd entry",
         {.users = {{"alice", UID, 4712}}, .groups = GROUPS},
         {.items = {"deny group nosuch"}},
         4712},
        {"of getgrouplist(3)",
         {.users = USERS, .groups = GROUPS, .memberships = {4713}},
         {.items = {"deny group nosuch"}},
         4713},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        print_message("  %s\n", rows[i].name);
        world_start(&rows[i].world);
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, EINVAL);
        assert_int_equal(answers.failure.call, LOOKUP_NAMELESS);
        assert_int_equal(answers.failure.id, rows[i].gid);
        assert_int_equal(answers.failure.item, 0);
    }
}

/* A lookup that fails, and a deny depends on it: whatever the errno. */
static void test_query_run_deny_lookup_fails_error(void **state)
{
    static const struct {
        const char *deny;
        const char *call;
        enum lookup_call want;
        uint32_t id;
    } rows[] = {
        {"deny user bob", "getpwuid 1000", LOOKUP_UID, UID},
        {"deny user bob", "getpwnam bob", LOOKUP_USER, 0},
        {"deny group other", "getpwuid 1000", LOOKUP_UID, UID},
        {"deny group other", "getgrnam other", LOOKUP_GROUP, 0},
        {"deny group other", "getgrgid 100", LOOKUP_GID, GID},
        {"deny gid 9", "getgrgid 9", LOOKUP_GID, 9},
        {"deny group nosuch", "getgrnam nosuch", LOOKUP_GROUP, 0},
    };
    static const int errors[] = {ENOENT, ESRCH, EIO, EMFILE, ERANGE, ECONNREFUSED, -1};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(errors); j++) {
            struct world world_of_row = {.users = USERS, .groups = GROUPS, .fault = {rows[i].call, errors[j], 0}};
            const struct question question = {.items = {rows[i].deny}};
            struct answers answers;
            world_start(&world_of_row);
            ask(&question, &answers);
            if (answers.error != errors[j] || answers.failure.call != rows[i].want)
                fail_msg("%s, %s: %d, %d", rows[i].deny, rows[i].call, answers.error, (int)answers.failure.call);
            assert_int_equal(answers.failure.id, rows[i].id);
            assert_int_equal(answers.failure.error, errors[j]);
        }
}

/* A service that goes away, or comes back, between two questions. */
static void test_query_run_group_changes_meanwhile_error(void **state)
{
    static const struct world gone = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", 0, 2}};
    static const struct world back = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", 0, 1}};
    static const struct world down = {.users = USERS, .groups = GROUPS, .fault = {"getgrnam other", EIO, 2}};
    static const struct world moved = {.users = USERS,
                                       .groups = {{"own", GID, NULL}, {"other", 9, NULL}, {"other", 10, NULL}},
                                       .fault = {"getgrnam other", ANOTHER, 2}};
    static const struct world late = {.users = USERS,
                                      .groups = GROUPS,
                                      .memberships = {9},
                                      .fault = {"getgrouplist", 0, 1}};
    const struct question question = {.items = {"deny group other"}};
    struct answers answers;

    (void)state;
    world_start(&gone);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    assert_int_equal(answers.failure.call, LOOKUP_GROUP);
    world_start(&back);
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9");
    world_start(&down);
    ask(&question, &answers);
    assert_int_equal(answers.error, EIO);
    world_start(&moved);
    ask(&question, &answers);
    assert_int_equal(answers.error, EAGAIN);
    world_start(&late); /* the first getgrouplist(3) puts him into no group */
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9 caller");
}

static void test_query_run_getgrouplist_wants_room(void **state)
{
    static const struct {
        int wants;
        int want;
    } rows[] = {{VMNETACL_GROUPS_MAX + 1, E2BIG}, {64, EIO}, {1, EIO}};
    const struct question question = {.items = {"deny group other"}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct world world_of_row = {.users = USERS,
                                           .groups = GROUPS,
                                           .fault = {"getgrouplist", rows[i].wants, 0}};
        struct answers answers;
        world_start(&world_of_row);
        ask(&question, &answers);
        assert_int_equal(answers.error, rows[i].want);
        assert_int_equal(answers.failure.call, LOOKUP_MEMBERSHIPS);
        assert_int_equal(answers.failure.id, UID);
    }
    /* As much as a process can have: then it is asked again, and has room. */
    world_start(&(const struct world){
        .users = USERS, .groups = GROUPS, .memberships = {9}, .fault = {"getgrouplist", VMNETACL_GROUPS_MAX, 1}});
    struct answers answers;
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "known 9 caller");
}

/* A lookup that only an allow depends on: the others are answered all the same. */
static void test_query_run_allow_lookup_fails_others_answered(void **state)
{
    static const struct world down = {.users = USERS, .groups = GROUPS, .fault = {"getpwnam remote", ENOENT, 0}};
    static const struct question question = {
        .items = {"allow user nosuch", "allow user remote", "allow group far", "allow user alice", "deny group other"}};
    struct answers answers;

    (void)state;
    world_start(&down);
    ask(&question, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, failed, known 8, known 1000, known 9");
    assert_int_equal(answers.failure.call, LOOKUP_USER);
    assert_int_equal(answers.failure.item, 1);
    assert_int_equal(answers.failure.error, ENOENT);
    /* A deny for the same name makes it an error. */
    world_start(&down);
    ask(&(const struct question){.items = {"allow user remote", "deny user remote"}}, &answers);
    assert_int_equal(answers.error, ENOENT);
    /* Of several, the first is told, be it a user or a group. */
    world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {"getpwnam *", EIO, 0}});
    ask(&(const struct question){.items = {"allow user bob", "allow user remote"}}, &answers);
    assert_string_equal(answers_text(&answers), "failed, failed");
    assert_int_equal(answers.failure.item, 0);
    world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {"getgrnam g", EIO, 0}});
    ask(&(const struct question){.items = {"allow group g", "allow user alice"}}, &answers);
    assert_string_equal(answers_text(&answers), "failed, known 1000");
    assert_int_equal(answers.failure.call, LOOKUP_GROUP);
}

/* Interrupted, or out of room for a large entry: the call is made again. */
static void test_query_run_call_is_repeated(void **state)
{
    static const int errors[] = {EINTR, ERANGE};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(errors); i++) {
        world_start(&(const struct world){.users = USERS, .fault = {"getpwnam alice", errors[i], 1}});
        ask(&(const struct question){.items = {"allow user alice"}}, &answers);
        assert_string_equal(answers_text(&answers), "known 1000");
        assert_string_equal(asked, "getpwnam alice; getpwnam alice");
        world_start(&(const struct world){.groups = GROUPS, .fault = {"getgrnam own", errors[i], 1}});
        ask(&(const struct question){.items = {"allow group own"}}, &answers);
        assert_string_equal(answers_text(&answers), "known 100");
    }
}

/* An entry that is too large, and no memory for it. */
static void test_query_run_out_of_memory_for_a_large_entry(void **state)
{
    static const struct {
        struct question question;
        const char *call;
    } rows[] = {
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user g", "allow user alice"}},
         "getpwnam alice"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group g", "allow group far"},
          .groups = eight},
         "getgrnam far"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&(const struct world){.users = USERS, .groups = GROUPS, .fault = {rows[i].call, ERANGE, 1}});
        allocations_left = 2; /* what is settled, and the first buffer */
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, ENOMEM);
    }
}

static void test_query_run_out_of_memory_at_each_allocation(void **state)
{
    static const struct question questions[] = {
        {.items = {"deny group other", "deny user bob"}, .groups = eight},
        {.items = {"allow user a", "allow group b"}},
        {.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                   "allow user g", "allow user alice"}},
        {.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e", "allow group f",
                   "allow group g", "allow group own"}},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        struct answers answers;
        size_t count = 0;
        do {
            world_start(&all);
            allocations_left = count;
            ask(&questions[i], &answers);
            assert_true(answers.error == 0 || answers.error == ENOMEM);
        } while (answers.error == ENOMEM && count++ < 100);
        assert_in_range(count, 1, 20);
    }
}

/*
 * Worlds at random, of which a part is missing or one call fails: a deny that the caller's credentials or his passwd
 * entry show to be about him is never answered with no.
 */
static void test_query_run_service_down_never_loses_a_deny(void **state)
{
    static const char *const names[] = {"own", "club", "far", "other"};
    static const char *const calls[] = {"getgrgid 101", "getgrgid *", "getgrnam *", "getgrouplist", "getpwuid *"};
    static const int errors[] = {ENOENT, EIO, 0};
    unsigned lost = 0, matched = 0, failed = 0, others = 0;

    (void)state;
    random_start(20260207);
    for (unsigned round = 0; round < 40000; round++) {
        struct world down = {.users = {{"alice", UID, (gid_t)(100 + random_below(4))}}};
        gid_t groups[3] = {0};
        char deny[32];
        const size_t denied = random_below(4);
        const size_t kind = random_below(4);
        struct answers answers;
        size_t count = 0;
        bool is_meant;
        if (random_below(8) == 0)
            down.users[0].name = NULL;
        for (size_t i = 0; i < 4; i++) /* what is left of own 100, club 101, far 102 and other 103 */
            if (random_below(2) == 0)
                down.groups[count++] =
                    (struct group_of){names[i], (gid_t)(100 + i), random_below(2) == 0 ? "alice" : NULL};
        if (random_below(3) != 0)
            groups[0] = (gid_t)(100 + random_below(4));
        if (random_below(2) == 0)
            down.memberships[0] = (gid_t)(100 + random_below(4));
        if (random_below(3) == 0)
            down.fault = (struct fault){PICK(calls), errors[random_below(COUNT_OF(errors))], (unsigned)random_below(3)};
        if (kind == 0)
            (void)snprintf(deny, sizeof deny, "deny gid %u", (unsigned)(100 + denied));
        else if (kind == 1)
            (void)snprintf(deny, sizeof deny, "deny user alice");
        else
            (void)snprintf(deny, sizeof deny, "deny group %s", names[denied]);
        is_meant = kind == 1 || groups[0] == 100 + denied || GID == 100 + denied ||
                   (down.users[0].name != NULL && down.users[0].gid == 100 + denied);
        world_start(&down);
        ask(&(const struct question){.items = {deny}, .groups = groups}, &answers);
        if (answers.error != 0)
            failed++;
        else if (answers.list[0].is_caller != 0)
            matched++;
        else if (is_meant)
            lost++;
        else
            others++;
    }
    assert_int_equal(lost, 0);
    assert_true(matched > 1000 && failed > 1000 && others > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_run_user_changes_meanwhile_error),
        cmocka_unit_test(test_query_run_caller_not_identified_fails),
        cmocka_unit_test(test_query_run_group_without_a_name_fails),
        cmocka_unit_test(test_query_run_deny_lookup_fails_error),
        cmocka_unit_test(test_query_run_group_changes_meanwhile_error),
        cmocka_unit_test(test_query_run_getgrouplist_wants_room),
        cmocka_unit_test(test_query_run_allow_lookup_fails_others_answered),
        cmocka_unit_test(test_query_run_call_is_repeated),
        cmocka_unit_test(test_query_run_out_of_memory_for_a_large_entry),
        cmocka_unit_test(test_query_run_out_of_memory_at_each_allocation),
        cmocka_unit_test(test_query_run_service_down_never_loses_a_deny),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
