/* SPDX-License-Identifier: MIT */
/* Which accounts are asked about, when, and what becomes of a failure. The name service is the test's. */
#include "fake_names.h"
#include "texts.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct fake_account accounts[] = {
    {false, "alice", 1000, false},
    {false, "bob", 1001, false},
    {true, "wheel", 10, false},
    {true, "shed", 30, true},
};
static const gid_t groups[] = {10, 20};
static const struct vmnetacl_caller caller = {
    .enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100, .groups = groups, .groups_count = 2};

static void test_resolve_asks_what_matters(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        const char *bridge;
        const char *want; /* what is asked; "": nothing */
    } rows[] = {
        {"no rules", {.files = ""}, "br0", ""},
        {"no names", {.files = "allow uid 1000 bridge br0\ndeny all bridge br1", .qemu = "allow br0"}, "br0", ""},
        {"a user", {.files = "allow user alice bridge br0"}, "br0", " user:alice"},
        {"a group", {.files = "allow group wheel bridge br0"}, "br0", " group:wheel"},
        {"a deny of a group", {.files = "deny group wheel bridge br0"}, "br0", " group:wheel+"},
        {"a deny of a user", {.files = "deny user bob bridge br0"}, "br0", " user:bob"},
        {"an allow of a gid", {.files = "allow gid 10 bridge br0\nallow gid 11 bridge br0"}, "br0", ""},
        {"a deny of a gid that he has", {.files = "deny gid 10 bridge br0"}, "br0", ""},
        {"a deny of a gid that he may have", {.files = "deny gid 30 bridge br0"}, "br0", " gid:30+"},
        {"each once",
         {.files = "allow user a bridge br0\ndeny user a bridge br*\nallow user a bridge all"},
         "br0",
         " user:a"},
        {"a group once, with members",
         {.files = "allow group g bridge br0\ndeny group g bridge br0"},
         "br0",
         " group:g+"},
        {"a group once, with members, other order",
         {.files = "deny group g bridge br0\nallow group g bridge br0"},
         "br0",
         " group:g+"},
        {"in their order",
         {.files = "allow user b bridge br0\nallow group a bridge br0\ndeny gid 5 bridge br0"},
         "br0",
         " user:b group:a gid:5+"},
        {"other bridges",
         {.files = "allow user a bridge br1\ndeny group b bridge v*\nallow user c bridge br0"},
         "br0",
         " user:c"},
        {"other bridges alone", {.files = "allow user a bridge br1\ndeny user b bridge br00"}, "br0", ""},
        {"after a sure deny", {.files = "deny all bridge br0\nallow user a bridge br0"}, "br0", ""},
        {"before a sure deny",
         {.files = "allow user a bridge br0\ndeny user b bridge br0\ndeny uid 1000 bridge all"},
         "br0",
         ""},
        {"after a sure allow", {.files = "allow all bridge br0\nallow user a bridge br0"}, "br0", ""},
        {"a deny after a sure allow",
         {.files = "allow all bridge br0\nallow user a bridge br0\ndeny user b bridge br0"},
         "br0",
         " user:b"},
        {"before a sure allow", {.files = "allow user a bridge br0\nallow all bridge br0"}, "br0", " user:a"},
        {"a sure deny of the next source", {.files = "allow user a bridge br0", .qemu = "deny br0"}, "br0", ""},
        {"an error of the next source", {.files = "allow user a bridge br0", .qemu = "x"}, "br0", ""},
        {"an error of this source", {.files = "allow user a bridge br0\nx", .qemu = "allow br0"}, "br0", ""},
        {"an error that is passed",
         {"acl: qemu [UNAVAIL=continue] files", "allow user a bridge br0", "x"},
         "br0",
         " user:a"},
        {"a sure deny that is not asked any more",
         {"acl: files [ALLOW=return] qemu", "allow user a bridge br0", "deny br0"},
         "br0",
         " user:a"},
        {"a source that is not asked",
         {"acl: qemu [ALLOW=return] files", "deny user a bridge br0", "allow br0"},
         "br0",
         ""},
        {"a source that is asked", {"acl: qemu files", "deny user a bridge br0", "allow br0"}, "br0", " user:a"},
        {"an allow after another's", {"acl: qemu files", "allow user a bridge br0", "allow br0"}, "br0", ""},
        {"a source after nothing",
         {"acl: qemu [NOTFOUND=return] files", "deny user a bridge br0", "allow br1"},
         "br0",
         ""},
        {"every bridge",
         {.files = "allow user a bridge br0\ndeny group b bridge br1\nallow user c bridge v*"},
         NULL,
         " user:a group:b+ user:c"},
        {"every bridge, after what is sure for one",
         {.files = "allow all bridge br0\nallow user a bridge br1"},
         NULL,
         " user:a"},
        {"every bridge, no names", {.files = "allow all bridge br0", .qemu = "deny all"}, NULL, ""},
        {"every bridge, every source",
         {"acl: qemu [ALLOW=return] files", "deny user a bridge br0", "allow all"},
         NULL,
         " user:a"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_names *names = (struct vmnetacl_names *)&fake_names; /* anything but NULL */
        struct vmnetacl_error error;
        struct vmnetacl_error before;
        memset(&before, 'x', sizeof before);
        error = before;
        fake_names_start(accounts, COUNT_OF(accounts));
        assert_int_equal(vmnetacl_resolve(policy, &caller, rows[i].bridge, 0, &names, &error), VMNETACL_OK);
        assert_memory_equal(&error, &before, sizeof error);
        if (strcmp(fake_names.asked, rows[i].want) != 0)
            fail_msg("%s: want '%s', got '%s'", rows[i].name, rows[i].want, fake_names.asked);
        assert_int_equal(fake_names.calls, *rows[i].want != '\0'); /* one worker for all */
        assert_int_equal(names != NULL, *rows[i].want != '\0');
        if (rows[i].bridge != NULL)
            assert_int_not_equal(vmnetacl_decide(policy, &caller, names, rows[i].bridge, NULL), VMNETACL_INVALID);
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

static void test_resolve_uid_and_timeout_handed_on(void **state)
{
    static const struct texts texts = {.files = "deny group wheel bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &(struct vmnetacl_caller){.enforces = VMNETACL_OPTIONS_ALL, .uid = 7},
                                      "br0", 0, &names, NULL),
                     VMNETACL_OK);
    assert_int_equal(fake_names.uid, 7);
    assert_int_equal(fake_names.timeout_ms, VMNETACL_TIMEOUT_MS);
    vmnetacl_names_free(names);
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 1, &names, NULL), VMNETACL_OK);
    assert_int_equal(fake_names.uid, 1000);
    assert_int_equal(fake_names.timeout_ms, 1);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

/* A failure has the place of a rule that needs the answer: of the item that failed, or the first. */
static void test_resolve_lookup_fails_error_at_its_rule(void **state)
{
    static const struct texts texts = {
        .files = "# names\nallow uid 5 bridge br0\n allow user a bridge br0\nallow user a bridge all\n"
                 "  deny group b bridge br*\ndeny gid 77 bridge br0\n",
    };
    static const struct {
        enum vmnetacl_code code;
        int system_errno;
        size_t failed;
        enum vmnetacl_status want;
        unsigned line;
        unsigned column;
    } rows[] = {
        {VMNETACL_CODE_LOOKUP_FAILED, EIO, 0, VMNETACL_UNAVAIL, 3, 2},
        {VMNETACL_CODE_LOOKUP_FAILED, EAGAIN, 1, VMNETACL_UNAVAIL, 5, 3},
        {VMNETACL_CODE_LOOKUP_FAILED, ECONNREFUSED, 2, VMNETACL_UNAVAIL, 6, 1},
        {VMNETACL_CODE_LOOKUP_TIMEOUT, 0, SIZE_MAX, VMNETACL_TRYAGAIN, 3, 2},
        {VMNETACL_CODE_LOOKUP_BROKEN, 0, SIZE_MAX, VMNETACL_TRYAGAIN, 3, 2},
        {VMNETACL_CODE_LOOKUP_LIMITS, 0, SIZE_MAX, VMNETACL_TRYAGAIN, 3, 2},
        {VMNETACL_CODE_LOOKUP_NONE, 0, SIZE_MAX, VMNETACL_UNAVAIL, 3, 2},
        {VMNETACL_CODE_LOOKUP_BROKEN, ENOMEM, SIZE_MAX, VMNETACL_TRYAGAIN, 3, 2},
        {VMNETACL_CODE_LOOKUP_BROKEN, EMFILE, SIZE_MAX, VMNETACL_TRYAGAIN, 3, 2},
    };
    struct vmnetacl_policy *policy = texts_policy(&texts);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_names *names = (struct vmnetacl_names *)&fake_names; /* anything but NULL */
        struct vmnetacl_error error;
        fake_names_start(accounts, COUNT_OF(accounts));
        fake_names.failure = rows[i].code;
        fake_names.failure_errno = rows[i].system_errno;
        fake_names.failed = rows[i].failed;
        assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, &error), rows[i].want);
        assert_null(names);
        assert_int_equal(error.code, rows[i].code);
        assert_int_equal(error.system_errno, rows[i].system_errno);
        assert_string_equal(error.file, TEXTS_FILES);
        assert_int_equal(error.line, rows[i].line);
        assert_int_equal(error.column, rows[i].column);
        assert_string_equal(error.message, "the fault");
        assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), rows[i].want);
        /* Without the answer there is no verdict, either. */
        assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_UNAVAIL);
    }
    vmnetacl_free(policy);
}

/* The process that looks up names would have the caller's uid. */
static void test_resolve_caller_with_the_workers_uid_unavailable(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br1\n deny user bob bridge br0"};
    const struct vmnetacl_caller worker = {.enforces = VMNETACL_OPTIONS_ALL, .uid = VMNET_WORKER_UID, .gid = 1};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;
    struct vmnetacl_error error;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &worker, "br0", 0, &names, &error), VMNETACL_UNAVAIL);
    assert_null(names);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_FAILED);
    assert_int_equal(error.line, 2);
    assert_int_equal(error.column, 2);
    assert_int_equal(vmnetacl_resolve(policy, &worker, "br1", 0, &names, &error), VMNETACL_OK); /* none matters */
    assert_int_equal(fake_names.calls, 0);
    vmnetacl_free(policy);
}

/* Names that were asked for one bridge do for another only as far as they go. */
static void test_decide_names_for_another_bridge_open_or_right(void **state)
{
    static const struct texts texts = {
        .files = "allow user alice bridge br0\nallow user bob bridge br1\nallow group wheel bridge br2\n"
                 "deny group wheel bridge br3\ndeny group shed bridge br4\nallow group shed bridge br5"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br1", NULL), VMNETACL_UNAVAIL);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br2", NULL), VMNETACL_UNAVAIL);
    vmnetacl_names_free(names);
    /* Whether he is a member was not asked, since he is allowed by his credentials alone. */
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br5", 0, &names, NULL), VMNETACL_OK);
    assert_string_equal(fake_names.asked, " group:shed");
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br5", NULL), VMNETACL_NOTFOUND);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br4", NULL), VMNETACL_UNAVAIL);
    vmnetacl_names_free(names);
    assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br1", NULL), VMNETACL_NOTFOUND);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br2", NULL), VMNETACL_ALLOW);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br3", NULL), VMNETACL_DENY);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br4", NULL), VMNETACL_DENY);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

/* More names than any array begins with. */
static void test_resolve_many_names_all_asked(void **state)
{
    static char text[64 * 1024];
    const struct texts texts = {.files = text};
    struct vmnetacl_policy *policy;
    struct vmnetacl_names *names;

    (void)state;
    text[0] = '\0';
    for (unsigned i = 0; i < 300; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "allow user u%u bridge br0\n", i);
    policy = texts_policy(&texts);
    fake_names_start((const struct fake_account[]){{false, "u299", 1000, false}}, 1);
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, names, "br0", NULL), VMNETACL_ALLOW);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

static void test_resolve_bad_argument_invalid(void **state)
{
    static const struct texts texts = {.files = "allow user alice bridge br0"};
    static const char *const names_of_none[] = {"", "..", "a b", "1234567890123456"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names = (struct vmnetacl_names *)&fake_names; /* anything but NULL */
    struct vmnetacl_error error;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(NULL, &caller, "br0", 0, &names, &error), VMNETACL_INVALID);
    assert_null(names);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_string_not_equal(error.message, "");
    assert_int_equal(vmnetacl_resolve(policy, NULL, "br0", 0, &names, &error), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, NULL, &error), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_resolve(NULL, NULL, NULL, 0, NULL, NULL), VMNETACL_INVALID);
    for (size_t i = 0; i < COUNT_OF(names_of_none); i++)
        assert_int_equal(vmnetacl_resolve(policy, &caller, names_of_none[i], 0, &names, &error), VMNETACL_INVALID);
    assert_int_equal(fake_names.calls, 0);
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolve_asks_what_matters),
        cmocka_unit_test(test_resolve_uid_and_timeout_handed_on),
        cmocka_unit_test(test_resolve_lookup_fails_error_at_its_rule),
        cmocka_unit_test(test_resolve_caller_with_the_workers_uid_unavailable),
        cmocka_unit_test(test_decide_names_for_another_bridge_open_or_right),
        cmocka_unit_test(test_resolve_many_names_all_asked),
        cmocka_unit_test(test_resolve_bad_argument_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
