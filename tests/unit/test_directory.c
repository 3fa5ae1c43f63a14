/* SPDX-License-Identifier: MIT */
/*
 * Which rule files are found in a directory, in which order, and which directories are obeyed; the same for whole
 * origins below another root. As root in the laboratory.
 */
#include "directory.h"
#include "scratch.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY SCRATCH "/rules.d"

static const struct trust trust = {.owner = 0, .size_max = 4096};

static int setup(void **state)
{
    (void)state;
    scratch_empty();
    scratch_directory(DIRECTORY, 0755);
    return 0;
}

static void touch(const char *name)
{
    char path[512];

    assert_in_range(snprintf(path, sizeof path, DIRECTORY "/%s", name), 1, sizeof path - 1);
    scratch_write(path, "");
}

static void assert_refused(const char *path, enum vmnetacl_status status, enum vmnetacl_code code)
{
    struct directory directory;
    struct vmnetacl_error error;

    assert_int_equal(directory_open(&directory, path, &trust, &error), status);
    if (error.code != code)
        fail_msg("%s: want %s, got %s: %s", path, vmnetacl_code_name(code), vmnetacl_code_name(error.code),
                 error.message);
    assert_string_equal(error.file, path);
    assert_string_not_equal(error.message, "");
}

static void test_directory_open_names_sorted_others_ignored(void **state)
{
    static const char *const want[] = {"0.rules",      "10.rules", "9.rules", "A.rules",       "a b.rules",
                                       "a.conf.rules", "a.rules",  "b.rules", "\xc3\xa9.rules"};
    static const char *const ignored[] = {".hidden.rules", ".rules",   "README", "a.RULES",
                                          "a.rules.bak",   "a.rules~", "arules"};
    struct directory directory;
    struct vmnetacl_error error;

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = COUNT_OF(want); i-- > 0;)
        touch(want[i]);
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        touch(ignored[i]);
    assert_int_equal(directory_open(&directory, DIRECTORY, &trust, &error), VMNETACL_OK);
    assert_int_equal(directory.names.count, COUNT_OF(want));
    for (size_t i = 0; i < COUNT_OF(want); i++)
        assert_string_equal(directory.names.list[i], want[i]);
    assert_int_equal(directory.ignored.count, COUNT_OF(ignored));
    for (size_t i = 0; i < COUNT_OF(ignored); i++) {
        size_t found = 0;
        for (size_t j = 0; j < directory.ignored.count; j++)
            found += strcmp(directory.ignored.list[j], ignored[i]) == 0;
        assert_int_equal(found, 1);
    }
    assert_int_equal(directory_check_unchanged(&directory, &error), VMNETACL_OK);
    directory_close(&directory);
}

static void test_directory_open_empty_nothing(void **state)
{
    struct directory directory;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(directory_open(&directory, DIRECTORY, &trust, &error), VMNETACL_OK);
    assert_int_equal(directory.names.count + directory.ignored.count, 0);
    directory_close(&directory);
}

static void test_directory_open_count_limit_kept(void **state)
{
    struct directory directory;
    struct vmnetacl_error error;
    char name[32];

    (void)state;
    for (int i = 0; i < VMNETACL_FILES_MAX + 6; i++) { /* there is no limit to those that do not count */
        (void)snprintf(name, sizeof name, "%d.conf", i);
        touch(name);
    }
    for (int i = 0; i < VMNETACL_FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d.rules", i);
        touch(name);
    }
    assert_int_equal(directory_open(&directory, DIRECTORY, &trust, &error), VMNETACL_OK);
    assert_int_equal(directory.names.count, VMNETACL_FILES_MAX);
    for (size_t i = 1; i < directory.names.count; i++)
        assert_true(strcmp(directory.names.list[i - 1], directory.names.list[i]) < 0);
    assert_int_equal(directory.ignored.count, 1024);
    directory_close(&directory);
    touch("more.rules");
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_LARGE);
}

static void test_directory_open_other_kind_refused(void **state)
{
    (void)state;
    touch("file");
    assert_refused(DIRECTORY "/file", VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_KIND);
    assert_int_equal(mkfifo(DIRECTORY "/fifo", 0644), 0);
    assert_refused(DIRECTORY "/fifo", VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_KIND); /* and does not wait */
    assert_refused("/dev/null", VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_KIND);
    assert_refused(DIRECTORY "/file/x", VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_KIND);
    assert_refused(DIRECTORY "/none", VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_MISSING);
    assert_refused(SCRATCH "/none/rules.d", VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_MISSING);
    assert_int_equal(symlink("none", SCRATCH "/dangling"), 0);
    assert_refused(SCRATCH "/dangling", VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_DANGLING);
    assert_int_equal(symlink("rules.d/file", SCRATCH "/to-file"), 0);
    assert_refused(SCRATCH "/to-file", VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_KIND);
}

static void test_directory_open_untrusted_refused(void **state)
{
    (void)state;
    assert_int_equal(chmod(DIRECTORY, 0775), 0);
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 01757), 0);
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    assert_int_equal(chown(DIRECTORY, 4242, 0), 0);
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_OWNER);
    assert_int_equal(chown(DIRECTORY, 0, 4242), 0);
    assert_int_equal(chmod(SCRATCH, 0775), 0); /* nor any directory on the way */
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(SCRATCH, 0755), 0);
    assert_int_equal(chmod(DIRECTORY, 0711), 0);
    scratch_as_user();
    assert_refused(DIRECTORY, VMNETACL_UNAVAIL, VMNETACL_CODE_FILE_DENIED);
    scratch_as_root();
}

/* However the directory is written: a slash after it, a link to it, a link with a slash after it, dots. */
static void test_directory_open_path_spellings_opened(void **state)
{
    static const char *const rows[] = {
        DIRECTORY,       DIRECTORY "/",    DIRECTORY "//.",  DIRECTORY "/.",      DIRECTORY "/../rules.d/",
        SCRATCH "/link", SCRATCH "/link/", SCRATCH "/slash", SCRATCH "/absolute", DIRECTORY "/inner/.."};

    (void)state;
    touch("a.rules");
    scratch_directory(DIRECTORY "/inner", 0755);
    assert_int_equal(symlink("rules.d", SCRATCH "/link"), 0);
    assert_int_equal(symlink("rules.d/", SCRATCH "/slash"), 0);
    assert_int_equal(symlink(DIRECTORY "/", SCRATCH "/absolute"), 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct directory directory;
        struct vmnetacl_error error;
        if (directory_open(&directory, rows[i], &trust, &error) != VMNETACL_OK)
            fail_msg("%s: %s: %s", rows[i], vmnetacl_code_name(error.code), error.message);
        assert_int_equal(directory.names.count, 1);
        directory_close(&directory);
    }
}

static void add_file(void)
{
    touch("new.rules");
}

static void remove_file(void)
{
    assert_int_equal(unlink(DIRECTORY "/a.rules"), 0);
}

static void rename_file(void)
{
    assert_int_equal(rename(DIRECTORY "/a.rules", DIRECTORY "/b.rules"), 0);
}

static void change_nanoseconds(void)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000, .tv_nsec = 6}};

    assert_int_equal(utimensat(AT_FDCWD, DIRECTORY, times, 0), 0);
}

static void test_directory_check_unchanged_changed_try_again(void **state)
{
    static void (*const rows[])(void) = {add_file, remove_file, rename_file, change_nanoseconds};
    const struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 5}, {.tv_sec = 1000, .tv_nsec = 5}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct directory directory;
        struct vmnetacl_error error;
        touch("a.rules");
        assert_int_equal(utimensat(AT_FDCWD, DIRECTORY, times, 0), 0);
        assert_int_equal(directory_open(&directory, DIRECTORY, &trust, &error), VMNETACL_OK);
        rows[i]();
        assert_int_equal(directory_check_unchanged(&directory, &error), VMNETACL_TRYAGAIN);
        assert_int_equal(error.code, VMNETACL_CODE_FILE_CHANGED);
        assert_string_equal(error.file, DIRECTORY);
        directory_close(&directory);
    }
}

/* Whole origins. */

#define ROOT SCRATCH "/root"

static const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1};

static struct vmnetacl_policy *load(const struct vmnetacl_origin *origin)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    if (vmnetacl_load_from(origin, &policy, &error) != VMNETACL_OK)
        fail_msg("%s: %s", error.file, error.message);
    return policy;
}

static void assert_decides(const struct vmnetacl_origin *origin, const char *bridge, enum vmnetacl_status want)
{
    struct vmnetacl_policy *policy = load(origin);
    struct vmnetacl_decision decision;

    if (vmnetacl_decide(policy, &caller, NULL, bridge, &decision) != want)
        fail_msg("%s: want %s, got %s: %s", bridge, vmnetacl_status_name(want), vmnetacl_status_name(decision.verdict),
                 decision.error != NULL ? decision.error->message : "");
    vmnetacl_free(policy);
}

static const struct vmnetacl_origin files_alone = {.switch_path = SCRATCH "/none",
                                                   .files_path = DIRECTORY,
                                                   .qemu_path = SCRATCH "/none"};

static void assert_source_fails(enum vmnetacl_status status, const char *file, enum vmnetacl_code code)
{
    struct vmnetacl_policy *policy = load(&files_alone);
    struct vmnetacl_source source;

    assert_true(vmnetacl_source_at(policy, 0, &source));
    assert_string_equal(source.name, "files");
    assert_string_equal(source.path, DIRECTORY);
    assert_int_equal(source.status, status);
    assert_int_equal(source.error->code, code);
    assert_string_equal(source.error->file, file);
    vmnetacl_free(policy);
}

static void test_load_from_directory_each_file_counts(void **state)
{
    (void)state;
    assert_decides(&files_alone, "br0", VMNETACL_NOTFOUND);
    scratch_write(DIRECTORY "/10.rules", "allow all bridge br0\nallow all bridge br1");
    scratch_write(DIRECTORY "/20.rules", "deny all bridge br0\n");
    scratch_write(DIRECTORY "/30.conf", "deny all bridge br1\n");
    assert_decides(&files_alone, "br0", VMNETACL_DENY);
    assert_decides(&files_alone, "br1", VMNETACL_ALLOW);
    assert_int_equal(symlink("../elsewhere", DIRECTORY "/00.rules"), 0);
    scratch_write(SCRATCH "/elsewhere", "deny all bridge br1\n");
    assert_decides(&files_alone, "br1", VMNETACL_DENY);
}

/* One that cannot be read is never skipped. */
static void test_load_from_directory_file_unreadable_unavail(void **state)
{
    (void)state;
    scratch_write(DIRECTORY "/10.rules", "allow all bridge br0\n");
    scratch_write(DIRECTORY "/20.rules", "deny all bridge br0\nx");
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_KEYWORD_UNKNOWN);
    scratch_write(DIRECTORY "/20.rules", "deny all bridge br0\n");
    assert_int_equal(chmod(DIRECTORY "/20.rules", 0640), 0);
    scratch_as_user();
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_FILE_DENIED);
    scratch_as_root();
    assert_int_equal(chmod(DIRECTORY "/20.rules", 0664), 0);
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_FILE_MODE);
    assert_int_equal(unlink(DIRECTORY "/20.rules"), 0);
    assert_int_equal(symlink("none", DIRECTORY "/20.rules"), 0);
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_FILE_DANGLING);
    assert_int_equal(unlink(DIRECTORY "/20.rules"), 0);
    scratch_directory(DIRECTORY "/20.rules", 0755);
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_FILE_KIND);
    assert_int_equal(rmdir(DIRECTORY "/20.rules"), 0);
    assert_int_equal(mkfifo(DIRECTORY "/20.rules", 0644), 0);
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/20.rules", VMNETACL_CODE_FILE_KIND);
    assert_int_equal(unlink(DIRECTORY "/20.rules"), 0);
    assert_decides(&files_alone, "br0", VMNETACL_ALLOW);
}

static void test_load_from_directory_size_limit_kept(void **state)
{
    static char text[VMNETACL_FILE_MAX + 1];
    static const char end[] = "\nallow all bridge br0\n";

    (void)state;
    memset(text, '\n', sizeof text);
    memcpy(text + VMNETACL_FILE_MAX - strlen(end), end, strlen(end));
    scratch_write_bytes(DIRECTORY "/a.rules", text, VMNETACL_FILE_MAX);
    assert_decides(&files_alone, "br0", VMNETACL_ALLOW);
    scratch_write_bytes(DIRECTORY "/a.rules", text, VMNETACL_FILE_MAX + 1);
    assert_source_fails(VMNETACL_UNAVAIL, DIRECTORY "/a.rules", VMNETACL_CODE_FILE_LARGE);
}

/* Nothing outside the directory that stands for "/" is looked at: links, includes and ".." stay within. */
static void test_load_from_root_nothing_outside_read(void **state)
{
    static const struct vmnetacl_origin origin = {.root = ROOT};

    (void)state;
    scratch_directory(ROOT, 0755);
    assert_decides(&origin, "br0", VMNETACL_NOTFOUND);
    scratch_directory(ROOT "/etc", 0755);
    scratch_directory(ROOT "/etc/vmnet", 0755);
    scratch_directory(ROOT "/etc/qemu", 0755);
    scratch_directory(ROOT "/run", 0755);
    scratch_directory(ROOT "/run/store", 0755);
    scratch_write(ROOT "/run/store/bridge.conf", "include /run/store/more.conf\ninclude /../../../run/store/up.conf\n");
    scratch_write(ROOT "/run/store/more.conf", "allow br0\n");
    scratch_write(ROOT "/run/store/up.conf", "deny br1\n");
    scratch_directory("/run/store", 0755); /* of the same name, outside, in the laboratory: must not be read */
    scratch_write("/run/store/bridge.conf", "allow all\n");
    scratch_write("/run/store/more.conf", "deny br0\n");
    scratch_write("/run/store/up.conf", "allow br1\n");
    assert_int_equal(symlink("/run/store/bridge.conf", ROOT VMNET_QEMU_CONF), 0);
    assert_decides(&origin, "br0", VMNETACL_ALLOW);
    assert_decides(&origin, "br1", VMNETACL_DENY);
    assert_decides(&origin, "br2", VMNETACL_NOTFOUND);
    assert_int_equal(unlink(ROOT VMNET_QEMU_CONF), 0);
    assert_int_equal(symlink("../../../../../../run/store/up.conf", ROOT VMNET_QEMU_CONF), 0);
    assert_decides(&origin, "br1", VMNETACL_DENY);
    scratch_write(ROOT "/etc/vmnet/switch.conf", "acl: files\n");
    assert_decides(&origin, "br1", VMNETACL_NOTFOUND);
    scratch_directory(ROOT "/etc/vmnet/rules.d", 0755);
    scratch_write(ROOT "/etc/vmnet/rules.d/a.rules", "allow all bridge br1\n");
    assert_decides(&origin, "br1", VMNETACL_ALLOW);
    assert_int_equal(unlink("/run/store/bridge.conf"), 0);
    assert_int_equal(unlink("/run/store/more.conf"), 0);
    assert_int_equal(unlink("/run/store/up.conf"), 0);
    assert_int_equal(rmdir("/run/store"), 0);
}

/* Nor is the directory above it, when the last step of the way would lead there. */
static void test_load_from_root_last_step_up_stays(void **state)
{
    static const char *const links[] = {"..", "../..", "/..", "../../.", "/", "../../", "/.", "x/../../../.."};
    static const struct vmnetacl_origin origin = {.root = ROOT, .switch_path = "/none", .files_path = "/v/rules.d"};

    (void)state;
    scratch_directory(ROOT, 0755);
    scratch_directory(ROOT "/v", 0755);
    scratch_directory(ROOT "/v/x", 0755);
    scratch_write(ROOT "/a.rules", "allow all bridge br0\n");
    scratch_write(SCRATCH "/a.rules", "allow all bridge br1\n"); /* outside */
    scratch_write(SCRATCH "/b.rules", "allow all bridge br1\n");
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        struct vmnetacl_policy *policy;
        assert_int_equal(symlink(links[i], ROOT "/v/rules.d"), 0);
        policy = load(&origin);
        if (vmnetacl_decide(policy, &caller, NULL, "br1", NULL) != VMNETACL_NOTFOUND ||
            vmnetacl_decide(policy, &caller, NULL, "br0", NULL) != VMNETACL_ALLOW)
            fail_msg("a link to %s leads out of the root", links[i]);
        vmnetacl_free(policy);
        assert_int_equal(unlink(ROOT "/v/rules.d"), 0);
    }
}

/* "/" itself can be given; /etc is another file system in the laboratory, and its inodes are none of "/". */
static void test_load_from_root_slash_as_without(void **state)
{
    static const struct vmnetacl_origin origin = {.root = "/",
                                                  .switch_path = "/none",
                                                  .files_path = "/etc/vmnet/../vmnet/rules.d/..",
                                                  .qemu_path = "/etc/qemu/../../etc/qemu/x.conf"};

    (void)state;
    scratch_write("/etc/qemu/x.conf", "allow br0\n");
    scratch_directory("/etc/vmnet/rules.d", 0755);
    scratch_write("/etc/vmnet/a.rules", "allow all bridge br1\n");
    assert_decides(&origin, "br0", VMNETACL_ALLOW);
    assert_decides(&origin, "br1", VMNETACL_ALLOW);
    assert_int_equal(unlink("/etc/qemu/x.conf"), 0);
    assert_int_equal(unlink("/etc/vmnet/a.rules"), 0);
    assert_int_equal(rmdir("/etc/vmnet/rules.d"), 0);
}

/* Of the source "qemu". */
static void assert_owner_message(const struct vmnetacl_origin *origin, const char *want)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_source source;

    assert_int_equal(vmnetacl_load_from(origin, &policy, NULL), VMNETACL_OK);
    assert_true(vmnetacl_source_at(policy, 1, &source));
    assert_string_equal(source.error->message, want);
    vmnetacl_free(policy);
}

static void test_load_from_root_of_another_owner(void **state)
{
    static const struct vmnetacl_origin of_user = {.root = ROOT, .owner = 4242, .qemu_path = "/q", .files_path = "/r"};
    static const struct vmnetacl_origin of_root = {.root = ROOT, .qemu_path = "/q", .files_path = "/r"};

    (void)state;
    scratch_directory(ROOT, 0755);
    scratch_directory(ROOT "/r", 0755);
    scratch_write(ROOT "/q", "allow br0\n");
    assert_decides(&of_root, "br0", VMNETACL_ALLOW);
    {
        struct vmnetacl_policy *policy;
        struct vmnetacl_error error;
        assert_int_equal(vmnetacl_load_from(&of_user, &policy, &error), VMNETACL_UNAVAIL);
        assert_int_equal(error.code, VMNETACL_CODE_DIRECTORY_OWNER);
        assert_string_equal(
            error.message,
            "its directory / is not owned by the user who must own the rules; keep the file in a directory that is");
    }
    assert_int_equal(chown(ROOT, 4242, 0), 0);
    assert_int_equal(chown(ROOT "/r", 4242, 0), 0);
    assert_owner_message(&of_user, "the file is not owned by the user who must own the rules; chown it");
    {
        struct vmnetacl_policy *policy;
        struct vmnetacl_error error;
        assert_int_equal(vmnetacl_load_from(&of_root, &policy, &error), VMNETACL_UNAVAIL);
        assert_string_equal(error.message,
                            "its directory / is not owned by root; keep the file in a directory that is");
    }
    assert_int_equal(chown(ROOT "/q", 4242, 0), 0);
    assert_decides(&of_user, "br0", VMNETACL_ALLOW); /* the directories above the root are nobody's matter */
}

static void test_load_from_root_missing_error(void **state)
{
    static const struct vmnetacl_origin none = {.root = SCRATCH "/none"};
    static const struct vmnetacl_origin file = {.root = SCRATCH "/file"};
    struct vmnetacl_policy *policy;
    struct vmnetacl_error error;

    (void)state;
    scratch_write(SCRATCH "/file", "");
    assert_int_equal(vmnetacl_load_from(&none, &policy, &error), VMNETACL_OK); /* nothing is there */
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", NULL), VMNETACL_NOTFOUND);
    vmnetacl_free(policy);
    assert_int_equal(vmnetacl_load_from(&file, &policy, &error), VMNETACL_UNAVAIL);
    assert_int_equal(error.system_errno, ENOTDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_directory_open_names_sorted_others_ignored, setup),
        cmocka_unit_test_setup(test_directory_open_empty_nothing, setup),
        cmocka_unit_test_setup(test_directory_open_count_limit_kept, setup),
        cmocka_unit_test_setup(test_directory_open_other_kind_refused, setup),
        cmocka_unit_test_setup(test_directory_open_untrusted_refused, setup),
        cmocka_unit_test_setup(test_directory_open_path_spellings_opened, setup),
        cmocka_unit_test_setup(test_directory_check_unchanged_changed_try_again, setup),
        cmocka_unit_test_setup(test_load_from_directory_each_file_counts, setup),
        cmocka_unit_test_setup(test_load_from_directory_file_unreadable_unavail, setup),
        cmocka_unit_test_setup(test_load_from_directory_size_limit_kept, setup),
        cmocka_unit_test_setup(test_load_from_root_nothing_outside_read, setup),
        cmocka_unit_test_setup(test_load_from_root_last_step_up_stays, setup),
        cmocka_unit_test_setup(test_load_from_root_slash_as_without, setup),
        cmocka_unit_test_setup(test_load_from_root_of_another_owner, setup),
        cmocka_unit_test_setup(test_load_from_root_missing_error, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
