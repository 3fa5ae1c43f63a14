/* SPDX-License-Identifier: MIT */
/* Who is meant, and what the worker asks to find it out. */
#include "fake_services.h"

#include <errno.h>
#include <string.h>

/* Who is meant, with all services up. */
static void test_query_run_each_item(void **state)
{
    static const struct {
        struct question question;
        const char *want;
    } rows[] = {
        {{.items = {"allow user alice"}}, "known 1000"},
        {{.items = {"allow user alias"}}, "known 1000"},
        {{.items = {"allow user nosuch"}}, "absent"},
        {{.items = {"allow group far"}}, "known 8"},
        {{.items = {"allow group nosuch"}}, "absent"},
        {{.items = {"allow group nosuch", "allow group far", "allow user bob"}, .groups = eight},
         "absent, known 8, skipped"},
        {{.items = {"allow group own", "allow group far"}, .groups = eight}, "known 100, skipped"},
        {{.items = {"deny user alice"}}, "known 1000 caller"},
        {{.items = {"deny user alias"}}, "known 1000 caller"}, /* another name of his uid */
        {{.items = {"deny user bob"}}, "known 1001"},
        {{.items = {"deny user nosuch"}}, "absent"},
        {{.items = {"deny group own"}}, "known 100 caller"}, /* by his credentials */
        {{.items = {"deny group far"}, .groups = eight}, "known 8 caller"},
        {{.items = {"deny group club"}}, "known 7 caller"}, /* listed as a member */
        {{.items = {"deny group far"}}, "known 8 caller"},  /* only by getgrouplist(3) */
        {{.items = {"deny group other"}}, "known 9"},
        {{.items = {"deny group nosuch"}}, "absent"},
        {{.items = {"deny gid 100"}}, "known 100 caller"},
        {{.items = {"deny gid 7"}}, "known 7 caller"},
        {{.items = {"deny gid 8"}}, "known 8 caller"},
        {{.items = {"deny gid 9"}}, "known 9"},
        {{.items = {"deny gid 4712"}}, "known 4712"},
        {{.items = {"deny gid 4711"}, .groups = nameless}, "known 4711 caller"},
        {{.items = {"deny group other"}, .groups = nameless}, "known 9"}, /* it is another's */
        {{.items = {"deny user bob", "deny group other"}, .groups = nameless}, "known 1001, known 9"},
        {{.items = {"allow user bob", "deny user bob", "allow group own"}}, "known 1001, known 100"},
        {{.items = {"deny user nosuch", "deny group other", "deny gid 9", "deny user alice"}},
         "absent, known 9, known 9, known 1000 caller"},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&all);
        ask(&rows[i].question, &answers);
        if (answers.error != 0 || strcmp(answers_text(&answers), rows[i].want) != 0)
            fail_msg("row %zu: %d, want '%s', got '%s'", i, answers.error, rows[i].want, answers_text(&answers));
        assert_int_equal(answers.failure.call, LOOKUP_NONE);
    }
}

/* A group has more than one name, or more than one number: each of them counts. */
static void test_query_run_two_names_for_a_gid(void **state)
{
    static const struct world two = {
        .users = USERS,
        .groups = {{"own", GID, NULL}, {"pupils", 7, NULL}, {"students", 7, NULL}, {"shared", 20, NULL}}};
    static const struct world hidden = {.users = USERS, .groups = {{"own", GID, NULL}, {"pupils", 7, NULL}}};
    static const struct world namesake = {.users = USERS,
                                          .groups = {{"own", GID, NULL}, {"shared", 20, NULL}, {"shared", 7, NULL}}};
    static const gid_t seven[] = {7, 0};
    const struct question first = {.items = {"deny group pupils"}, .groups = seven};
    const struct question second = {.items = {"deny group students"}, .groups = seven};
    const struct question shared = {.items = {"deny group shared"}, .groups = seven};
    struct answers answers;

    (void)state;
    world_start(&two);
    ask(&first, &answers);
    assert_string_equal(answers_text(&answers), "known 7 caller");
    ask(&second, &answers);
    assert_string_equal(answers_text(&answers), "known 7 caller");
    /* Only a service that is down knows that the gid has another name: this is what cannot be told. */
    world_start(&hidden);
    ask(&second, &answers);
    assert_string_equal(answers_text(&answers), "absent");
    /* By its name it is 20, and his group 7 is called so, too. */
    world_start(&namesake);
    ask(&shared, &answers);
    assert_string_equal(answers_text(&answers), "known 20 caller");
}

/* What is asked, and in which order: nothing that the answer does not depend on. */
static void test_query_run_asks_only_what_matters(void **state)
{
    static const struct {
        struct question question;
        const char *want;
    } rows[] = {
        {{.items = {"allow user alice"}}, "getpwnam alice"},
        {{.items = {"allow group club", "allow group own", "allow user bob"}}, "getgrnam club; getgrnam own"},
        {{.items = {"allow user alice", "allow user bob"}, .every_bridge = true}, "getpwnam alice; getpwnam bob"},
        {{.items = {"deny user bob"}}, "getpwuid 1000; getpwnam bob"},
        {{.items = {"deny group club"}}, "getpwuid 1000; getgrnam club"},
        {{.items = {"deny gid 7"}}, "getpwuid 1000; getgrgid 7"},
        {{.items = {"deny gid 9"}}, "getpwuid 1000; getgrgid 9; getgrouplist; getgrgid 9; getgrouplist"},
        {{.items = {"deny group far"}}, "getpwuid 1000; getgrnam far; getgrouplist"},
        {{.items = {"deny group other"}},
         "getpwuid 1000; getgrnam other; getgrouplist; getgrnam other; getgrouplist; getgrgid 8; getgrgid 100"},
        /* Many names: the caller's first, and /etc/passwd once. */
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user g", "allow user alice"}},
         "getpwuid 1000; getpwnam alice"},
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user bob", "allow user alice"},
          .ordered = true},
         "/etc/passwd; getpwnam a; getpwnam b; getpwnam c; getpwnam d; getpwnam e; getpwnam f; getpwnam alice"},
        {{.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                    "allow user bob", "allow user alias"}},
         "getpwuid 1000; /etc/passwd; getpwnam a; getpwnam b; getpwnam c; getpwnam d; getpwnam e; getpwnam f; "
         "getpwnam alias"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group g", "allow group own"},
          .groups = eight},
         "getgrgid 8; getgrgid 100; getgrnam own"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group own", "allow group far"},
          .groups = eight},
         "getgrgid 8; getgrnam far"},
        {{.items = {"allow group a", "allow group b", "allow group c", "allow group d", "allow group e",
                    "allow group f", "allow group other", "allow group far"}},
         "getgrgid 100; /etc/group; getgrnam a; getgrnam b; getgrnam c; getgrnam d; getgrnam e; getgrnam f"},
    };
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct answers answers;
        world_start(&all);
        ask(&rows[i].question, &answers);
        assert_int_equal(answers.error, 0);
        if (strcmp(asked, rows[i].want) != 0)
            fail_msg("row %zu: want '%s', got '%s'", i, rows[i].want, asked);
    }
}

/* A file settles who does not match; without it, each name is asked about. */
static void test_query_run_bulk_answers_the_same(void **state)
{
    static const struct question many = {.items = {"allow user a", "allow user b", "allow user c", "allow user d",
                                                   "allow user e", "allow user f", "allow user carol",
                                                   "allow user alias", "deny user bob", "deny group other"},
                                         .every_bridge = true};
    /* Of several entries with a name, the first counts, as for the C library. */
    static const struct world all = {.users = {{"alice", UID, GID},
                                               {"bob", 1001, 101},
                                               {"carol", 1002, 102},
                                               {"carol", UID, 102},
                                               {"alias", UID, 102}},
                                     .groups = GROUPS};
    struct answers answers;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world_start(&all);
        has_no_files = i == 1;
        ask(&many, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, known 1002, "
                                                    "known 1000, known 1001, known 9");
        assert_int_equal(strstr(asked, "getpwnam carol") != NULL, i == 1);
        assert_non_null(strstr(asked, "getpwnam bob"));
    }
}

/* The caller's own names cannot be looked up, or no allow is for them: then all are asked about. */
static void test_query_run_bulk_without_own_names(void **state)
{
    static const struct question users = {.items = {"allow user a", "allow user b", "allow user c", "allow user d",
                                                    "allow user e", "allow user f", "allow user g", "allow user alias",
                                                    "deny user alice"}};
    static const struct question groups = {.items = {"allow group a", "allow group b", "allow group c", "allow group d",
                                                     "allow group e", "allow group f", "allow group far",
                                                     "allow group g", "deny group other"},
                                           .groups = nameless};
    struct answers answers;

    (void)state;
    for (unsigned i = 0; i < 3; i++) { /* it works, it fails, it finds nothing */
        world_start(&(const struct world){.users = USERS,
                                          .groups = GROUPS,
                                          .fault = {i == 0 ? NULL : "getpwuid 1000", i == 1 ? EIO : 0, 1}});
        ask(&users, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, absent, "
                                                    "known 1000, known 1000 caller");
        world_start(
            &(const struct world){.users = USERS, .groups = GROUPS, .fault = {i == 0 ? NULL : "getgrgid 100", EIO, 1}});
        ask(&groups, &answers);
        assert_int_equal(answers.error, 0);
        assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, known 8, absent, "
                                                    "known 9");
    }
}

/* Many denies: a local account who is not meant is settled by the file, and who is meant is looked up. */
static void test_query_run_bulk_of_denies(void **state)
{
    static const struct question users = {.items = {"deny user a", "deny user b", "deny user c", "deny user d",
                                                    "deny user e", "deny user bob", "deny user alias",
                                                    "deny user alice"}};
    static const struct question groups = {.items = {"deny group a", "deny group b", "deny group c", "deny group own",
                                                     "deny group club", "deny group far", "deny group other",
                                                     "deny group d"}};
    static const struct world all = {.users = USERS, .groups = GROUPS, .memberships = {8}};
    struct answers answers;

    (void)state;
    world_start(&all);
    ask(&users, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers),
                        "absent, absent, absent, absent, absent, known 1001, known 1000 caller, "
                        "known 1000 caller");
    assert_null(strstr(asked, "getpwnam bob"));
    /* His login name is denied, whatever uid the first entry of that name has. */
    world_start(&(const struct world){.users = {{"alice", 1002, GID}, {"alice", UID, GID}}, .groups = GROUPS});
    ask(&users, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, absent, absent, absent, absent, absent, absent, "
                                                "known 1002 caller");
    world_start(&all);
    ask(&groups, &answers);
    assert_int_equal(answers.error, 0);
    assert_string_equal(answers_text(&answers), "absent, absent, absent, known 100 caller, known 7 caller, "
                                                "known 8 caller, known 9, absent");
    assert_null(strstr(asked, "/etc/group")); /* which does not show all members */
}

/* A name with two entries in the file is who the first one says, as for the C library: for an allow and for a deny. */
static void test_query_run_bulk_first_entry_counts(void **state)
{
    static const struct question rows[] = {
        {.items = {"deny user a", "deny user b", "deny user c", "deny user d", "deny user e", "deny user f",
                   "deny user g", "deny user twice"}},
        {.items = {"allow user a", "allow user b", "allow user c", "allow user d", "allow user e", "allow user f",
                   "allow user g", "allow user twice"},
         .ordered = true},
    };
    static const struct world orders[] = {
        {.users = {{"alice", UID, GID}, {"twice", UID, GID}, {"twice", 1002, GID}}, .groups = GROUPS},
        {.users = {{"alice", UID, GID}, {"twice", 1002, GID}, {"twice", UID, GID}}, .groups = GROUPS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t j = 0; j < COUNT_OF(orders); j++) {
            struct answers answers;
            world_start(&orders[j]);
            ask(&rows[i], &answers);
            assert_int_equal(answers.error, 0);
            assert_int_equal(answers.list[7].id, j == 0 ? UID : 1002);
            assert_int_equal(answers.list[7].is_caller, i == 0 && j == 0);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_run_each_item),
        cmocka_unit_test(test_query_run_two_names_for_a_gid),
        cmocka_unit_test(test_query_run_asks_only_what_matters),
        cmocka_unit_test(test_query_run_bulk_answers_the_same),
        cmocka_unit_test(test_query_run_bulk_without_own_names),
        cmocka_unit_test(test_query_run_bulk_of_denies),
        cmocka_unit_test(test_query_run_bulk_first_entry_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
