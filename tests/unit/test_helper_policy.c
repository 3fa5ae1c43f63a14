/* SPDX-License-Identifier: MIT */
/* What the helper makes of the library's answers; the rules here are a source of the test's. */
#include "../../helper/policy.h"
#include "../../libacl/policy.h"
#include "caller.h"
#include "child.h"
#include "error.h"
#include "message.h"
#include "request.h"
#include "unit.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

/* A source whose one rule, or whose failure, is a row of the test. */
struct source_rules {
    enum vmnetacl_status verdict;
    uint32_t limit;
    size_t files_count;
};

struct row {
    const char *name;
    int want;
    const char *want_text;
    struct source_rules rules;
    enum vmnetacl_code code;
    int system_errno;
    unsigned line;
};

static const struct row *row;
static struct source_rules current;

static enum vmnetacl_status fake_load(const char *path, uid_t owner, struct source_rules **rules,
                                      struct vmnetacl_error *error)
{
    (void)owner;
    *rules = NULL;
    if (row->code != VMNETACL_CODE_NONE) {
        error_start(error, row->code, path, row->line, row->line);
        error->system_errno = row->system_errno;
        error_add(error, "the message");
        return error_status(error);
    }
    if (row->rules.files_count == 0)
        return VMNETACL_NOTFOUND;
    current = row->rules;
    *rules = &current;
    return VMNETACL_OK;
}

static enum vmnetacl_status fake_decide(const struct source_rules *rules, const struct vmnetacl_caller *caller,
                                        const char *name, size_t name_len, struct vmnetacl_decision *decision)
{
    CHILD_CHECK(caller->uid == 1000 && caller->gid == 1001 && caller->groups_count == 2 && caller->groups[1] == 8);
    CHILD_CHECK(name_len == 6 && strcmp(name, "virbr0") == 0);
    decision->rule = (struct vmnetacl_place){.source = "fake", .file = "/rules", .line = 5, .column = 1};
    decision->grant.limit = rules->limit;
    return rules->verdict;
}

static const char *fake_path_at(const struct source_rules *rules, size_t index)
{
    return index < rules->files_count ? (index == 0 ? "/rules" : "/more") : NULL;
}

static void fake_free(struct source_rules *rules)
{
    (void)rules;
}

static const struct source fake = {
    .name = "fake", .load = fake_load, .decide = fake_decide, .path_at = fake_path_at, .free = fake_free};

enum vmnetacl_status __wrap_vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error);
void __wrap_diagnose_user_namespace(void);

/* As if there were none, but for the row that is about one. */
void __wrap_diagnose_user_namespace(void)
{
    CHILD_CHECK(row->code == VMNETACL_CODE_FILE_OWNER || row->code == VMNETACL_CODE_FOLDER_OWNER);
    if (row->line == 99)
        die(EX_NOPERM, "in a user namespace");
}

enum vmnetacl_status __wrap_vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    const struct policy_entry entry = {.source = &fake, .path = "/rules"};

    return policy_load(&entry, 1, 0, policy, error);
}

static int ask(const void *argument)
{
    static struct caller caller = {.uid = 1000, .gid = 1001, .groups_count = 2, .groups = {7, 8}, .name = "?"};
    const struct request request = {.bridge = "virbr0", .fd = 3};
    struct vmnetacl_decision decision;

    row = argument;
    policy_allows(&request, &caller, &decision);
    CHILD_CHECK(decision.verdict == VMNETACL_ALLOW && decision.rule.line == 5);
    return 0;
}

static void test_policy_allows_allow_goes_on(void **state)
{
    static const struct row allow = {.rules = {.verdict = VMNETACL_ALLOW, .files_count = 1}};
    struct child_result result;

    (void)state; /* cmocka's signature, here and below */
    child_run(ask, &allow, &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(result.writes_count, 0);
}

static void test_policy_allows_anything_else_ends(void **state)
{
    static const struct row rows[] = {
        {"deny", EX_NOPERM, "access denied by acl file: /rules:5 denies bridge 'virbr0' to ",
         .rules = {VMNETACL_DENY, 0, 1}},
        {"not found", EX_NOPERM, "use bridge 'virbr0' (read: /rules); to allow it, add",
         .rules = {VMNETACL_NOTFOUND, 0, 1}},
        {"not found in three", EX_NOPERM, "(read: /rules and 2 more)", .rules = {VMNETACL_NOTFOUND, 0, 3}},
        {"no file", EX_NOPERM, "(there is no /rules); to allow it, create", .rules = {VMNETACL_NOTFOUND, 0, 0}},
        {"a limit that nobody keeps", EX_CONFIG, "cannot enforce the option of /rules:5",
         .rules = {VMNETACL_ALLOW, 1, 1}},
        {"a verdict that is none", EX_NOPERM, "access denied by acl file", .rules = {VMNETACL_OK, 0, 1}},
        {"line", EX_CONFIG, "failed to parse acl file: /rules:7:7: the message", .code = VMNETACL_CODE_NAME_LONG,
         .line = 7},
        {"owner", EX_CONFIG, "acl file: /rules: the message", .code = VMNETACL_CODE_FILE_OWNER},
        {"namespace, folder", EX_NOPERM, "in a user namespace", .code = VMNETACL_CODE_FOLDER_OWNER, .line = 99},
        {"namespace, file", EX_NOPERM, "in a user namespace", .code = VMNETACL_CODE_FILE_OWNER, .line = 99},
        {"denied", EX_CONFIG, "/rules: the message: Permission denied; join the group",
         .code = VMNETACL_CODE_FILE_DENIED, .system_errno = EACCES},
        {"broken", EX_CONFIG, "cannot read acl file: /rules: the message: Input/output error",
         .code = VMNETACL_CODE_SYSTEM, .system_errno = EIO},
        {"memory", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .code = VMNETACL_CODE_MEMORY,
         .system_errno = ENOMEM},
        {"descriptors", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .code = VMNETACL_CODE_SYSTEM,
         .system_errno = EMFILE},
        {"changed", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .code = VMNETACL_CODE_FILE_CHANGED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(ask, &rows[i], &result);
        child_assert_died(&result, rows[i].want, rows[i].want_text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_allows_allow_goes_on),
        cmocka_unit_test(test_policy_allows_anything_else_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
