/* SPDX-License-Identifier: MIT */
/* What is told of a verdict, and which bridges a caller may use. The name service is the test's. */
#include "fake_names.h"
#include "policy.h"
#include "texts.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct fake_account accounts[] = {{false, "alice", 1000, false}, {true, "shed", 30, true}};
static const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1000, .gid = 100};

static char told[8192];

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
    size_t used = strlen(told);
    va_list arguments;

    va_start(arguments, format);
    assert_in_range(vsnprintf(told + used, sizeof told - used, format, arguments), 0, sizeof told - used - 1);
    va_end(arguments);
}

static bool tell_event(const struct vmnetacl_event *event, void *data)
{
    static const char *const matches[] = {"no", "yes", "unknown", "nobody"};

    assert_ptr_equal(data, told);
    if (event->kind == VMNETACL_EVENT_RULE) {
        assert_string_equal(event->source, event->rule->place.source);
        tell("%s:%u '%s' %s %s\n", event->source, event->rule->place.line, event->rule->text, matches[event->subject],
             matches[event->bridge]);
        return true;
    }
    assert_null(event->rule);
    assert_int_equal(event->error != NULL, event->status == VMNETACL_UNAVAIL || event->status == VMNETACL_TRYAGAIN);
    tell("%s %s%s%s%s%s\n", event->source, vmnetacl_status_name(event->status), event->was_asked ? "" : " not asked",
         event->ends_search ? " ends" : "", event->error != NULL ? " " : "",
         event->error != NULL ? vmnetacl_code_name(event->error->code) : "");
    return true;
}

static bool tell_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    assert_ptr_equal(data, told);
    assert_int_equal(decision->verdict, VMNETACL_ALLOW);
    tell("%s %s:%u %u\n", bridge, decision->rule.source, decision->rule.line, decision->grant.limit);
    return true;
}

static void test_explain_events_in_order(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        bool looks_up;
        enum vmnetacl_status verdict;
        const char *want;
    } rows[] = {
        {"nothing", {.files = NULL}, true, VMNETACL_NOTFOUND, "files notfound\nqemu notfound\n"},
        {"each rule",
         {.files = "allow user alice bridge br0 limit 2\n#\nallow user who bridge br*\ndeny group shed bridge v*\n"
                   "allow group shed bridge br0\ndeny uid 7 bridge br0\n",
          .qemu = "allow br1\nallow all\n"},
         true,
         VMNETACL_ALLOW,
         "files:1 'allow user alice bridge br0 limit 2' yes yes\n"
         "files:3 'allow user who bridge br*' nobody yes\n"
         "files:4 'deny group shed bridge v*' unknown no\n" /* for another bridge, so nobody was asked */
         "files:5 'allow group shed bridge br0' no yes\n"
         "files:6 'deny uid 7 bridge br0' no yes\n"
         "files allow\n"
         "qemu:1 'allow br1' yes no\n"
         "qemu:2 'allow all' yes yes\n"
         "qemu allow\n"},
        {"nobody, and a member",
         {.files = "allow user who bridge br0\ndeny group shed bridge br0\nallow all bridge br0"},
         true,
         VMNETACL_DENY,
         "files:1 'allow user who bridge br0' nobody yes\n"
         "files:2 'deny group shed bridge br0' yes yes\n"
         "files:3 'allow all bridge br0' yes yes\n"
         "files deny ends\n"
         "qemu notfound not asked\n"},
        {"not looked up",
         {.files = "deny user alice bridge br0", .qemu = "allow br0"},
         false,
         VMNETACL_UNAVAIL,
         "files:1 'deny user alice bridge br0' unknown yes\n"
         "files unavail names-missing\n"
         "qemu:1 'allow br0' yes yes\n"
         "qemu allow\n"},
        {"an error",
         {.files = "allow all bridge br0", .qemu = "allow br0\nx"},
         true,
         VMNETACL_UNAVAIL,
         "files:1 'allow all bridge br0' yes yes\nfiles allow\nqemu unavail ends keyword-unknown\n"},
        {"an error that is passed",
         {"acl: qemu [UNAVAIL=continue] files", "allow all bridge br0", "x"},
         true,
         VMNETACL_ALLOW,
         "qemu unavail keyword-unknown\nfiles:1 'allow all bridge br0' yes yes\nfiles allow\n"},
        {"an allow that ends it",
         {"acl: qemu [ALLOW=return] files", "deny all bridge br0", "allow all"},
         true,
         VMNETACL_ALLOW,
         "qemu:1 'allow all' yes yes\nqemu allow ends\nfiles notfound not asked\n"},
        {"nothing found, which ends it",
         {"acl: qemu [NOTFOUND=return] files", "allow all bridge br0", NULL},
         true,
         VMNETACL_NOTFOUND,
         "qemu notfound ends\nfiles notfound not asked\n"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_names *names = NULL;
        struct vmnetacl_decision explained;
        struct vmnetacl_decision decided;
        fake_names_start(accounts, COUNT_OF(accounts));
        if (rows[i].looks_up)
            assert_int_equal(vmnetacl_resolve(policy, &caller, "br0", 0, &names, NULL), VMNETACL_OK);
        told[0] = '\0';
        assert_int_equal(vmnetacl_explain(policy, &caller, names, "br0", tell_event, told, &explained),
                         rows[i].verdict);
        if (strcmp(told, rows[i].want) != 0)
            fail_msg("%s: want\n%sgot\n%s", rows[i].name, rows[i].want, told);
        (void)vmnetacl_decide(policy, &caller, names, "br0", &decided);
        assert_int_equal(explained.verdict, decided.verdict);
        assert_ptr_equal(explained.rule.file, decided.rule.file);
        assert_int_equal(explained.rule.line, decided.rule.line);
        assert_int_equal(explained.grant.limit, decided.grant.limit);
        assert_int_equal(explained.degraded, decided.degraded);
        assert_ptr_equal(explained.error, decided.error);
        assert_int_equal(vmnetacl_explain(policy, &caller, names, "br0", tell_event, told, NULL), rows[i].verdict);
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

/* A source that was being written to, say: no list, no verdict. */
static void test_explain_and_enumerate_source_to_be_tried_again(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_error error;

    (void)state;
    policy->sources[0].status = VMNETACL_TRYAGAIN;
    policy->sources[0].error.code = VMNETACL_CODE_FILE_CHANGED;
    told[0] = '\0';
    assert_int_equal(vmnetacl_explain(policy, &caller, NULL, "br0", tell_event, told, NULL), VMNETACL_TRYAGAIN);
    assert_non_null(strstr(told, "files tryagain ends file-changed\nqemu notfound not asked\n"));
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, (const char *const[]){"br0"}, 1, tell_bridge, told,
                                        &error),
                     VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_FILE_CHANGED);
    vmnetacl_free(policy);
}

static void test_enumerate_nothing_told_nothing(void **state)
{
    static const struct texts texts = {.files = "deny all bridge br0\nallow all bridge v*"};
    struct vmnetacl_policy *policy = texts_policy(&texts);

    (void)state;
    told[0] = '\0';
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, NULL), VMNETACL_OK);
    assert_string_equal(told, "");
    vmnetacl_free(policy);
}

static void test_explain_bad_argument_invalid(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;

    (void)state;
    told[0] = '\0';
    assert_int_equal(vmnetacl_explain(NULL, &caller, NULL, "br0", tell_event, told, &decision), VMNETACL_INVALID);
    assert_int_equal(decision.verdict, VMNETACL_INVALID);
    assert_int_equal(vmnetacl_explain(policy, NULL, NULL, "br0", tell_event, told, &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_explain(policy, &caller, NULL, NULL, tell_event, told, &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_explain(policy, &caller, NULL, "b r", tell_event, told, &decision), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_explain(policy, &caller, NULL, "br0", NULL, told, &decision), VMNETACL_INVALID);
    assert_string_equal(told, "");
    vmnetacl_free(policy);
}

static void test_enumerate_bridges_sorted_once(void **state)
{
    static const char *const existing[] = {"virbr1", "br0",    "virbr0",          "br0", "not a name", "",
                                           "zz",     "virbr0", "1234567890123456"};
    static const struct {
        const char *name;
        struct texts input;
        const char *want;
    } rows[] = {
        {"no rules", {.files = NULL}, ""},
        {"all", {.qemu = "allow all"}, "br0 qemu:1 0\nvirbr0 qemu:1 0\nvirbr1 qemu:1 0\nzz qemu:1 0\n"},
        {"a pattern", {.files = "allow all bridge virbr* limit 3"}, "virbr0 files:1 3\nvirbr1 files:1 3\n"},
        {"one that does not exist", {.files = "allow all bridge b9\nallow all bridge b9"}, "b9 files:1 0\n"},
        {"of both sources", {.files = "allow all bridge b", .qemu = "allow a"}, "a qemu:1 0\nb files:1 0\n"},
        {"denied", {.files = "allow all bridge br0\nallow all bridge zz", .qemu = "deny zz"}, "br0 files:1 0\n"},
        {"of another", {.files = "allow uid 7 bridge br0\nallow user alice bridge zz"}, "zz files:2 0\n"},
        {"in the order of bytes",
         {.qemu = "allow b\nallow B\nallow \xc3\xa9\nallow ba\nallow 1"},
         "1 qemu:5 0\nB qemu:2 0\nb qemu:1 0\nba qemu:4 0\n\xc3\xa9 qemu:3 0\n"},
        {"longest", {.qemu = "allow 123456789012345"}, "123456789012345 qemu:1 0\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct vmnetacl_policy *policy = texts_policy(&rows[i].input);
        struct vmnetacl_names *names;
        fake_names_start(accounts, COUNT_OF(accounts));
        assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
        told[0] = '\0';
        assert_int_equal(vmnetacl_enumerate(policy, &caller, names, existing, COUNT_OF(existing), tell_bridge, told,
                                            NULL),
                         VMNETACL_OK);
        if (strcmp(told, rows[i].want) != 0)
            fail_msg("%s: want\n%sgot\n%s", rows[i].name, rows[i].want, told);
        vmnetacl_names_free(names);
        vmnetacl_free(policy);
    }
}

/* More names than an array begins with. */
static void test_enumerate_many_bridges_all_told(void **state)
{
    static char text[8192];
    const struct texts texts = {.qemu = text};
    struct vmnetacl_policy *policy;
    size_t lines_count = 0;

    (void)state;
    for (unsigned i = 0; i < 200; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "allow b%u\n", i);
    policy = texts_policy(&texts);
    told[0] = '\0';
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, NULL), VMNETACL_OK);
    for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++)
        lines_count++;
    assert_int_equal(lines_count, 200);
    vmnetacl_free(policy);
}

/* The others are told all the same. */
static void test_enumerate_no_verdict_error(void **state)
{
    static const struct texts open = {
        .files = "allow all bridge a\nallow user alice bridge b\nallow all bridge c\nallow user alice bridge d"};
    static const struct texts wrong = {.files = "allow all bridge a", .qemu = "x"};
    struct vmnetacl_policy *policy = texts_policy(&open);
    struct vmnetacl_error error;

    (void)state;
    told[0] = '\0';
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, &error), VMNETACL_OK);
    assert_string_equal(told, "a files:1 0\nb files:2 0\nc files:3 0\nd files:4 0\n");
    assert_int_equal(fake_names.calls, 2);
    /* A failure is that of one bridge; but after a TRYAGAIN there is no other lookup. */
    told[0] = '\0';
    fake_names_start(accounts, COUNT_OF(accounts));
    fake_names.failure = VMNETACL_CODE_LOOKUP_FAILED;
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_FAILED);
    assert_int_equal(error.line, 2);
    assert_int_equal(fake_names.calls, 2);
    fake_names_start(accounts, COUNT_OF(accounts));
    fake_names.failure = VMNETACL_CODE_LOOKUP_TIMEOUT;
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_LOOKUP_TIMEOUT);
    assert_int_equal(fake_names.calls, 1);
    assert_string_equal(told, "a files:1 0\nc files:3 0\na files:1 0\nc files:3 0\n");
    vmnetacl_free(policy);
    policy = texts_policy(&wrong);
    told[0] = '\0';
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.code, VMNETACL_CODE_KEYWORD_UNKNOWN);
    assert_string_equal(error.file, TEXTS_QEMU);
    assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, tell_bridge, told, NULL), VMNETACL_UNAVAIL);
    assert_string_equal(told, "");
    vmnetacl_free(policy);
}

static void test_enumerate_bad_argument_invalid(void **state)
{
    static const struct texts texts = {.files = "allow user alice bridge br0"};
    const struct vmnetacl_caller other = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1001};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_names *names;
    struct vmnetacl_error error;

    (void)state;
    fake_names_start(accounts, COUNT_OF(accounts));
    assert_int_equal(vmnetacl_resolve(policy, &caller, NULL, 0, &names, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_enumerate(NULL, &caller, names, NULL, 0, tell_bridge, told, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_int_equal(vmnetacl_enumerate(policy, NULL, names, NULL, 0, tell_bridge, told, &error), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_enumerate(policy, &caller, names, NULL, 0, NULL, told, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_enumerate(policy, &caller, names, NULL, 1, tell_bridge, told, NULL), VMNETACL_INVALID);
    assert_int_equal(vmnetacl_enumerate(policy, &other, names, NULL, 0, tell_bridge, told, NULL), VMNETACL_INVALID);
    vmnetacl_names_free(names);
    vmnetacl_free(policy);
}

/* How often it is called before it says stop. */
static size_t calls_left;

static bool count_event(const struct vmnetacl_event *event, void *data)
{
    assert_non_null(event);
    assert_ptr_equal(data, &calls_left);
    assert_true(calls_left > 0);
    return --calls_left > 0;
}

static bool count_bridge(const char *bridge, const struct vmnetacl_decision *decision, void *data)
{
    assert_true(bridge != NULL && decision != NULL);
    return count_event((const struct vmnetacl_event *)decision, data);
}

/* Wherever it says stop, it is not called again, and there is no verdict. */
static void test_visit_false_stopped(void **state)
{
    static const struct texts texts = {.files = "allow all bridge br0\nallow all bridge br1",
                                       .qemu = "allow br2\nallow br3",
                                       .switch_text = "acl: files [ALLOW=return] qemu"};
    struct vmnetacl_policy *policy = texts_policy(&texts);
    struct vmnetacl_decision decision;
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    size_t events = 0;

    (void)state;
    for (size_t i = 1; decision.verdict = VMNETACL_INVALID, i < 10; i++) {
        calls_left = i;
        if (vmnetacl_explain(policy, &caller, NULL, "br0", count_event, &calls_left, &decision) != VMNETACL_STOPPED)
            break;
        assert_int_equal(decision.verdict, VMNETACL_STOPPED);
        assert_null(decision.rule.file);
        assert_int_equal(calls_left, 0);
        events++;
    }
    assert_int_equal(events, 2 + 1 + 1); /* rules of the first source, it, and the one that is not asked */
    assert_int_equal(decision.verdict, VMNETACL_ALLOW);
    calls_left = 1;
    assert_int_equal(vmnetacl_explain(policy, &caller, NULL, "br0", count_event, &calls_left, NULL), VMNETACL_STOPPED);
    for (calls_left = 1; calls_left < 5; calls_left++) {
        size_t before = calls_left;
        assert_int_equal(vmnetacl_enumerate(policy, &caller, NULL, NULL, 0, count_bridge, &calls_left, &error),
                         VMNETACL_STOPPED);
        assert_int_equal(calls_left, 0);
        assert_int_equal(error.code, VMNETACL_CODE_NONE);
        calls_left = before;
    }
    vmnetacl_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain_events_in_order),
        cmocka_unit_test(test_explain_and_enumerate_source_to_be_tried_again),
        cmocka_unit_test(test_explain_bad_argument_invalid),
        cmocka_unit_test(test_enumerate_nothing_told_nothing),
        cmocka_unit_test(test_enumerate_bridges_sorted_once),
        cmocka_unit_test(test_enumerate_many_bridges_all_told),
        cmocka_unit_test(test_enumerate_no_verdict_error),
        cmocka_unit_test(test_enumerate_bad_argument_invalid),
        cmocka_unit_test(test_visit_false_stopped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
