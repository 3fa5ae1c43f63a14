/* SPDX-License-Identifier: MIT */
/*
 * Which files are obeyed: owner, mode and file system, also of the directories and links on the way, and what a missing
 * permission is called. As root in the laboratory; where a permission has to be missing, as its unprivileged user.
 */
#include "child.h"
#include "faults.h"
#include "file_reading.h"
#include "fuse.h"
#include "landlock.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

static void test_file_read_owner_other_refused(void **state)
{
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(chown(CONF, 4242, 0), 0);
    assert_code(CONF, VMNETACL_CODE_FILE_OWNER);
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_OWNER);
    assert_string_equal(error.message, "the file is not owned by root; chown it");
    assert_int_equal(chown(CONF, 0, 4242), 0); /* any group */
    assert_reads(CONF);
}

static void test_file_read_mode_each_bit(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    lenient.group_may_write_file = true;
    for (mode_t mode = 0; mode <= 07777; mode++) {
        assert_int_equal(chmod(CONF, mode), 0);
        if ((mode & 0022) != 0)
            assert_code(CONF, VMNETACL_CODE_FILE_MODE);
        else
            assert_reads(CONF);
        assert_int_equal(read_with(CONF, &lenient, &error),
                         (mode & 0002) != 0 ? VMNETACL_CODE_FILE_MODE : VMNETACL_CODE_NONE);
    }
}

static void test_file_read_directory_owner_or_mode_refused(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    lenient.group_may_write_directory = true;
    assert_int_equal(chmod(DIRECTORY, 0770), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_NONE);
    assert_int_equal(chmod(DIRECTORY, 0757), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_MODE);
    assert_non_null(strstr(error.message, DIRECTORY));
    assert_int_equal(chmod(DIRECTORY, 01777), 0); /* a sticky bit does not help: what is there may be anybody's link */
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    assert_reads(INNER);
    assert_int_equal(chown(DIRECTORY, 4242, 0), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_OWNER);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_OWNER);
    assert_int_equal(chown(SCRATCH, 4242, 0), 0); /* not the last directory alone, and not for a link's target alone */
    assert_int_equal(chown(DIRECTORY, 0, 0), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_DIRECTORY_OWNER);
}

/* /nix/store is root's, 1775: its group adds to it, but cannot replace what root has put there. */
static void test_file_read_sticky_directory_of_a_group_obeyed(void **state)
{
    struct trust lenient = trust;
    struct vmnetacl_error error;

    (void)state;
    assert_int_equal(chown(DIRECTORY, 0, 4242), 0);
    assert_int_equal(chmod(DIRECTORY, 01775), 0);
    assert_reads(INNER);
    assert_int_equal(symlink("b.conf", DIRECTORY "/link"), 0);
    assert_reads(DIRECTORY "/link");
    assert_int_equal(lchown(DIRECTORY "/link", 4242, 4242), 0); /* one that the group has added */
    assert_int_equal(read_with(DIRECTORY "/link", &trust, &error), VMNETACL_CODE_DIRECTORY_OWNER);
    assert_non_null(strstr(error.message, "a symbolic link to it in the directory " DIRECTORY " is not owned by root"));
    assert_int_equal(symlink(DIRECTORY "/link", SCRATCH "/hop"), 0);
    assert_code(SCRATCH "/hop", VMNETACL_CODE_DIRECTORY_OWNER);
    /* It can link a file of root's that it may write, under a name that is free: that is no file of the rules. */
    lenient.group_may_write_file = true;
    assert_int_equal(chmod(INNER, 0664), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_FILE_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    assert_int_equal(read_with(INNER, &lenient, &error), VMNETACL_CODE_NONE);
    assert_int_equal(chmod(INNER, 0644), 0);
    assert_int_equal(chmod(DIRECTORY, 0775), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 01777), 0);
    assert_code(INNER, VMNETACL_CODE_DIRECTORY_MODE);
}

/* The server says that all is root's; so it could if it were anybody's. */
static void test_file_read_on_fuse_refused(void **state)
{
    struct vmnetacl_error error;
    pid_t server;

    (void)state;
    unit_skip_if_emulated("the requests of FUSE are in this machine's byte order");
    server = lab_fuse_mount(DIRECTORY);
    assert_true(server > 0);
    assert_code(DIRECTORY "/" LAB_FUSE_FILE, VMNETACL_CODE_FILE_FUSE);
    assert_code(DIRECTORY "/missing", VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(symlink(DIRECTORY "/" LAB_FUSE_FILE, SCRATCH "/to-fuse"), 0);
    assert_code(SCRATCH "/to-fuse", VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(mount(DIRECTORY "/" LAB_FUSE_FILE, CONF, NULL, MS_BIND, NULL), 0); /* only the file */
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_FUSE);
    assert_int_equal(umount(CONF), 0);
    assert_int_equal(lab_fuse_unmount(DIRECTORY, server), 0);
    assert_reads(INNER);
}

static void test_file_read_link_in_untrusted_directory_refused(void **state)
{
    (void)state;
    assert_int_equal(symlink(CONF, DIRECTORY "/link"), 0);
    assert_reads(DIRECTORY "/link");
    assert_int_equal(lchown(DIRECTORY "/link", 4242, 4242), 0); /* who owns a link says nothing: its directory counts */
    assert_reads(DIRECTORY "/link");
    assert_int_equal(chmod(DIRECTORY, 0777), 0);
    assert_code(DIRECTORY "/link", VMNETACL_CODE_DIRECTORY_MODE);
    assert_int_equal(chmod(DIRECTORY, 0755), 0);
    /* Through an untrusted directory and out again. */
    assert_int_equal(symlink("directory/../a.conf", SCRATCH "/through"), 0);
    assert_reads(SCRATCH "/through");
    assert_int_equal(chmod(DIRECTORY, 0777), 0);
    assert_code(SCRATCH "/through", VMNETACL_CODE_DIRECTORY_MODE);
}

static void test_file_read_permission_missing_denied(void **state)
{
    struct vmnetacl_error error;
    size_t last;

    (void)state;
    assert_int_equal(chmod(CONF, 0640), 0);
    assert_int_equal(chmod(DIRECTORY, 0750), 0);
    scratch_directory(SCRATCH "/search-only", 0711);
    scratch_write(SCRATCH "/search-only/c.conf", "c");
    assert_int_equal(symlink("directory/b.conf", SCRATCH "/link"), 0);
    scratch_as_user();
    assert_code(CONF, VMNETACL_CODE_FILE_DENIED);
    assert_code(INNER, VMNETACL_CODE_FILE_DENIED);
    assert_code(DIRECTORY "/none", VMNETACL_CODE_FILE_DENIED);
    assert_int_equal(read_with(INNER, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot search its directory " DIRECTORY);
    assert_int_equal(error.system_errno, EACCES);
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot open the file");
    /* Whether it is the directory cannot be found out; it is closed all the same. */
    faults_start();
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    last = faults.calls[FAULT_OPEN];
    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = faults.last = last - 1;
    faults.error = EMFILE;
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_FILE_DENIED);
    assert_string_equal(error.message, "cannot open the file");
    /* Nor, without a descriptor, whether its owner wants it so. */
    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = faults.last = last;
    faults.error = EMFILE;
    assert_int_equal(read_with(CONF, &trust, &error), VMNETACL_CODE_RESOURCES);
    faults_start();
    assert_code(SCRATCH "/link", VMNETACL_CODE_FILE_DENIED);
    assert_reads(SCRATCH "/search-only/c.conf"); /* a directory need not be readable */
    scratch_as_root();
    assert_int_equal(chown(CONF, 0, 4242), 0); /* the per-user idiom: root's, readable by his group */
    scratch_as_user();
    assert_reads(CONF);
    scratch_as_root();
}

/*
 * An access control list, acl(5), as the kernel keeps it, least significant byte first: everybody may read, but not the
 * laboratory's user.
 */
static void set_list_against_user(const char *path)
{
    const uint32_t version = htole32(2);
    const struct {
        uint16_t tag;
        uint16_t permissions;
        uint32_t id;
    } entries[] = {{htole16(0x01), htole16(6), UINT32_MAX},
                   {htole16(0x02), htole16(0), htole32(4242)},
                   {htole16(0x04), htole16(4), UINT32_MAX},
                   {htole16(0x10), htole16(4), UINT32_MAX},
                   {htole16(0x20), htole16(4), UINT32_MAX}}; /* owner, this user, group, mask, others */
    char list[sizeof version + sizeof entries];

    memcpy(list, &version, sizeof version);
    memcpy(list + sizeof version, entries, sizeof entries);
    assert_int_equal(setxattr(path, "system.posix_acl_access", list, sizeof list, 0), 0);
}

static void test_file_read_list_against_user_denied(void **state)
{
    (void)state;
    set_list_against_user(CONF);
    assert_reads(CONF);
    scratch_as_user();
    assert_code(CONF, VMNETACL_CODE_FILE_DENIED);
    scratch_as_root();
}

static const char hidden[] = DIRECTORY "/none/c.conf";

static int read_hidden(const void *argument)
{
    static const char *const directories[] = {"/usr", SCRATCH "/search-only", NULL};
    struct vmnetacl_error error;

    (void)argument;
    CHILD_CHECK(landlock_read_only_below(directories));
    assert_reads(SCRATCH "/search-only/c.conf");
    assert_code(CONF, VMNETACL_CODE_FILE_FORBIDDEN); /* root, who owns it */
    scratch_as_user();
    CHILD_CHECK(read_with(CONF, &trust, &error) == VMNETACL_CODE_FILE_FORBIDDEN);
    CHILD_CHECK(strcmp(error.message, "a security module, not its mode, forbids opening it") == 0);
    CHILD_CHECK(error.system_errno == EACCES);
    CHILD_CHECK(read_with(INNER, &trust, &error) == VMNETACL_CODE_FILE_DENIED); /* that, its owner forbids */
    CHILD_CHECK(read_with(hidden, &trust, &error) == VMNETACL_CODE_FILE_DENIED);
    return 0;
}

/* read_failing FIRST LAST: CONF, when these calls of open(2) fail with EACCES */
static enum vmnetacl_code read_failing(size_t first, size_t last, struct vmnetacl_error *error)
{
    enum vmnetacl_code code;

    faults_start();
    faults.call = FAULT_OPEN;
    faults.first = first;
    faults.last = last;
    faults.error = EACCES;
    code = read_with(CONF, &trust, error);
    faults_start();
    return code;
}

/* As a security module does it, without one: each call of open(2) fails, though the modes permit it. */
static void test_file_read_open_fails_though_permitted_forbidden(void **state)
{
    struct vmnetacl_error error;
    size_t count;

    (void)state;
    faults_start();
    assert_reads(CONF);
    count = faults.calls[FAULT_OPEN];
    assert_int_equal(read_failing(count, count, &error), VMNETACL_CODE_FILE_FORBIDDEN);
    assert_string_equal(error.message, "a security module, not its mode, forbids opening it");
    assert_int_equal(read_failing(count, count + 1, &error), VMNETACL_CODE_FILE_FORBIDDEN); /* "." cannot be opened */
    assert_string_equal(error.message, "a security module, not its mode, forbids searching " SCRATCH);
    assert_int_equal(error.system_errno, EACCES);
    for (size_t i = 2; i < count; i++)
        assert_int_equal(read_failing(i, i, &error), VMNETACL_CODE_FILE_FORBIDDEN);
    assert_int_equal(read_failing(1, 1, &error), VMNETACL_CODE_SYSTEM); /* "/", which no mode forbids */
    assert_int_equal(error.system_errno, EACCES);
}

/* Landlock forbids what modes permit. */
static void test_file_read_security_module_forbids_it(void **state)
{
    struct child_result result;

    (void)state;
    unit_skip_if_emulated("QEMU has no Landlock");
    scratch_directory(SCRATCH "/search-only", 0711);
    scratch_write(SCRATCH "/search-only/c.conf", "c");
    assert_int_equal(chmod(INNER, 0640), 0);
    scratch_directory(DIRECTORY "/none", 0700);
    scratch_write(hidden, "c");
    child_run(read_hidden, NULL, &result);
    child_assert_exit(&result, 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_file_read_owner_other_refused, setup),
        cmocka_unit_test_setup(test_file_read_mode_each_bit, setup),
        cmocka_unit_test_setup(test_file_read_directory_owner_or_mode_refused, setup),
        cmocka_unit_test_setup(test_file_read_sticky_directory_of_a_group_obeyed, setup),
        cmocka_unit_test_setup(test_file_read_on_fuse_refused, setup),
        cmocka_unit_test_setup(test_file_read_link_in_untrusted_directory_refused, setup),
        cmocka_unit_test_setup(test_file_read_permission_missing_denied, setup),
        cmocka_unit_test_setup(test_file_read_list_against_user_denied, setup),
        cmocka_unit_test_setup(test_file_read_open_fails_though_permitted_forbidden, setup),
        cmocka_unit_test_setup(test_file_read_security_module_forbids_it, setup),
    };

    return cmocka_run_group_tests(tests, scratch_setup, teardown);
}
