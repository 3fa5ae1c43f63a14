/* SPDX-License-Identifier: MIT */
/* All that is wrong with rules, and what only looks wrong. As root in the laboratory, with a fake name service. */
#include "fake_names.h"
#include "scratch.h"
#include "texts.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SWITCH SCRATCH "/switch.conf"
#define RULES  SCRATCH "/rules.d"
#define CONF   SCRATCH "/bridge.conf"
#define ALICE  SCRATCH "/alice.conf"
#define BOB    SCRATCH "/bob.conf"
#define CAROL  SCRATCH "/carol.conf"

static const struct fake_account accounts[] = {{false, "alice", 1000, false}, {true, "kvm", 30, true}};
static const struct vmnetacl_origin scratch = {.switch_path = SWITCH, .files_path = RULES, .qemu_path = CONF};

static char told[65536];

static int setup(void **state)
{
    (void)state;
    scratch_empty();
    fake_names_start(accounts, COUNT_OF(accounts));
    return 0;
}

/* A line for each finding: E or W, source, file after the directory, place, code. */
static bool tell(const struct vmnetacl_finding *finding, void *data)
{
    const struct vmnetacl_error *error = finding->error;
    size_t used = strlen(told);
    const char *file = error->file;

    assert_ptr_equal(data, told);
    assert_string_not_equal(error->message, "");
    if (strncmp(file, SCRATCH, strlen(SCRATCH)) == 0)
        file += strlen(SCRATCH);
    assert_in_range(snprintf(told + used, sizeof told - used, "%c %s %s:%u:%u %s\n", finding->is_error ? 'E' : 'W',
                             finding->source, file, error->line, error->column, vmnetacl_code_name(error->code)),
                    1, sizeof told - used - 1);
    return true;
}

static void assert_finds(const struct vmnetacl_origin *origin, const char *what, const char *want)
{
    struct vmnetacl_error error;

    told[0] = '\0';
    if (vmnetacl_lint(origin, 0, tell, told, &error) != VMNETACL_OK)
        fail_msg("%s: %s", what, error.message);
    if (strcmp(told, want) != 0)
        fail_msg("%s: want\n%sgot\n%s", what, want, told);
}

/* texts, as buffers. */
static void assert_finds_in(const struct texts *texts, const char *what, const char *want)
{
    const char *const given[] = {texts->switch_text, texts->files, texts->qemu};
    static const char *const sources[] = {"switch", "files", "qemu"};
    static const char *const paths[] = {"/s", "/f", "/q"};
    struct vmnetacl_buffer buffers[COUNT_OF(given)];
    struct vmnetacl_origin origin = {.buffers = buffers};

    for (size_t i = 0; i < COUNT_OF(given); i++)
        if (given[i] != NULL)
            buffers[origin.buffers_count++] = (struct vmnetacl_buffer){.source = sources[i],
                                                                       .path = paths[i],
                                                                       .text = given[i],
                                                                       .text_len = strlen(given[i])};
    assert_finds(&origin, what, want);
}

static void test_lint_each_error_found(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        const char *want;
    } rows[] = {
        {"nothing", {.files = NULL}, ""},
        {"nothing wrong", {"acl: files\n", "allow all bridge br0\ndeny uid 3 bridge v*\n", "x"}, ""},
        {"all lines of a file",
         {.files = "x\nallow all bridge br0\n allow\n\ndeny all\nallow user a:b bridge br0"},
         "E files /f:1:1 keyword-unknown\nE files /f:3:7 subject-missing\nE files /f:5:9 bridge-missing\n"
         "E files /f:6:13 account-invalid\n"},
        {"all sources",
         {.files = "x\n", .qemu = "allow br0\ny\ndeny\n"},
         "E files /f:1:1 keyword-unknown\nE qemu /q:2:1 keyword-unknown\nE qemu /q:3:5 name-missing\n"},
        {"the switch, and the sources all the same",
         {"acl: files\nacl: qemu\n", "x\n", "y\n"},
         "E switch /s:2:1 switch-second\nE files /f:1:1 keyword-unknown\n"},
        {"a switch that is empty",
         {"# none\n", "x\n", "y\n"},
         "E switch /s:0:0 switch-empty\nE files /f:1:1 keyword-unknown\nE qemu /q:1:1 keyword-unknown\n"},
        {"a switch whose line is wrong",
         {"acl: nis\n", "x\n", "y\n"},
         "E switch /s:1:6 source-unknown\nE files /f:1:1 keyword-unknown\nE qemu /q:1:1 keyword-unknown\n"},
        {"a switch with two wrong lines",
         {"x\nacl: nis\nacl: files\n", "x\n", "y\n"},
         "E switch /s:1:1 keyword-unknown\nE switch /s:2:6 source-unknown\nE files /f:1:1 keyword-unknown\n"},
        {"errors, then warnings",
         {.files = "x\nallow user who bridge br0\nallow user who bridge br0\n"},
         "E files /f:1:1 keyword-unknown\nW files /f:2:1 account-unknown\nW files /f:3:1 rule-shadowed\n"},
        {"a loop", {.qemu = "include /q\nallow\n"}, "E qemu /q:1:1 include-loop\nE qemu /q:2:6 name-missing\n"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_finds_in(&rows[i].input, rows[i].name, rows[i].want);
}

static void test_lint_rules_that_can_never_take_effect(void **state)
{
    static const struct {
        const char *name;
        struct texts input;
        const char *want;
    } rows[] = {
        {"the same again", {.files = "allow all bridge a\nallow all bridge a"}, "W files /f:2:1 rule-shadowed\n"},
        {"all before", {.files = "allow all bridge all\nallow all bridge a"}, "W files /f:2:1 rule-shadowed\n"},
        {"all after it", {.files = "allow all bridge a limit 2\nallow all bridge all"}, ""},
        {"a prefix before", {.files = "allow all bridge a*\nallow all bridge ab"}, "W files /f:2:1 rule-shadowed\n"},
        {"a prefix of a prefix",
         {.files = "allow all bridge a*\nallow all bridge ab*"},
         "W files /f:2:1 rule-shadowed\n"},
        {"another prefix", {.files = "allow all bridge ab*\nallow all bridge a*\nallow all bridge b"}, ""},
        {"the prefix's own name",
         {.files = "allow all bridge a*\nallow all bridge a"},
         "W files /f:2:1 rule-shadowed\n"},
        {"a name is no prefix", {.files = "allow all bridge a\nallow all bridge ab\nallow all bridge a*"}, ""},
        {"everybody before",
         {.files = "allow all bridge a\nallow user alice bridge a"},
         "W files /f:2:1 rule-shadowed\n"},
        {"everybody after it", {.files = "allow user alice bridge a\nallow all bridge a"}, ""},
        {"others", {.files = "allow uid 1 bridge a\nallow uid 2 bridge a\nallow gid 1 bridge a"}, ""},
        {"the same user",
         {.files = "allow user alice bridge a*\nallow user alice bridge ab"},
         "W files /f:2:1 rule-shadowed\n"},
        {"a group is no user", {.files = "allow gid 7 bridge a\nallow uid 7 bridge a"}, ""},
        {"of the next source", {.files = "allow all bridge a", .qemu = "allow a"}, "W qemu /q:1:1 rule-shadowed\n"},
        {"denied before", {.files = "deny all bridge a\nallow all bridge a"}, "W files /f:2:1 rule-denied\n"},
        {"denied after it", {.files = "allow all bridge a\ndeny all bridge a"}, "W files /f:1:1 rule-denied\n"},
        {"denied to everybody",
         {.files = "allow user alice bridge a\ndeny all bridge all"},
         "W files /f:1:1 rule-denied\n"},
        {"denied to some", {.files = "allow all bridge a\ndeny user alice bridge a"}, ""},
        {"denied in part", {.files = "allow all bridge a*\ndeny all bridge ab\ndeny all bridge ab*"}, ""},
        {"denied by a prefix", {.files = "allow all bridge ab*\ndeny all bridge a*"}, "W files /f:1:1 rule-denied\n"},
        {"denied by the next source",
         {.files = "allow all bridge a", .qemu = "deny all"},
         "W files /f:1:1 rule-denied\n"},
        {"denied where nobody asks", {"acl: files [ALLOW=return] qemu", "allow all bridge a", "deny all"}, ""},
        {"denied where somebody asked",
         {"acl: qemu [ALLOW=return] files", "allow all bridge a", "deny a"},
         "W files /f:1:1 rule-denied\n"},
        {"denied and shadowed, denied is told",
         {.files = "allow all bridge a\nallow all bridge a\ndeny all bridge a"},
         "W files /f:1:1 rule-denied\nW files /f:2:1 rule-denied\n"},
        {"a deny twice is nothing wrong", {.files = "deny all bridge a\ndeny all bridge a"}, ""},
        {"longest name, by the shortest prefix",
         {.files = "allow all bridge 1*\nallow all bridge 123456789012345"},
         "W files /f:2:1 rule-shadowed\n"},
        {"in the order of the rules",
         {.files = "allow all bridge all\nallow uid 2 bridge b\nallow uid 1 bridge a"},
         "W files /f:2:1 rule-shadowed\nW files /f:3:1 rule-shadowed\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_finds_in(&rows[i].input, rows[i].name, rows[i].want);
}

/* What the rules say of others is in the message. */
static bool tell_message(const struct vmnetacl_finding *finding, void *data)
{
    assert_true(strlen(finding->error->message) < sizeof told);
    strcpy(data, finding->error->message);
    return true;
}

static void test_lint_covered_other_rule_named(void **state)
{
    static const struct vmnetacl_buffer buffers[] = {
        {.source = "files", .path = "/f", .text = "#\nallow all bridge a*\n", .text_len = 22},
        {.source = "files", .path = "/g", .text = "allow all bridge ab\n", .text_len = 20},
    };
    const struct vmnetacl_origin origin = {.buffers = buffers, .buffers_count = COUNT_OF(buffers)};

    (void)state;
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&origin, 0, tell_message, told, NULL), VMNETACL_OK);
    assert_non_null(strstr(told, "/f:2 allows it already"));
}

/* The stock helper takes all of a name literally; where a deny was meant otherwise, it is lost. */
static void test_lint_literal_names_told(void **state)
{
    static const char *const names[] = {"virbr*",  "br?",     "br[0-9]", "br0;",
                                        "\"br0\"", "br0,br1", "br0#lab", "br0@eth0"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char qemu[64];
        const struct texts texts = {.files = "", .qemu = qemu};
        (void)snprintf(qemu, sizeof qemu, "allow all\ndeny %s\n", names[i]);
        assert_finds_in(&texts, names[i], "E qemu /q:2:1 name-literal\n");
        (void)snprintf(qemu, sizeof qemu, "allow %s\n", names[i]);
        assert_finds_in(&texts, names[i], "W qemu /q:1:1 name-literal\n");
    }
}

/* A deny for nobody is an error wherever it stands after an allow for the same name. */
static void test_lint_unknown_account_of_a_deny_error(void **state)
{
    static const struct texts texts = {
        .files = "allow group student bridge a\ndeny group student bridge b\ndeny group student bridge c\n"};

    (void)state;
    assert_finds_in(&texts, "after an allow", "E files /f:2:1 account-unknown\n");
}

static void test_lint_unknown_accounts_each_once(void **state)
{
    static const struct texts texts = {
        .files = "allow user alice bridge a\nallow user who bridge b\nallow group kvm bridge c\n"
                 "deny group who bridge d\nallow user who bridge e\nallow uid 77 bridge f\nallow gid 77 bridge g\n",
        .qemu = "allow who\n"};
    static const struct texts no_names = {.files = "allow uid 77 bridge f\ndeny gid 77 bridge g\n"};

    (void)state;
    assert_finds_in(&texts, "unknown", "W files /f:2:1 account-unknown\nE files /f:4:1 account-unknown\n");
    assert_int_equal(fake_names.calls, 1);
    assert_int_equal(fake_names.timeout_ms, VMNETACL_TIMEOUT_MS);
    assert_string_equal(fake_names.asked, " user:alice user:who group:kvm group:who");
    assert_finds_in(&no_names, "numbers", "");
    assert_int_equal(fake_names.calls, 1);
    fake_names.failure = VMNETACL_CODE_LOOKUP_TIMEOUT;
    assert_finds_in(&texts, "late", "E names /f:1:1 lookup-timeout\n");
    fake_names.failure = VMNETACL_CODE_LOOKUP_FAILED;
    fake_names.failed = 3;
    assert_finds_in(&texts, "one that failed", "E names /f:4:1 lookup-failed\n");
}

/* Want of memory is no finding: there might have been others. */
static void test_lint_lookup_without_memory_try_again(void **state)
{
    static const struct vmnetacl_buffer buffer = {.source = "files",
                                                  .path = "/f",
                                                  .text = "allow user who bridge b",
                                                  .text_len = 23};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};
    struct vmnetacl_error error;

    (void)state;
    fake_names.failure = VMNETACL_CODE_LOOKUP_BROKEN;
    fake_names.failure_errno = ENOMEM;
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&origin, 17, tell, told, &error), VMNETACL_TRYAGAIN);
    assert_int_equal(error.code, VMNETACL_CODE_MEMORY);
    assert_int_equal(fake_names.timeout_ms, 17);
    assert_string_equal(told, "");
}

/* Files. */

static void test_lint_files_all_errors_found(void **state)
{
    (void)state;
    scratch_write(SWITCH, "acl: qemu files\n");
    scratch_directory(RULES, 0755);
    scratch_write(RULES "/20.rules", "allow\nallow all bridge a\n");
    scratch_write(RULES "/10.rules", "allow all bridge a\ndeny\n");
    scratch_write(RULES "/30.rules", "allow all bridge c\n");
    assert_int_equal(chmod(RULES "/30.rules", 0666), 0);
    scratch_write(CONF, "x\ninclude " ALICE "\ninclude rel\n");
    scratch_write(ALICE, "y\nz\n");
    assert_finds(&scratch, "files",
                 "E qemu /bridge.conf:1:1 keyword-unknown\n"
                 "E qemu /alice.conf:1:1 keyword-unknown\n"
                 "E qemu /alice.conf:2:1 keyword-unknown\n"
                 "E qemu /bridge.conf:3:9 path-relative\n"
                 "E files /rules.d/10.rules:2:5 subject-missing\n"
                 "E files /rules.d/20.rules:1:6 subject-missing\n"
                 "E files /rules.d/30.rules:0:0 file-mode\n"
                 "W files /rules.d/20.rules:2:1 rule-shadowed\n");
}

static void test_lint_whole_source_unreadable_error(void **state)
{
    (void)state;
    scratch_write(SWITCH, "acl: files qemu\n");
    scratch_write(RULES, "no directory");
    scratch_write(CONF, "");
    assert_int_equal(chmod(CONF, 0602), 0);
    assert_finds(&scratch, "sources", "E files /rules.d:0:0 directory-kind\nE qemu /bridge.conf:0:0 file-mode\n");
    assert_int_equal(unlink(SWITCH), 0);
    assert_int_equal(symlink("none", SWITCH), 0);
    assert_finds(&scratch, "the switch, too",
                 "E switch /switch.conf:0:0 file-dangling\n"
                 "E files /rules.d:0:0 directory-kind\nE qemu /bridge.conf:0:0 file-mode\n");
}

static void test_lint_ignored_names_warned_of(void **state)
{
    (void)state;
    scratch_directory(RULES, 0755);
    scratch_write(RULES "/a.rules", "allow all bridge a\n");
    assert_finds(&scratch, "none", "");
    scratch_write(RULES "/b.conf", "x");
    assert_finds(&scratch, "one", "W files /rules.d/b.conf:0:0 file-ignored\n");
    scratch_write(SWITCH, "acl: qemu\n");
    assert_finds(&scratch, "a directory that is not asked", "");
    assert_int_equal(unlink(SWITCH), 0);
    assert_int_equal(unlink(RULES "/b.conf"), 0);
    scratch_write(RULES "/.a.rules", "x");
    assert_finds(&scratch, "hidden", "W files /rules.d/.a.rules:0:0 file-ignored\n");
}

/* A path that is too long to be told is none that could be read. */
static void test_lint_ignored_name_too_long_for_a_path(void **state)
{
    char path[VMNETACL_PATH_SIZE] = SCRATCH;
    struct vmnetacl_origin origin = scratch;
    char name[VMNETACL_PATH_SIZE + 300];

    (void)state;
    while (strlen(path) < 800) {
        memset(path + strlen(path), '\0', sizeof path - strlen(path));
        path[strlen(path)] = '/';
        memset(path + strlen(path), 'd', 200);
        scratch_directory(path, 0755);
    }
    origin.files_path = path;
    for (size_t len = 1; len < 256; len++) {
        size_t all = strlen(path) + 1 + len;
        if (all < VMNETACL_PATH_SIZE - 2 || all > VMNETACL_PATH_SIZE + 1)
            continue;
        (void)snprintf(name, sizeof name, "%s/", path);
        memset(name + strlen(path) + 1, 'n', len);
        name[all] = '\0';
        scratch_write(name, "");
    }
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&origin, 0, tell, told, NULL), VMNETACL_OK);
    assert_non_null(strstr(told, "file-ignored")); /* those that fit */
    assert_null(strstr(strstr(strstr(told, "file-ignored") + 1, "file-ignored") + 1, "file-ignored"));
}

static size_t calls_left;

static bool count(const struct vmnetacl_finding *finding, void *data)
{
    assert_non_null(finding->error);
    assert_ptr_equal(data, &calls_left);
    assert_true(calls_left > 0);
    return --calls_left > 0;
}

/* Wherever visit says stop: while rules are loaded, at names, at rules and at files. */
static void test_lint_visit_false_stopped(void **state)
{
    struct vmnetacl_error error = {.code = VMNETACL_CODE_NONE};
    enum vmnetacl_status status = VMNETACL_STOPPED;
    size_t findings = 0;

    (void)state;
    scratch_directory(RULES, 0755);
    scratch_write(RULES "/1.rules", "allow\nallow user nosuch bridge a\nallow all bridge b\nallow all bridge b\n");
    scratch_write(RULES "/ignored", "");
    assert_int_equal(chmod(RULES "/1.rules", 0640), 0);
    while (status == VMNETACL_STOPPED && findings < 20) {
        calls_left = ++findings;
        status = vmnetacl_lint(&scratch, 0, count, &calls_left, &error);
        assert_int_equal(error.code, VMNETACL_CODE_NONE);
    }
    assert_int_equal(status, VMNETACL_OK);
    assert_true(findings > 5 && calls_left == 1);
}

static void test_lint_group_writable_directory_warned_of(void **state)
{
    (void)state;
    scratch_write(CONF, "allow a\n");
    assert_int_equal(chmod(SCRATCH, 0775), 0);
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&scratch, 0, tell, told, NULL), VMNETACL_OK);
    assert_non_null(strstr(told, "W qemu /bridge.conf:0:0 directory-group\n"));
    assert_non_null(strstr(told, "E files /rules.d:0:0 directory-mode\n")); /* strict: that source is ours */
    assert_int_equal(chmod(SCRATCH, 0755), 0);
    assert_finds(&scratch, "the usual mode", "");
}

static void test_lint_includes_warned_of(void **state)
{
    (void)state;
    scratch_write(CONF, "allow a\n include " ALICE "\n");
    assert_finds(&scratch, "missing", "W qemu /bridge.conf:2:2 include-skipped\n");
    scratch_write(ALICE, "allow b\n");
    assert_finds(&scratch, "readable", "");
    scratch_write(ALICE, "allow b\ndeny c\n");
    assert_finds(&scratch, "readable, with a deny", "");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "a deny that some do not read", "W qemu /bridge.conf:2:2 include-hides\n");
    scratch_as_user();
    assert_finds(&scratch, "seen by one who may not read it", "W qemu /bridge.conf:2:2 include-skipped\n");
    scratch_as_root();
    scratch_write(ALICE, "allow b\n");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "allows alone", "");
    assert_int_equal(unlink(ALICE), 0);
    assert_int_equal(symlink("none", ALICE), 0);
    assert_finds(&scratch, "dangling", "W qemu /bridge.conf:2:2 include-skipped\n");
    assert_int_equal(unlink(ALICE), 0);
    scratch_write(CONF, "allow a\ndeny b\n");
    assert_int_equal(chmod(CONF, 0640), 0); /* it is no include: who may not read it gets an error */
    assert_finds(&scratch, "bridge.conf itself", "W qemu /bridge.conf:0:0 file-private\n");
}

/* Who may not read them gets no verdict, which root, who checks the rules, would not see. */
static void test_lint_private_files_warned_of(void **state)
{
    static const struct {
        const char *name;
        const char *path;
        mode_t mode;
        const char *want;
    } rows[] = {
        {"the switch", SWITCH, 0600, "W switch /switch.conf:0:0 file-private\n"},
        {"the switch, for its group", SWITCH, 0640, "W switch /switch.conf:0:0 file-private\n"},
        {"the switch, for others", SWITCH, 0604, "W switch /switch.conf:0:0 file-private\n"},
        {"a directory that cannot be listed", RULES, 0711, "W files /rules.d:0:0 file-private\n"},
        {"a directory that cannot be entered", RULES, 0744,
         "W files /rules.d:0:0 file-private\nW files /rules.d/a.rules:0:0 file-private\n"
         "W files /rules.d/b.rules:0:0 file-private\n"},
        {"a directory for others", RULES, 0705,
         "W files /rules.d:0:0 file-private\nW files /rules.d/a.rules:0:0 file-private\n"
         "W files /rules.d/b.rules:0:0 file-private\n"},
        {"a rule file", RULES "/b.rules", 0600, "W files /rules.d/b.rules:0:0 file-private\n"},
        {"bridge.conf", CONF, 0600, "W qemu /bridge.conf:0:0 file-private\n"},
        {"an included file", ALICE, 0600, ""},
        {"the way to all", SCRATCH, 0700,
         "W switch /switch.conf:0:0 file-private\nW files /rules.d:0:0 file-private\n"
         "W files /rules.d/a.rules:0:0 file-private\nW files /rules.d/b.rules:0:0 file-private\n"
         "W qemu /bridge.conf:0:0 file-private\n"},
    };

    (void)state;
    scratch_write(SWITCH, "acl: files qemu\n");
    scratch_directory(RULES, 0755);
    scratch_write(RULES "/a.rules", "allow all bridge a\n");
    scratch_write(RULES "/b.rules", "allow all bridge b\n");
    scratch_write(CONF, "allow c\ninclude " ALICE "\n");
    scratch_write(ALICE, "allow d\n");
    assert_finds(&scratch, "the usual modes", "");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct stat st;
        assert_int_equal(stat(rows[i].path, &st), 0);
        assert_int_equal(chmod(rows[i].path, rows[i].mode), 0);
        assert_finds(&scratch, rows[i].name, rows[i].want);
        assert_int_equal(chmod(rows[i].path, st.st_mode & 07777), 0);
    }
    scratch_write(SWITCH, "acl: qemu\n");
    assert_int_equal(chmod(RULES, 0700), 0);
    assert_finds(&scratch, "a source that is not asked", "");
}

/* A user cannot know that there is nothing after a directory that he may not enter. */
static void test_lint_private_directory_without_files_warned_of(void **state)
{
    (void)state;
    assert_finds(&scratch, "nothing", "");
    assert_int_equal(chmod(SCRATCH, 0700), 0);
    assert_finds(&scratch, "nothing that one could know of",
                 "W switch /switch.conf:0:0 file-private\nW files /rules.d:0:0 file-private\n"
                 "W qemu /bridge.conf:0:0 file-private\n");
    assert_int_equal(chmod(SCRATCH, 0755), 0);
}

/* It is the whole way that counts, and not its last directory. */
static void test_lint_directories_on_the_way_count(void **state)
{
    static const struct vmnetacl_origin nested = {.switch_path = "/run/lab/none",
                                                  .files_path = "/run/lab/none",
                                                  .qemu_path = SCRATCH "/a/b/bridge.conf"};

    (void)state;
    scratch_directory(SCRATCH "/a", 0775);
    scratch_directory(SCRATCH "/a/b", 0755);
    scratch_write(SCRATCH "/a/b/bridge.conf", "include " SCRATCH "/closed/d/alice.conf\n");
    scratch_directory(SCRATCH "/closed", 0750);
    scratch_directory(SCRATCH "/closed/d", 0755);
    scratch_write(SCRATCH "/closed/d/alice.conf", "deny c\n");
    assert_finds(&nested, "two directories down",
                 "W qemu /a/b/bridge.conf:0:0 directory-group\nW qemu /a/b/bridge.conf:1:1 include-hides\n");
}

/* A rule in a file that not everybody reads takes nothing from the others, and all of it from its own. */
static void test_lint_covered_by_what_some_do_not_read(void **state)
{
    (void)state;
    scratch_write(CONF, "include " ALICE "\ninclude " BOB "\n");
    scratch_write(ALICE, "allow a\n");
    scratch_write(BOB, "allow a\n");
    assert_finds(&scratch, "readable", "W qemu /bob.conf:1:1 rule-shadowed\n");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "not readable", "");
    scratch_write(ALICE, "allow a\nallow a\n");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "in the same file", "W qemu /alice.conf:2:1 rule-shadowed\n");
    scratch_write(ALICE, "deny all\n");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "a deny", "W qemu /bridge.conf:1:1 include-hides\n");
    scratch_write(CONF, "include " ALICE "\ninclude " CAROL "\n");
    scratch_write(ALICE, "include " BOB "\n");
    scratch_write(CAROL, "allow a\n");
    assert_finds(&scratch, "included by a readable one", "W qemu /carol.conf:1:1 rule-shadowed\n");
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_finds(&scratch, "included by one that is not readable", "");
    scratch_write(CONF, "allow a\ninclude " BOB "\n");
    assert_int_equal(chmod(CONF, 0640), 0);
    assert_finds(&scratch, "bridge.conf, without which nobody gets a verdict",
                 "W qemu /bob.conf:1:1 rule-shadowed\nW qemu /bridge.conf:0:0 file-private\n");
}

static void test_lint_bad_argument_invalid(void **state)
{
    static const struct vmnetacl_origin relative = {.files_path = "x"};
    struct vmnetacl_error error;

    (void)state;
    told[0] = '\0';
    assert_int_equal(vmnetacl_lint(&scratch, 0, NULL, NULL, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_int_equal(vmnetacl_lint(&relative, 0, tell, told, &error), VMNETACL_INVALID);
    assert_int_equal(error.code, VMNETACL_CODE_ARGUMENT);
    assert_int_equal(vmnetacl_lint(&relative, 0, tell, told, NULL), VMNETACL_INVALID);
    assert_string_equal(told, "");
    /* No origin is the system's, which in the laboratory has no rules. */
    assert_finds(NULL, "the system", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lint_each_error_found, setup),
        cmocka_unit_test_setup(test_lint_rules_that_can_never_take_effect, setup),
        cmocka_unit_test_setup(test_lint_covered_other_rule_named, setup),
        cmocka_unit_test_setup(test_lint_literal_names_told, setup),
        cmocka_unit_test_setup(test_lint_unknown_account_of_a_deny_error, setup),
        cmocka_unit_test_setup(test_lint_unknown_accounts_each_once, setup),
        cmocka_unit_test_setup(test_lint_lookup_without_memory_try_again, setup),
        cmocka_unit_test_setup(test_lint_files_all_errors_found, setup),
        cmocka_unit_test_setup(test_lint_whole_source_unreadable_error, setup),
        cmocka_unit_test_setup(test_lint_ignored_names_warned_of, setup),
        cmocka_unit_test_setup(test_lint_ignored_name_too_long_for_a_path, setup),
        cmocka_unit_test_setup(test_lint_visit_false_stopped, setup),
        cmocka_unit_test_setup(test_lint_group_writable_directory_warned_of, setup),
        cmocka_unit_test_setup(test_lint_includes_warned_of, setup),
        cmocka_unit_test_setup(test_lint_private_files_warned_of, setup),
        cmocka_unit_test_setup(test_lint_private_directory_without_files_warned_of, setup),
        cmocka_unit_test_setup(test_lint_directories_on_the_way_count, setup),
        cmocka_unit_test_setup(test_lint_covered_by_what_some_do_not_read, setup),
        cmocka_unit_test_setup(test_lint_bad_argument_invalid, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
