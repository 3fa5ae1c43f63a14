/* SPDX-License-Identifier: MIT */
/*
 * A policy that was read with other credentials than the caller's: where not everybody may read the rules, it gives no
 * verdict. In lab.sh's world, as root.
 */
#include "scratch.h"
#include "unit.h"
#include "vmnetacl.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULES SCRATCH "/rules.d"
#define FILE1 RULES "/1.rules"
#define CONF  SCRATCH "/bridge.conf"
#define ALICE SCRATCH "/alice.conf"
#define USER  4242
#define OTHER 4243
#define GROUP 4250 /* of the user */

static const struct vmnetacl_origin origin = {.switch_path = SCRATCH "/switch.conf",
                                              .files_path = RULES,
                                              .qemu_path = CONF};
static const struct vmnetacl_caller user = {.uid = USER, .gid = USER};
static const struct vmnetacl_caller other = {.uid = OTHER, .gid = OTHER};
static const struct vmnetacl_caller root = {.uid = 0, .gid = 0};

static int setup(void **state)
{
    int failed = scratch_setup(state);

    if (failed == 0) {
        scratch_directory(RULES, 0755);
        scratch_write(FILE1, "allow all bridge br0\ndeny all bridge br1\n");
        scratch_write(CONF, "allow br2\ninclude " ALICE "\n");
        scratch_write(ALICE, "allow br3\ndeny br4\n");
        scratch_write(SCRATCH "/switch.conf", "acl: files qemu\n");
    }
    return failed;
}

/* The verdicts on br0 to br5 that the rules, read by this process, give to a caller; a letter each. */
static const char *verdicts(const struct vmnetacl_caller *caller)
{
    static const char letters[] = {
        [VMNETACL_ALLOW] = 'a', [VMNETACL_DENY] = 'd', [VMNETACL_NOTFOUND] = '-', [VMNETACL_UNAVAIL] = 'u'};
    static char text[7];
    struct vmnetacl_policy *policy;

    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    for (size_t i = 0; i < 6; i++) {
        const char bridge[] = {'b', 'r', (char)('0' + i), '\0'};
        struct vmnetacl_decision decision;
        text[i] = letters[vmnetacl_decide(policy, caller, NULL, bridge, &decision)];
        if (decision.verdict == VMNETACL_UNAVAIL) {
            assert_int_equal(decision.error->code, VMNETACL_CODE_READER);
            assert_string_not_equal(decision.error->file, "");
            assert_null(decision.rule.file);
        }
    }
    vmnetacl_free(policy);
    return text;
}

static void test_decide_public_rules_same_for_all(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    assert_string_equal(verdicts(&root), "adaad-");
    assert_string_equal(verdicts(&user), "adaad-");
}

/* What is missing for one is missing for all; so is the target of a dangling link. */
static void test_decide_missing_include_same_for_all(void **state)
{
    (void)state;
    assert_int_equal(unlink(ALICE), 0);
    assert_string_equal(verdicts(&root), "ada---");
    assert_string_equal(verdicts(&user), "ada---");
    assert_int_equal(symlink("nowhere", ALICE), 0);
    assert_string_equal(verdicts(&root), "ada---");
    assert_string_equal(verdicts(&user), "ada---");
}

static void test_decide_private_rules_only_for_reader(void **state)
{
    static const struct {
        const char *name;
        const char *path; /* that is made private */
        mode_t mode;
        const char *root; /* verdicts for the reader */
        const char *user; /* for another caller */
    } rows[] = {
        /* A rule of an earlier source does not end the search, and what a deny in a public file says is for all. */
        {"an include", ALICE, 0640, "adaad-", "uduuuu"},
        {"an include that only its owner may read", ALICE, 0600, "adaad-", "uduuuu"},
        {"bridge.conf", CONF, 0640, "adaad-", "uduudu"},
        {"a file of rules.d", FILE1, 0640, "adaad-", "uuuudu"},
        {"rules.d, not to be read", RULES, 0711, "adaad-", "uduudu"},
        {"rules.d, not to be entered", RULES, 0744, "adaad-", "uuuudu"},
        {"switch.conf", SCRATCH "/switch.conf", 0600, "adaad-", "uduudu"},
        /* The kernel looks at the group's bits for who is in the group, whatever others may do. */
        {"an include that its group may not read", ALICE, 0604, "adaad-", "uduuuu"},
        {"a rule file that its group may not read", FILE1, 0604, "adaad-", "uuuudu"},
        {"rules.d, not for its group", RULES, 0705, "adaad-", "uuuudu"},
        {"an include that its owner may not read", ALICE, 0044, "adaad-", "uduuuu"},
        {"the directory of all", SCRATCH, 0700, "adaad-", "uuuuuu"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct stat before;
        assert_int_equal(stat(rows[i].path, &before), 0);
        assert_int_equal(chmod(rows[i].path, rows[i].mode), 0);
        if (strcmp(verdicts(&root), rows[i].root) != 0)
            fail_msg("%s: the reader: %s", rows[i].name, verdicts(&root));
        if (strcmp(verdicts(&user), rows[i].user) != 0)
            fail_msg("%s: another caller: %s", rows[i].name, verdicts(&user));
        assert_int_equal(chmod(rows[i].path, before.st_mode & 07777), 0);
    }
}

/* The rules that the reader may not read may be the caller's. */
static void test_decide_include_denied_to_reader_unknown_for_others(void **state)
{
    (void)state;
    assert_int_equal(chown(ALICE, 0, OTHER), 0);
    assert_int_equal(chmod(ALICE, 0640), 0);
    scratch_as_user();
    {
        const struct vmnetacl_caller self = {.uid = USER, .gid = USER};
        assert_string_equal(verdicts(&other), "uduuuu");
        struct vmnetacl_advice advice;
        struct vmnetacl_policy *policy;
        assert_string_equal(verdicts(&self), "ada---");
        assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
        assert_int_equal(vmnetacl_advise(policy, &self, NULL, "br3", NULL, &advice), VMNETACL_NOTFOUND);
        assert_string_equal(advice.unread, ALICE);
        assert_int_equal(advice.unread_gid, OTHER);
        assert_int_equal(advice.cure, VMNETACL_CURE_ADD);
        assert_int_equal(vmnetacl_advise(policy, &self, NULL, "br0", NULL, &advice), VMNETACL_ALLOW);
        assert_null(advice.unread);
        vmnetacl_free(policy);
    }
    scratch_as_root();
}

/* The file is for a group that the user is in by the user database, but not in this session. */
static void test_advise_include_of_a_group_login(void **state)
{
    const struct vmnetacl_caller self = {.uid = USER, .gid = USER};
    struct vmnetacl_advice advice;
    struct vmnetacl_policy *policy;

    (void)state;
    unit_skip_if_emulated("QEMU loads no seccomp filter, and the worker needs one");
    assert_int_equal(chown(ALICE, 0, GROUP), 0);
    assert_int_equal(chmod(ALICE, 0640), 0);
    scratch_directory(SCRATCH "/inner", 0755);
    scratch_as_user();
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_advise(policy, &self, NULL, "br3", NULL, &advice), VMNETACL_NOTFOUND);
    assert_int_equal(advice.cure, VMNETACL_CURE_LOGIN);
    assert_string_equal(advice.unread, ALICE);
    assert_int_equal(advice.unread_gid, GROUP);
    assert_null(advice.group.file);
    vmnetacl_free(policy);
    scratch_as_root();
    /* Only others may read it; and the directory hides it. */
    assert_int_equal(chmod(ALICE, 0600), 0);
    scratch_as_user();
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_advise(policy, &self, NULL, "br3", NULL, &advice), VMNETACL_NOTFOUND);
    assert_int_equal(advice.unread_gid, (gid_t)-1);
    assert_int_equal(advice.cure, VMNETACL_CURE_ADD);
    vmnetacl_free(policy);
    scratch_as_root();
    scratch_write(CONF, "include " SCRATCH "/inner/more.conf\n");
    assert_int_equal(chmod(SCRATCH "/inner", 0700), 0);
    scratch_as_user();
    assert_int_equal(vmnetacl_load_from(&origin, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_advise(policy, &self, NULL, "br3", NULL, &advice), VMNETACL_NOTFOUND);
    assert_string_equal(advice.unread, SCRATCH "/inner/more.conf");
    assert_int_equal(advice.unread_gid, (gid_t)-1);
    vmnetacl_free(policy);
    scratch_as_root();
}

/* As a daemon with an ambient capability: it reads what a user with its ids may not. */
static void test_decide_reader_with_capability_another_caller(void **state)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

    (void)state;
    assert_int_equal(chmod(ALICE, 0600), 0);
    scratch_as_user();
    assert_int_equal(syscall(SYS_capget, &header, sets), 0);
    sets[0].effective = 1U << CAP_DAC_READ_SEARCH;
    assert_int_equal(syscall(SYS_capset, &header, sets), 0);
    assert_string_equal(verdicts(&user), "uduuuu");
    sets[0].effective = 1U << CAP_DAC_OVERRIDE;
    assert_int_equal(syscall(SYS_capset, &header, sets), 0);
    assert_string_equal(verdicts(&user), "uduuuu");
    sets[0].effective = 0;
    assert_int_equal(syscall(SYS_capset, &header, sets), 0);
    assert_string_equal(verdicts(&user), "ada---");
    scratch_as_root();
}

static void test_decide_reader_with_other_groups_another_caller(void **state)
{
    static const gid_t two[] = {10, 20};
    static const gid_t three[] = {10, 20, 30};
    static const gid_t another[] = {10, 21};
    static const gid_t with_gid[] = {0, 10, 20};
    static const gid_t turned[] = {20, 10};
    static const gid_t twice[] = {10, 20, 20, 0};
    static const struct {
        gid_t gid;
        const gid_t *groups;
        size_t count;
        bool is_reader;
    } rows[] = {
        {0, two, 2, true},   {0, two, 1, false},       {0, three, 3, false}, {0, another, 2, false}, {1, two, 2, false},
        {0, NULL, 0, false}, {30, with_gid, 3, false}, {0, turned, 2, true}, {0, twice, 4, true},
    };
    gid_t before[64];
    int before_count = getgroups(64, before);

    (void)state;
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_int_equal(setgroups(2, two), 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct vmnetacl_caller caller = {.uid = 0,
                                               .gid = rows[i].gid,
                                               .groups = rows[i].groups,
                                               .groups_count = rows[i].count};
        if (strcmp(verdicts(&caller), rows[i].is_reader ? "adaad-" : "uduuuu") != 0)
            fail_msg("row %zu: %s", i, verdicts(&caller));
    }
    assert_int_equal(setgroups((size_t)before_count, before), 0);
}

static bool is_out_of_memory;
static int getgroups_left = -1; /* calls until one fails; -1: none does */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
int __real_getgroups(int size, gid_t list[]);
int __wrap_getgroups(int size, gid_t list[]);
int __wrap___getgroups_chk(int size, gid_t list[], size_t list_size);

/* The policy is what comes first. */
void *__wrap_calloc(size_t count, size_t size)
{
    return is_out_of_memory && size == sizeof(gid_t) ? NULL : __real_calloc(count, size);
}

int __wrap_getgroups(int size, gid_t list[])
{
    errno = EINVAL;
    return getgroups_left >= 0 && getgroups_left-- == 0 ? -1 : __real_getgroups(size, list);
}

/* What the first is where the compiler knows the size of list. */
int __wrap___getgroups_chk(int size, gid_t list[], size_t list_size)
{
    assert_true((size_t)size * sizeof *list <= list_size);
    return __wrap_getgroups(size, list);
}

/* Without the reader's credentials, a policy that is not for everybody is none. */
static void test_load_reader_unknown_no_policy(void **state)
{
    static const gid_t two[] = {10, 20};
    gid_t before[64];
    int before_count = getgroups(64, before);
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(setgroups(2, two), 0);
    assert_int_equal(chmod(ALICE, 0640), 0);
    is_out_of_memory = true;
    assert_int_equal(vmnetacl_load_from(&origin, &policy, &error), VMNETACL_TRYAGAIN);
    is_out_of_memory = false;
    assert_null(policy);
    assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    for (int i = 0; i < 2; i++) {
        getgroups_left = i;
        assert_int_equal(vmnetacl_load_from(&origin, &policy, &error), VMNETACL_UNAVAIL);
        getgroups_left = -1;
        assert_null(policy);
        assert_int_equal(error.system_errno, EINVAL);
    }
    assert_int_equal(setgroups((size_t)before_count, before), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_decide_public_rules_same_for_all, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_decide_missing_include_same_for_all, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_decide_private_rules_only_for_reader, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_decide_include_denied_to_reader_unknown_for_others, setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_advise_include_of_a_group_login, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_decide_reader_with_capability_another_caller, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_decide_reader_with_other_groups_another_caller, setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_load_reader_unknown_no_policy, setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
