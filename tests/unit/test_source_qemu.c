/* SPDX-License-Identifier: MIT */
/* bridge.conf and what it includes, as files. As root in the laboratory. */
#include "scratch.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONF  SCRATCH "/bridge.conf"
#define ALICE SCRATCH "/alice.conf"
#define BOB   SCRATCH "/bob.conf"

static int setup(void **state)
{
    (void)state;
    scratch_empty();
    return 0;
}

static void assert_decides(const char *bridge, enum vmnetacl_status want)
{
    enum vmnetacl_status got = scratch_decide(CONF, bridge);

    if (got != want)
        fail_msg("%s: want %s, got %s", bridge, vmnetacl_status_name(want), vmnetacl_status_name(got));
}

static void test_load_no_file_nothing_found(void **state)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_file file;

    (void)state; /* cmocka's signature, here and below */
    assert_decides("br0", VMNETACL_NOTFOUND);
    assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
    assert_true(vmnetacl_file_at(policy, 0, &file));
    assert_string_equal(file.path, CONF);
    assert_string_equal(file.source, "qemu");
    assert_false(file.found);
    assert_false(vmnetacl_file_at(policy, 1, &file));
    vmnetacl_free(policy);
    assert_int_equal(scratch_decide(SCRATCH "/no-directory/bridge.conf", "br0"), VMNETACL_NOTFOUND);
}

static void test_load_first_file_dangling_or_denied_error(void **state)
{
    (void)state;
    assert_int_equal(symlink("nowhere", CONF), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "file-dangling 0:0");
    assert_int_equal(unlink(CONF), 0);
    scratch_write(CONF, "allow all\n");
    assert_int_equal(chmod(CONF, 0600), 0);
    scratch_as_user();
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "file-denied 0:0");
    scratch_as_root();
    assert_int_equal(chmod(CONF, 0666), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "file-mode 0:0");
}

static void test_load_includes_all_count(void **state)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;
    struct vmnetacl_file file;
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1};

    (void)state;
    scratch_write(CONF, "allow br0\ninclude " ALICE "\nallow br3\n");
    scratch_write(ALICE, "# alice's\n deny br0\nallow br1\ninclude " BOB "\n");
    scratch_write(BOB, "allow br2\nallow br3\n");
    assert_decides("br0", VMNETACL_DENY);
    assert_decides("br1", VMNETACL_ALLOW);
    assert_decides("br2", VMNETACL_ALLOW);
    assert_decides("br4", VMNETACL_NOTFOUND);
    assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_DENY);
    assert_string_equal(decision.rule.source, "qemu");
    assert_string_equal(decision.rule.file, ALICE);
    assert_int_equal(decision.rule.line, 2);
    assert_int_equal(decision.rule.column, 2);
    assert_true(vmnetacl_file_at(policy, 0, &file) && file.found);
    assert_string_equal(file.path, CONF);
    assert_true(vmnetacl_file_at(policy, 1, &file) && file.found);
    assert_string_equal(file.path, ALICE);
    assert_true(vmnetacl_file_at(policy, 2, &file) && file.found);
    assert_string_equal(file.path, BOB);
    assert_false(vmnetacl_file_at(policy, 3, &file));
    vmnetacl_free(policy);
}

/* include /etc/qemu/alice.conf, root:alice 0640: her rules are for her alone. */
static void test_load_include_missing_or_denied_skipped(void **state)
{
    (void)state;
    scratch_write(CONF, "include " ALICE "\ninclude " BOB "\ninclude " SCRATCH "/dangling\nallow br9\n");
    scratch_write(ALICE, "allow br0\n");
    assert_int_equal(symlink("nowhere", SCRATCH "/dangling"), 0);
    assert_int_equal(chmod(ALICE, 0640), 0);
    assert_decides("br0", VMNETACL_ALLOW);
    assert_decides("br9", VMNETACL_ALLOW);
    scratch_as_user();
    assert_decides("br0", VMNETACL_NOTFOUND);
    assert_decides("br9", VMNETACL_ALLOW);
    scratch_as_root();
    assert_int_equal(chown(ALICE, 0, 4242), 0);
    scratch_as_user();
    assert_decides("br0", VMNETACL_ALLOW);
    scratch_as_root();
}

/* The error of an include that is skipped is none of the caller's. */
static void test_load_ok_error_untouched(void **state)
{
    struct vmnetacl_error error;
    struct vmnetacl_error before;
    struct vmnetacl_policy *policy;

    (void)state;
    memset(&before, 0x5a, sizeof before);
    error = before;
    scratch_write(CONF, "include " SCRATCH "/nothing\nallow br9\n");
    assert_int_equal(scratch_load(CONF, &policy, &error), VMNETACL_OK);
    assert_memory_equal(&error, &before, sizeof error);
    vmnetacl_free(policy);
}

static void test_load_include_faulty_error_of_that_file(void **state)
{
    (void)state;
    scratch_write(CONF, "allow all\ninclude " ALICE "\n");
    scratch_write(ALICE, "allow br0\n\ndeny\n");
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, ALICE, "name-missing 3:5");
    scratch_write(ALICE, "");
    assert_decides("br0", VMNETACL_ALLOW);
    assert_int_equal(chmod(ALICE, 0664), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, ALICE, "file-mode 0:0");
    assert_int_equal(chmod(ALICE, 0644), 0);
    assert_int_equal(chown(ALICE, 4242, 4242), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, ALICE, "file-owner 0:0");
    assert_int_equal(unlink(ALICE), 0);
    assert_int_equal(mkfifo(ALICE, 0644), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, ALICE, "file-kind 0:0");
    scratch_write(CONF, "allow all\ninclude " SCRATCH "/bridge.conf/x\n");
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, SCRATCH "/bridge.conf/x", "system 0:0");
    scratch_write(CONF, "allow all\ninclude " SCRATCH "/bad/x\n");
    scratch_directory(SCRATCH "/bad", 0757);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, SCRATCH "/bad/x", "directory-mode 0:0");
}

static void test_load_directory_group_writable_obeyed(void **state)
{
    (void)state;
    scratch_write(CONF, "allow br0\n");
    assert_int_equal(chmod(SCRATCH, 0770), 0);
    assert_decides("br0", VMNETACL_ALLOW);
    assert_int_equal(chmod(SCRATCH, 0775), 0);
    assert_int_equal(chown(SCRATCH, 0, 4250), 0);
    assert_decides("br0", VMNETACL_ALLOW);
    assert_int_equal(chmod(SCRATCH, 0757), 0);
    assert_decides("br0", VMNETACL_UNAVAIL);
}

static void test_load_include_loop_error_at_the_include(void **state)
{
    (void)state;
    scratch_write(CONF, "\n  include " CONF "\n");
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "include-loop 2:3");
    scratch_write(CONF, "allow all\ninclude " ALICE "\n");
    scratch_write(ALICE, "include " BOB "\n");
    scratch_write(BOB, "#\n#\ninclude " ALICE "\n");
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, BOB, "include-loop 3:1");
    assert_int_equal(unlink(ALICE), 0);
    assert_int_equal(link(CONF, ALICE), 0); /* the same file by another name */
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "include-loop 2:1");
    assert_int_equal(unlink(ALICE), 0);
    assert_int_equal(symlink("bridge.conf", ALICE), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "include-loop 2:1");
}

/* An inode's number says nothing without its file system: /etc is other than SCRATCH. */
static void test_load_include_on_another_file_system_read(void **state)
{
    struct stat here;
    struct stat there;

    (void)state;
    scratch_write(CONF, "include /etc/qemu/more.conf\n");
    scratch_write("/etc/qemu/more.conf", "include " ALICE "\n");
    scratch_write(ALICE, "allow br0\n");
    assert_int_equal(stat(CONF, &here), 0);
    assert_int_equal(stat("/etc/qemu/more.conf", &there), 0);
    assert_int_not_equal(here.st_dev, there.st_dev);
    assert_decides("br0", VMNETACL_ALLOW);
    assert_int_equal(unlink("/etc/qemu/more.conf"), 0);
}

static void test_load_include_twice_no_loop(void **state)
{
    struct vmnetacl_policy *policy;
    struct vmnetacl_file file;

    (void)state;
    scratch_write(CONF, "include " ALICE "\ninclude " BOB "\ninclude " ALICE "\nallow br9\n");
    scratch_write(ALICE, "allow br0\n");
    scratch_write(BOB, "include " ALICE "\ndeny br1\n");
    assert_decides("br0", VMNETACL_ALLOW);
    assert_decides("br1", VMNETACL_DENY);
    assert_decides("br9", VMNETACL_ALLOW);
    assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
    assert_true(vmnetacl_file_at(policy, 4, &file));
    assert_false(vmnetacl_file_at(policy, 5, &file)); /* each as often as it is included */
    vmnetacl_free(policy);
}

/* first includes second, and so on, up to count; the last allows br0. */
static void write_chain(int count)
{
    char path[64];
    char text[128];

    for (int i = 1; i <= count; i++) {
        (void)snprintf(path, sizeof path, SCRATCH "/%d", i);
        (void)snprintf(text, sizeof text, "include " SCRATCH "/%d\n", i + 1);
        scratch_write(path, i < count ? text : "allow br0\n");
    }
}

static void test_load_include_depth_limit_kept(void **state)
{
    (void)state;
    scratch_write(CONF, "include " SCRATCH "/1\n");
    write_chain(VMNETACL_INCLUDE_DEPTH_MAX);
    assert_decides("br0", VMNETACL_ALLOW);
    write_chain(VMNETACL_INCLUDE_DEPTH_MAX + 1);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, SCRATCH "/8", "include-deep 1:1");
    /* It is the place of the include that counts, whether its file exists or not. */
    assert_int_equal(unlink(SCRATCH "/9"), 0);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, SCRATCH "/8", "include-deep 1:1");
}

/* A file that was read by a short way counts with the long way too. */
static void test_load_include_depth_by_two_ways_order_does_not_matter(void **state)
{
    static const char *const rows[] = {
        "include " SCRATCH "/5\ninclude " SCRATCH "/1\n",
        "include " SCRATCH "/1\ninclude " SCRATCH "/5\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scratch_write(CONF, rows[i]);
        write_chain(VMNETACL_INCLUDE_DEPTH_MAX);
        assert_decides("br0", VMNETACL_ALLOW);
        write_chain(VMNETACL_INCLUDE_DEPTH_MAX + 1);
        assert_decides("br0", VMNETACL_UNAVAIL);
    }
}

static void test_load_include_tree_wide_all_read(void **state)
{
    char text[64 * 64] = "";
    char path[64];
    char rule[32];

    (void)state;
    for (int i = 0; i < 40; i++) {
        (void)snprintf(path, sizeof path, SCRATCH "/%d", i);
        (void)snprintf(rule, sizeof rule, "allow br%d\n", i);
        scratch_write(path, rule);
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "include %s\n", path);
    }
    scratch_write(CONF, text);
    for (int i = 0; i < 40; i++) {
        (void)snprintf(rule, sizeof rule, "br%d", i);
        assert_decides(rule, VMNETACL_ALLOW);
    }
    assert_decides("br40", VMNETACL_NOTFOUND);
}

static void test_load_path_longest_included(void **state)
{
    char line[VMNETACL_LINE_MAX + 2] = "include " SCRATCH;
    char *at = line + strlen(line);

    (void)state;
    for (; at < line + VMNETACL_LINE_MAX - 8; at += 2)
        memcpy(at, "/.", 2);
    strcpy(at, line + VMNETACL_LINE_MAX - at == 8 ? "/zzz.inc" : "/zz.inc");
    assert_int_equal(strlen(line), VMNETACL_LINE_MAX);
    scratch_write(SCRATCH "/zzz.inc", "deny br0\n");
    scratch_write(SCRATCH "/zz.inc", "deny br0\n");
    scratch_write(CONF, line);
    assert_decides("br0", VMNETACL_DENY);
}

static void test_load_size_limit_kept(void **state)
{
    char *text = malloc(VMNETACL_QEMU_FILE_MAX + 1);
    static const char end[] = "\nallow br0\n";

    (void)state;
    assert_non_null(text);
    memset(text, '\n', VMNETACL_QEMU_FILE_MAX + 1);
    memcpy(text + VMNETACL_QEMU_FILE_MAX - strlen(end), end, strlen(end));
    scratch_write_bytes(CONF, text, VMNETACL_QEMU_FILE_MAX);
    assert_decides("br0", VMNETACL_ALLOW);
    scratch_write_bytes(CONF, text, VMNETACL_QEMU_FILE_MAX + 1);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "file-large 0:0");
    free(text);
}

/* As many rules as a file can hold: numbers of lines and places of names stay right to the end. */
static void test_load_rules_most_last_counts(void **state)
{
    const size_t lines_count = VMNETACL_QEMU_FILE_MAX / 8;
    char *text = malloc(VMNETACL_QEMU_FILE_MAX);
    struct vmnetacl_policy *policy;
    struct vmnetacl_decision decision;
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1};

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < lines_count; i++)
        memcpy(text + 8 * i, i + 1 < lines_count ? "allow x\n" : " deny z\n", 8);
    scratch_write_bytes(CONF, text, VMNETACL_QEMU_FILE_MAX);
    assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "z", &decision), VMNETACL_DENY);
    assert_int_equal(decision.rule.line, lines_count);
    assert_int_equal(decision.rule.column, 2);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "x", &decision), VMNETACL_ALLOW);
    assert_int_equal(decision.rule.line, 1);
    vmnetacl_free(policy);
    free(text);
}

/* Lines that lie across the borders of what is read at once keep their numbers and their bytes. */
static void test_load_lines_across_blocks_places_right(void **state)
{
    static char bytes[200000];
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1};

    (void)state;
    for (size_t before = 65500; before < 65550; before += 3) {
        struct vmnetacl_policy *policy;
        struct vmnetacl_decision decision;
        memset(bytes, ' ', before);
        for (size_t i = 999; i < before; i += 1000)
            bytes[i] = '\n';
        bytes[before - 1] = '\n';
        strcpy(bytes + before, "# comment\n  deny br0\nallow br1");
        scratch_write(CONF, bytes);
        assert_int_equal(scratch_load(CONF, &policy, NULL), VMNETACL_OK);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", &decision), VMNETACL_DENY);
        assert_int_equal(decision.rule.line, before / 1000 + 3);
        assert_int_equal(decision.rule.column, 3);
        assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br1", &decision), VMNETACL_ALLOW);
        assert_int_equal(decision.rule.line, before / 1000 + 4);
        vmnetacl_free(policy);
        strcpy(bytes + before, "\ndeny br0 x\n");
        scratch_write(CONF, bytes);
        (void)snprintf(bytes, sizeof bytes, "name-invalid %zu:9", before / 1000 + 3);
        scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, bytes);
    }
}

static void test_load_line_longer_than_block_refused(void **state)
{
    static char bytes[200000];

    (void)state;
    memset(bytes, '#', sizeof bytes - 1);
    memcpy(bytes, "allow br0\n", 10);
    scratch_write(CONF, bytes);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "line-long 2:1024");
    memcpy(bytes + sizeof bytes - 11, "\ndeny br0\n", 10);
    scratch_write(CONF, bytes);
    scratch_assert_fails(CONF, VMNETACL_UNAVAIL, CONF, "line-long 2:1024");
}

/* The system's own file, which in the laboratory is nobody's else. */
static void test_vmnetacl_load_system_path_read(void **state)
{
    const struct vmnetacl_caller caller = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 1};
    struct vmnetacl_policy *policy;
    struct vmnetacl_file file;

    (void)state;
    assert_int_equal(vmnetacl_load(&policy, NULL), VMNETACL_OK);
    assert_true(vmnetacl_file_at(policy, 0, &file));
    assert_string_equal(file.source, "files");
    assert_string_equal(file.path, "/etc/vmnet/rules.d");
    assert_false(file.found);
    assert_true(vmnetacl_file_at(policy, 1, &file));
    assert_string_equal(file.source, "qemu");
    assert_string_equal(file.path, VMNET_QEMU_CONF);
    assert_false(file.found);
    assert_false(vmnetacl_file_at(policy, 2, &file));
    vmnetacl_free(policy);
    scratch_write(VMNET_QEMU_CONF, "allow br0\n");
    assert_int_equal(vmnetacl_load(&policy, NULL), VMNETACL_OK);
    assert_int_equal(vmnetacl_decide(policy, &caller, NULL, "br0", NULL), VMNETACL_ALLOW);
    vmnetacl_free(policy);
    assert_int_equal(unlink(VMNET_QEMU_CONF), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_load_no_file_nothing_found, setup),
        cmocka_unit_test_setup(test_load_first_file_dangling_or_denied_error, setup),
        cmocka_unit_test_setup(test_load_includes_all_count, setup),
        cmocka_unit_test_setup(test_load_include_missing_or_denied_skipped, setup),
        cmocka_unit_test_setup(test_load_ok_error_untouched, setup),
        cmocka_unit_test_setup(test_load_include_faulty_error_of_that_file, setup),
        cmocka_unit_test_setup(test_load_directory_group_writable_obeyed, setup),
        cmocka_unit_test_setup(test_load_include_loop_error_at_the_include, setup),
        cmocka_unit_test_setup(test_load_include_on_another_file_system_read, setup),
        cmocka_unit_test_setup(test_load_include_twice_no_loop, setup),
        cmocka_unit_test_setup(test_load_include_depth_limit_kept, setup),
        cmocka_unit_test_setup(test_load_include_depth_by_two_ways_order_does_not_matter, setup),
        cmocka_unit_test_setup(test_load_include_tree_wide_all_read, setup),
        cmocka_unit_test_setup(test_load_path_longest_included, setup),
        cmocka_unit_test_setup(test_load_size_limit_kept, setup),
        cmocka_unit_test_setup(test_load_rules_most_last_counts, setup),
        cmocka_unit_test_setup(test_load_lines_across_blocks_places_right, setup),
        cmocka_unit_test_setup(test_load_line_longer_than_block_refused, setup),
        cmocka_unit_test_setup(test_vmnetacl_load_system_path_read, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
