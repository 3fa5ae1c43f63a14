/* SPDX-License-Identifier: MIT */
/* What the helper makes of the library's answers, which are the test's here. */
#include "../../helper/policy.h"
#include "caller.h"
#include "child.h"
#include "message.h"
#include "request.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Which call fails, with code and system_errno at line; or else the verdict, and what was read. */
enum failing {
    NOTHING_FAILS,
    LOAD_FAILS,
    RESOLVE_FAILS,
    SOURCE_FAILS, /* which vmnetacl_decide() tells */
};

struct row {
    const char *name;
    int want;
    const char *want_text;
    enum vmnetacl_status verdict;
    size_t files_count;
    bool needs_names; /* the verdict depends on names */
    enum failing failing;
    enum vmnetacl_code code;
    int system_errno;
    unsigned line;
    struct vmnetacl_advice advice;
};

static const struct row *row;
static struct vmnetacl_error failure;

/* Opaque to the helper, so anything will do. */
static char policy_memory, names_memory;
#define POLICY ((struct vmnetacl_policy *)&policy_memory)
#define NAMES  ((struct vmnetacl_names *)&names_memory)

enum vmnetacl_status __wrap_vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error);
enum vmnetacl_status __wrap_vmnetacl_resolve(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                             const char *bridge, unsigned timeout_ms, struct vmnetacl_names **names,
                                             struct vmnetacl_error *error);
enum vmnetacl_status __wrap_vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                            const struct vmnetacl_names *names, const char *bridge,
                                            struct vmnetacl_decision *decision);
enum vmnetacl_status __wrap_vmnetacl_advise(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                            const struct vmnetacl_names *names, const char *bridge, const char *login,
                                            struct vmnetacl_advice *advice);
bool __wrap_vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file);
void __wrap_user_namespace_require_initial(void);
void __wrap_privilege_drop_all(void);

static bool has_dropped;

void __wrap_privilege_drop_all(void)
{
    has_dropped = true;
}

/* As if there were none, but for the row that is about one. */
void __wrap_user_namespace_require_initial(void)
{
    CHILD_CHECK(has_dropped);
    CHILD_CHECK(row->code == VMNETACL_CODE_FILE_OWNER || row->code == VMNETACL_CODE_DIRECTORY_OWNER);
    if (row->line == 99)
        die(EX_NOPERM, "in a user namespace");
}

/* TRYAGAIN for those codes that mean it; see libacl/text/codes.c. */
static enum vmnetacl_status fail_as_row(struct vmnetacl_error *error)
{
    *error = (struct vmnetacl_error){.code = row->code,
                                     .system_errno = row->system_errno,
                                     .line = row->line,
                                     .column = row->line};
    strcpy(error->file, "/rules");
    strcpy(error->message, "the message");
    return row->code == VMNETACL_CODE_MEMORY || row->code == VMNETACL_CODE_FILE_CHANGED ||
                   row->code == VMNETACL_CODE_LOOKUP_TIMEOUT || row->code == VMNETACL_CODE_RESOURCES
               ? VMNETACL_TRYAGAIN
               : VMNETACL_UNAVAIL;
}

enum vmnetacl_status __wrap_vmnetacl_load(struct vmnetacl_policy **policy, struct vmnetacl_error *error)
{
    *policy = NULL;
    if (row->failing == LOAD_FAILS)
        return fail_as_row(error);
    *policy = POLICY;
    return VMNETACL_OK;
}

static void check_question(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                           const char *bridge)
{
    CHILD_CHECK(policy == POLICY && strcmp(bridge, "virbr0") == 0);
    CHILD_CHECK(caller->uid == 1000 && caller->gid == 1001 && caller->groups_count == 2 && caller->groups[1] == 8);
}

enum vmnetacl_status __wrap_vmnetacl_resolve(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                             const char *bridge, unsigned timeout_ms, struct vmnetacl_names **names,
                                             struct vmnetacl_error *error)
{
    check_question(policy, caller, bridge);
    CHILD_CHECK(timeout_ms == 0 && row->needs_names); /* no worker is forked for nothing */
    *names = NULL;
    if (row->failing == RESOLVE_FAILS)
        return fail_as_row(error);
    *names = NAMES;
    return VMNETACL_OK;
}

enum vmnetacl_status __wrap_vmnetacl_decide(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                            const struct vmnetacl_names *names, const char *bridge,
                                            struct vmnetacl_decision *decision)
{
    check_question(policy, caller, bridge);
    CHILD_CHECK(caller->enforces == VMNET_HELPER_ENFORCES && !has_dropped);
    if (row->needs_names && names == NULL) {
        static const struct vmnetacl_error missing = {.code = VMNETACL_CODE_NAMES_MISSING};
        *decision = (struct vmnetacl_decision){.verdict = VMNETACL_UNAVAIL, .error = &missing};
        return VMNETACL_UNAVAIL;
    }
    CHILD_CHECK(names == (row->needs_names ? NAMES : NULL));
    *decision = (struct vmnetacl_decision){.verdict = row->verdict};
    if (row->failing == SOURCE_FAILS) {
        decision->verdict = fail_as_row(&failure);
        decision->error = &failure;
    }
    if (row->verdict == VMNETACL_ALLOW || row->verdict == VMNETACL_DENY || row->code == VMNETACL_CODE_OPTION_UNENFORCED)
        decision->rule = (struct vmnetacl_place){.source = "qemu", .file = "/rules", .line = 5, .column = 1};
    return decision->verdict;
}

/* A file that was skipped comes first, and does not count. */
bool __wrap_vmnetacl_file_at(const struct vmnetacl_policy *policy, size_t index, struct vmnetacl_file *file)
{
    CHILD_CHECK(policy == POLICY);
    *file = (struct vmnetacl_file){.source = "qemu", .path = index == 1 ? "/rules" : "/more", .found = index > 0};
    return index <= row->files_count;
}

enum vmnetacl_status __wrap_vmnetacl_advise(const struct vmnetacl_policy *policy, const struct vmnetacl_caller *caller,
                                            const struct vmnetacl_names *names, const char *bridge, const char *login,
                                            struct vmnetacl_advice *advice)
{
    check_question(policy, caller, bridge);
    CHILD_CHECK(names == (row->needs_names ? NAMES : NULL) && login == NULL && has_dropped);
    *advice = row->advice;
    return row->verdict;
}

static int ask(const void *argument)
{
    struct caller caller = {.uid = 1000, .gid = 1001, .groups_count = 2, .groups = (const gid_t[]){7, 8}, .name = "?"};
    const struct request request = {.bridge = "virbr0", .fd = 3};
    struct vmnetacl_decision decision;

    row = argument;
    policy_require(&request, &caller, &decision);
    CHILD_CHECK(decision.verdict == VMNETACL_ALLOW && decision.rule.line == 5 && !has_dropped);
    return 0;
}

static void test_policy_require_allow_goes_on(void **state)
{
    static const struct row rows[] = {
        {.verdict = VMNETACL_ALLOW, .files_count = 1},
        {.verdict = VMNETACL_ALLOW, .files_count = 1, .needs_names = true},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        child_run(ask, &rows[i], &result);
        child_assert_exit(&result, 0, "");
        assert_int_equal(result.writes_count, 0);
    }
}

static void test_policy_require_anything_else_ends(void **state)
{
    static const struct row rows[] = {
        {"deny", EX_NOPERM, "access denied by acl file: /rules:5 denies bridge 'virbr0' to ", VMNETACL_DENY,
         .files_count = 1},
        {"deny, by names", EX_NOPERM, "access denied by acl file: /rules:5 denies bridge 'virbr0' to ", VMNETACL_DENY,
         .files_count = 1, .needs_names = true},
        {"not found", EX_NOPERM,
         "use bridge 'virbr0' (read: /rules); to allow it, add to /rules.d/own (mode 644) the line 'allow uid 1000 bridge virbr0'",
         VMNETACL_NOTFOUND, .files_count = 1,
         .advice = {.cure = VMNETACL_CURE_ADD, .file = "/rules.d/own", .rule = "allow uid 1000 bridge virbr0"}},
        {"not found, for everybody", EX_NOPERM,
         "(read: /rules); to allow it, add to /rules the line 'allow virbr0', which lets every user use the bridge",
         VMNETACL_NOTFOUND, .files_count = 1,
         .advice = {.cure = VMNETACL_CURE_ADD, .file = "/rules", .rule = "allow virbr0", .is_for_everybody = true}},
        {"not found, and a file was skipped", EX_NOPERM,
         "(read: /rules; skipped, since you may not read it: /rules.alice); to allow it, rename the bridge: no rule can "
         "be for this name only; 'vmnetctl explain' tells why",
         VMNETACL_NOTFOUND, .files_count = 1, .advice = {.cure = VMNETACL_CURE_RENAME, .unread = "/rules.alice"}},
        {"not found, a file for everybody, and one was skipped", EX_NOPERM,
         "; to allow it, ask the administrator for read access to the skipped file, if its rules are meant for you; ",
         VMNETACL_NOTFOUND, .files_count = 1,
         .advice = {.cure = VMNETACL_CURE_ADD, .is_for_everybody = true, .unread = "/rules.alice"}},
        {"a group since login", EX_NOPERM,
         "; to allow it, log in again: /rules:7 allows it to a group that you are in, but this session is not; ",
         VMNETACL_NOTFOUND, .files_count = 1,
         .advice = {.cure = VMNETACL_CURE_LOGIN, .group = {.file = "/rules", .line = 7}}},
        {"a group since login, of a file", EX_NOPERM,
         "; to allow it, log in again: you are in the group that may read the skipped file, but this session is not; ",
         VMNETACL_NOTFOUND, .files_count = 1, .advice = {.cure = VMNETACL_CURE_LOGIN, .unread = "/rules.alice"}},
        {"not found in three", EX_NOPERM, "(read: /rules and 2 more)", VMNETACL_NOTFOUND, .files_count = 3},
        {"no file", EX_NOPERM,
         "(no file was read); to allow it, add to /rules.d/own (mode 644, its directory 755) the line 'allow "
         "uid 1000 bridge virbr0'",
         VMNETACL_NOTFOUND,
         .advice = {.cure = VMNETACL_CURE_ADD,
                    .is_new = true,
                    .file = "/rules.d/own",
                    .rule = "allow uid 1000 bridge virbr0"}},
        {"no file, for everybody", EX_NOPERM,
         "(no file was read); to allow it, add to /rules (mode 644) the line 'allow virbr0', which lets every user",
         VMNETACL_NOTFOUND,
         .advice = {.cure = VMNETACL_CURE_ADD,
                    .is_new = true,
                    .is_for_everybody = true,
                    .file = "/rules",
                    .rule = "allow virbr0"}},
        {"a deny is in the way", EX_NOPERM, "to allow it, first remove the deny of /rules:5", VMNETACL_NOTFOUND,
         .files_count = 1, .advice = {.cure = VMNETACL_CURE_REMOVE, .deny = {.file = "/rules", .line = 5}}},
        {"no rule can be for it", EX_NOPERM, "to allow it, rename the bridge: no rule can be for this name only",
         VMNETACL_NOTFOUND, .files_count = 1, .advice = {.cure = VMNETACL_CURE_RENAME}},
        {"no source counts", EX_NOPERM, "to allow it, first have the rules fixed that cannot be read",
         VMNETACL_NOTFOUND, .files_count = 1},
        {"an option that is not enforced", EX_CONFIG, "cannot obey acl file: /rules:5: the message",
         .failing = SOURCE_FAILS, .code = VMNETACL_CODE_OPTION_UNENFORCED, .files_count = 1},
        {"a verdict that is none", EX_NOPERM, "access denied by acl file", VMNETACL_OK, .files_count = 1},
        {"line", EX_CONFIG, "failed to parse acl file: /rules:7:7: the message", .failing = SOURCE_FAILS,
         .code = VMNETACL_CODE_NAME_LONG, .line = 7},
        {"line of the switch", EX_CONFIG, "failed to parse acl file: /rules:7:7: the message", .failing = LOAD_FAILS,
         .code = VMNETACL_CODE_ACTION_INVALID, .line = 7},
        {"owner", EX_CONFIG, "acl file: /rules: the message", .failing = SOURCE_FAILS,
         .code = VMNETACL_CODE_FILE_OWNER},
        {"namespace, directory", EX_NOPERM, "in a user namespace", .failing = LOAD_FAILS,
         .code = VMNETACL_CODE_DIRECTORY_OWNER, .line = 99},
        {"namespace, file", EX_NOPERM, "in a user namespace", .failing = SOURCE_FAILS, .code = VMNETACL_CODE_FILE_OWNER,
         .line = 99},
        {"denied", EX_CONFIG, "/rules: the message: %m; without it there is no verdict for you: the administrator can",
         .failing = SOURCE_FAILS, .code = VMNETACL_CODE_FILE_DENIED, .system_errno = EACCES},
        {"broken", EX_CONFIG, "cannot read acl file: /rules: the message: %m; try again", .failing = SOURCE_FAILS,
         .code = VMNETACL_CODE_SYSTEM, .system_errno = EIO},
        {"memory", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .failing = LOAD_FAILS,
         .code = VMNETACL_CODE_MEMORY, .system_errno = ENOMEM},
        {"descriptors", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .failing = SOURCE_FAILS,
         .code = VMNETACL_CODE_RESOURCES, .system_errno = EMFILE},
        {"changed", EX_TEMPFAIL, "cannot read acl file: /rules: the message", .failing = SOURCE_FAILS,
         .code = VMNETACL_CODE_FILE_CHANGED},
        {"names, late", EX_TEMPFAIL, "cannot look up names for acl file: /rules:7: the message", .needs_names = true,
         .failing = RESOLVE_FAILS, .code = VMNETACL_CODE_LOOKUP_TIMEOUT, .line = 7},
        {"names, down", EX_CONFIG, "cannot look up names for acl file: /rules:7: the message: %m; see",
         .needs_names = true, .failing = RESOLVE_FAILS, .code = VMNETACL_CODE_LOOKUP_FAILED,
         .system_errno = ECONNREFUSED, .line = 7},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct child_result result;
        print_message("  %s\n", rows[i].name);
        child_run(ask, &rows[i], &result);
        child_assert_died_of(&result, rows[i].want, rows[i].want_text, rows[i].system_errno);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_require_allow_goes_on),
        cmocka_unit_test(test_policy_require_anything_else_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
