/* SPDX-License-Identifier: MIT */
/* What would make a refused request allowed. That the rules do only that is shown in test_worlds.c. */
#include "fake_names.h"
#include "texts.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define LOCAL "/etc/vmnet/rules.d/50-local.rules"

static const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100};

static void test_advise_of_each_world(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        const char *bridge;
        const char *login;
        enum vmnetacl_status verdict;
        enum vmnetacl_cure cure;
        const char *file;
        const char *rule;
        bool is_for_everybody;
        bool is_new;
    } rows[] = {
        {"allowed",
         {.files = "allow all bridge a\n"},
         "a",
         NULL,
         VMNETACL_ALLOW,
         VMNETACL_CURE_NONE,
         "",
         "",
         false,
         false},
        {"by uid",
         {.files = "allow all bridge b\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
        {"by name",
         {.files = "allow all bridge b\n"},
         "a",
         "alice",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow user alice bridge a",
         false,
         false},
        {"nothing is there",
         {.qemu = NULL},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         true},
        {"the narrower comes first",
         {.switch_text = "acl: qemu files\n", .qemu = "allow b\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         true},
        {"there is no narrower",
         {.switch_text = "acl: qemu\n", .qemu = "allow b\n"},
         "a",
         "alice",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         TEXTS_QEMU,
         "allow a",
         true,
         false},
        {"the narrower is not asked",
         {.switch_text = "acl: qemu [NOTFOUND=return] files\n", .qemu = "\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         TEXTS_QEMU,
         "allow a",
         true,
         false},
        {"the narrower is skipped",
         {.switch_text = "acl: files [UNAVAIL=continue] qemu\n", .files = "x\n", .qemu = "\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         TEXTS_QEMU,
         "allow a",
         true,
         false},
        {"all are skipped",
         {.switch_text = "acl: files [UNAVAIL=continue]\n", .files = "x\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_NONE,
         "",
         "",
         false,
         false},
        {"in error", {.files = "x\n"}, "a", NULL, VMNETACL_UNAVAIL, VMNETACL_CURE_NONE, "", "", false, false},
        {"denied",
         {.files = "\ndeny all bridge a\n"},
         "a",
         NULL,
         VMNETACL_DENY,
         VMNETACL_CURE_REMOVE,
         "",
         "",
         false,
         false},
        {"a deny after the only source that is asked",
         {.switch_text = "acl: qemu [NOTFOUND=return] files\n", .qemu = "\n", .files = "\ndeny all bridge a\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_REMOVE,
         "",
         "",
         false,
         false},
        {"such a deny, which an allow does not reach",
         {.switch_text = "acl: qemu [NOTFOUND=return ALLOW=return] files\n",
          .qemu = "\n",
          .files = "\ndeny all bridge a\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         TEXTS_QEMU,
         "allow a",
         true,
         false},
        {"an error after it",
         {.switch_text = "acl: qemu [NOTFOUND=return] files\n", .qemu = "\n", .files = "x\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_NONE,
         "",
         "",
         false,
         false},
        {"a name after it",
         {.switch_text = "acl: qemu [NOTFOUND=return] files\n", .qemu = "\n", .files = "deny user u bridge a\n"},
         "a",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_NONE,
         "",
         "",
         false,
         false},
        /* names that would mean something else, or that cannot be shown or pasted */
        {"all", {.files = "\n"}, "all", NULL, VMNETACL_NOTFOUND, VMNETACL_CURE_RENAME, "", "", false, false},
        {"a pattern", {.files = "\n"}, "br*", NULL, VMNETACL_NOTFOUND, VMNETACL_CURE_RENAME, "", "", false, false},
        {"a comment",
         {.files = "\n"},
         "a#b",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_RENAME, /* no rule can have it */
         "",
         "",
         false,
         false},
        {"not ASCII",
         {.files = "\n"},
         "br\xc3\xa4",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_RENAME,
         "",
         "",
         false,
         false},
        {"all, for everybody",
         {.switch_text = "acl: qemu\n", .qemu = "\n"},
         "all",
         NULL,
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_RENAME,
         "",
         "",
         false,
         false},
        {"a login with a blank",
         {.files = "\n"},
         "a",
         "x bridge b",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
        {"a login with a blank at its end",
         {.files = "\n"},
         "a",
         "x ",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
        {"a login with a comment",
         {.files = "\n"},
         "a",
         "x bridge b #",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
        {"a login of two rules",
         {.files = "\n"},
         "a",
         "x bridge a\nallow user y",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
        {"a login that is not ASCII",
         {.files = "\n"},
         "a",
         "\xc3\xa4",
         VMNETACL_NOTFOUND,
         VMNETACL_CURE_ADD,
         LOCAL,
         "allow uid 1000 bridge a",
         false,
         false},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_advice advice;
        const enum vmnetacl_status verdict =
            vmnetacl_advise(policy, &caller, NULL, rows[i].bridge, rows[i].login, &advice);
        if (verdict != rows[i].verdict || advice.cure != rows[i].cure || strcmp(advice.file, rows[i].file) != 0 ||
            strcmp(advice.rule, rows[i].rule) != 0 || advice.is_for_everybody != rows[i].is_for_everybody ||
            advice.is_new != rows[i].is_new)
            fail_msg("%s: %s, cure %d, '%s' in '%s'%s%s", rows[i].name, vmnetacl_status_name(verdict), advice.cure,
                     advice.rule, advice.file, advice.is_for_everybody ? ", for everybody" : "",
                     advice.is_new ? ", new" : "");
        assert_int_equal(advice.source != NULL, advice.cure == VMNETACL_CURE_ADD);
        assert_int_equal(advice.deny.line, advice.cure == VMNETACL_CURE_REMOVE ? 2 : 0);
        vmnetacl_free(policy);
    }
}

/* A login name that leaves no room, and a path that does not. */
static void test_advise_too_long_is_left_out(void **state)
{
    static char login[VMNETACL_ADVICE_RULE_SIZE + 1], path[VMNETACL_PATH_SIZE];
    const struct vmnetacl_buffer buffer = {.source = "files", .path = "/a", .text = "\n", .text_len = 1};
    struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1, .files_path = path};
    static const size_t cuts[] = {0, 1, 14, 15, 40}; /* "/50-local.rules" has 15 bytes */

    (void)state;
    memset(login, 'x', sizeof login - 1);
    memset(path, '/', sizeof path - 1);
    for (size_t i = 0; i < COUNT_OF(cuts); i++) {
        struct vmnetacl_policy *policy;
        struct vmnetacl_advice advice;
        path[sizeof path - 1 - cuts[i]] = '\0';
        assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
        assert_int_equal(vmnetacl_advise(policy, &caller, NULL, "a", login + i * 10, &advice), VMNETACL_NOTFOUND);
        assert_int_equal(advice.cure, cuts[i] < 15 ? VMNETACL_CURE_NONE : VMNETACL_CURE_ADD);
        assert_string_equal(advice.rule, cuts[i] < 15 ? "" : "allow uid 1000 bridge a");
        vmnetacl_free(policy);
    }
}

#define SIXTEEN                                                                                                        \
    "allow gid 1 bridge a\nallow gid 2 bridge a\nallow gid 3 bridge a\nallow gid 4 bridge a\n"                         \
    "allow gid 5 bridge a\nallow gid 6 bridge a\nallow gid 7 bridge a\nallow gid 8 bridge a\n"                         \
    "allow gid 9 bridge a\nallow gid 10 bridge a\nallow gid 11 bridge a\nallow gid 12 bridge a\n"                      \
    "allow gid 13 bridge a\nallow gid 14 bridge a\nallow gid 15 bridge a\nallow gid 16 bridge a\n"

/* The group that a user was added to after login. */
static void test_advise_group_of_the_database_login(void **state)
{
    static const struct fake_account accounts[] = {
        {.name = "kvm", .is_group = true, .id = 50, .has_caller = true},
        {.name = "far", .is_group = true, .id = 40},
    };
    static const struct {
        const char *name;
        struct texts input;
        unsigned line; /* of the rule; 0: a new session does not help */
    } rows[] = {
        {"by name", {.files = "allow all bridge b\nallow group kvm bridge a\n"}, 2},
        {"by number", {.files = "allow gid 50 bridge a\n"}, 1},
        {"of a pattern", {.files = "allow group kvm bridge a*\n"}, 1},
        {"the second", {.files = "allow group far bridge a\nallow group kvm bridge all\n"}, 2},
        {"another group", {.files = "allow group far bridge a\n"}, 0},
        {"an unknown group", {.files = "allow group none bridge a\n"}, 0},
        {"another bridge", {.files = "allow group kvm bridge b\n"}, 0},
        {"another user", {.files = "allow uid 50 bridge a\n"}, 0},
        {"a deny of another bridge", {.files = "deny group kvm bridge b\n"}, 0},
        {"the sixteenth", {.files = "allow gid 50 bridge b\n" SIXTEEN "allow gid 50 bridge a\n"}, 0},
        {"a source that is not asked",
         {.switch_text = "acl: qemu [NOTFOUND=return] files\n", .qemu = "\n", .files = "allow gid 50 bridge a\n"},
         0},
        {"the second source",
         {.switch_text = "acl: qemu files\n", .qemu = "\n", .files = "allow gid 50 bridge a\n"},
         1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_names *names;
        struct vmnetacl_advice advice;
        fake_names_start(accounts, COUNT_OF(accounts));
        assert_int_equal(vmnetacl_resolve(policy, &caller, "a", 0, &names, NULL), VMNETACL_OK);
        assert_int_equal(vmnetacl_advise(policy, &caller, names, "a", NULL, &advice), VMNETACL_NOTFOUND);
        if ((advice.cure == VMNETACL_CURE_LOGIN) != (rows[i].line != 0) || advice.group.line != rows[i].line)
            fail_msg("%s: cure %d, line %u", rows[i].name, advice.cure, advice.group.line);
        if (rows[i].line != 0)
            assert_string_equal(advice.rule, "allow uid 1000 bridge a");
        fake_names.failure = VMNETACL_CODE_LOOKUP_TIMEOUT; /* what is not known helps nobody */
        assert_int_equal(vmnetacl_advise(policy, &caller, names, "a", NULL, &advice), VMNETACL_NOTFOUND);
        assert_int_not_equal(advice.cure, VMNETACL_CURE_LOGIN);
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool calloc_fails;

void *__wrap_calloc(size_t count, size_t size)
{
    return calloc_fails ? NULL : __real_calloc(count, size);
}

/* What could not be checked is not proposed. */
static void test_advise_out_of_memory_proposes_no_rule(void **state)
{
    struct vmnetacl_policy *policy = texts_policy(&(const struct texts){.files = "allow gid 50 bridge a\n"});
    struct vmnetacl_advice advice;

    (void)state;
    calloc_fails = true;
    const enum vmnetacl_status verdict = vmnetacl_advise(policy, &caller, NULL, "a", NULL, &advice);
    calloc_fails = false;
    assert_int_equal(verdict, VMNETACL_NOTFOUND);
    assert_int_equal(advice.cure, VMNETACL_CURE_NONE);
    assert_string_equal(advice.rule, "");
    vmnetacl_free(policy);
}

static void test_advise_bad_arguments_invalid(void **state)
{
    struct vmnetacl_policy *policy = texts_policy(&(const struct texts){.files = "\n"});
    struct vmnetacl_advice advice;

    (void)state;
    assert_int_equal(vmnetacl_advise(policy, &caller, NULL, "a", NULL, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_advise(policy, &caller, NULL, NULL, NULL, &advice), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_advise(policy, &caller, NULL, "a/b", NULL, &advice), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_advise(policy, NULL, NULL, "a", NULL, &advice), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_advise(NULL, &caller, NULL, "a", NULL, &advice), VMNETACL_INVALID);
    assert_int_equal(advice.cure, VMNETACL_CURE_NONE);
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advise_of_each_world),
        cmocka_unit_test(test_advise_too_long_is_left_out),
        cmocka_unit_test(test_advise_group_of_the_database_login),
        cmocka_unit_test(test_advise_out_of_memory_proposes_no_rule),
        cmocka_unit_test(test_advise_bad_arguments_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
