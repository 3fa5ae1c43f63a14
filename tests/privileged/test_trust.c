/* SPDX-License-Identifier: MIT
 *
 * Only rules that nobody but root can have written are obeyed: owner, mode and kind of every file, and of every
 * directory and symbolic link on the way to it.
 */
#define _GNU_SOURCE
#include "fuse.h"
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define MORE "/etc/qemu/more.conf"

static void rules_are_refused(void)
{
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, "");
}

static void rules_are_obeyed(void)
{
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

static const struct {
    uid_t uid;
    gid_t gid;
    mode_t mode;
    bool top_trusted;
    bool include_trusted;
} files[] = {
    {0, 0, 0644, true, true},
    {0, 0, 0444, true, true},
    {0, VMGROUP, 0640, true, true},
    {0, 4242, 0644, true, true},
    {0, 0, 0755, true, true},
    {0, 0, 0664, true, false}, /* bridge.conf is in use like this, also as root:kvm 0660 */
    {0, VMGROUP, 0660, true, false},
    {0, 0, 0646, false, false},
    {0, 0, 0666, false, false},
    {4242, 4242, 0644, false, false},
    {4242, 0, 0444, false, false},
    {4243, 4243, 0644, false, false},
    {1, 1, 0644, false, false},
};

static void test_top_file_owner_and_mode(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        print_message("  %u:%u %o\n", files[i].uid, files[i].gid, files[i].mode);
        lab_text_write(RULES, "allow virbr0\n", files[i].uid, files[i].gid, files[i].mode);
        if (files[i].top_trusted)
            rules_are_obeyed();
        else
            rules_are_refused();
    }
}

static void test_include_owner_and_mode(void **state)
{
    (void)state;
    helper_rules_write("allow virbr0\ninclude " MORE "\n");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        print_message("  %u:%u %o\n", files[i].uid, files[i].gid, files[i].mode);
        lab_text_write(MORE, "# nothing\n", files[i].uid, files[i].gid, files[i].mode);
        if (files[i].include_trusted)
            rules_are_obeyed();
        else
            rules_are_refused();
    }
}

static void test_directory_owner_and_mode(void **state)
{
    static const struct {
        const char *owner;
        const char *mode;
        bool trusted;
    } rows[] = {
        {"0:0", "755", true},    {"0:0", "711", true},        {"0:4250", "770", true},
        {"0:4250", "775", true}, {"0:0", "777", false},       {"0:0", "1777", false},
        {"0:0", "757", false},   {"4242:4242", "755", false}, {"4243:4243", "755", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s %s\n", rows[i].owner, rows[i].mode);
        lab_command("chown %s /etc/qemu && chmod %s /etc/qemu", rows[i].owner, rows[i].mode);
        if (rows[i].trusted)
            rules_are_obeyed();
        else
            rules_are_refused();
    }
}

/* The directory above counts as much: whoever may rename there may put another one in its place. */
static void test_directory_above_include_world_writable_refused(void **state)
{
    (void)state;
    lab_command("mkdir -p /etc/qemu/a/b && chmod 755 /etc/qemu/a /etc/qemu/a/b");
    lab_text_write("/etc/qemu/a/b/more.conf", "allow virbr0\n", 0, 0, 0644);
    helper_rules_write("include /etc/qemu/a/b/more.conf\n");
    rules_are_obeyed();
    lab_command("chmod 777 /etc/qemu/a");
    rules_are_refused();
    lab_command("chmod 755 /etc/qemu/a && chown 4242 /etc/qemu/a");
    rules_are_refused();
    lab_command("chown 0 /etc/qemu/a");
    rules_are_obeyed();
}

static void test_include_in_the_callers_home_refused(void **state)
{
    (void)state;
    lab_command("mkdir -p /run/lab/home/mine && chown 4242:4242 /run/lab/home/mine");
    lab_text_write("/run/lab/home/mine/rules.conf", "allow virbr0\n", 0, 0, 0644);
    helper_rules_write("include /run/lab/home/mine/rules.conf\n");
    rules_are_refused();
    lab_command("rm -r /run/lab/home/mine");
}

static void test_symlink_held_by_root_followed(void **state)
{
    (void)state;
    lab_command("mkdir -m 755 /etc/qemu/store && mv " RULES " /etc/qemu/store/real.conf");
    lab_command("ln -s store/real.conf " RULES);
    rules_are_obeyed();
    lab_command("ln -sf /etc/qemu/store/real.conf " RULES);
    rules_are_obeyed();
    lab_command("ln -sf ../qemu/./store/../store/real.conf " RULES);
    rules_are_obeyed();
    /* the whole directory a link, and a link to a link */
    lab_command("ln -sf real.conf /etc/qemu/store/second.conf && ln -sf store/second.conf " RULES);
    rules_are_obeyed();
    lab_command("mv /etc/qemu /etc/qemu.real && ln -s qemu.real /etc/qemu");
    rules_are_obeyed();
    lab_command("rm /etc/qemu && mv /etc/qemu.real /etc/qemu");
}

static void test_symlink_held_by_another_refused(void **state)
{
    (void)state;
    lab_command("mv " RULES " /etc/qemu/real.conf && mkdir -p /run/lab/home/mine && chown 4242 /run/lab/home/mine");
    lab_command("ln -s /etc/qemu/real.conf /run/lab/home/mine/hop && ln -s /run/lab/home/mine/hop " RULES);
    rules_are_refused();
    lab_command("rm -r /run/lab/home/mine");
    /* also where everybody may make links: in a sticky directory such as /tmp */
    lab_command("ln -s /etc/qemu/real.conf /run/lab/home/hop && ln -sf /run/lab/home/hop " RULES);
    rules_are_refused();
    lab_command("rm /run/lab/home/hop");
}

/* NixOS and Guix: the rules are links into a store that its builders may add to. */
static void test_symlink_into_a_sticky_store_followed(void **state)
{
    (void)state;
    lab_command("mkdir -p /run/lab/store/abc-rules && chown 0:4250 /run/lab/store && chmod 1775 /run/lab/store");
    lab_command("mkdir -p -m 755 /etc/vmnet && rm " RULES);
    lab_text_write("/run/lab/store/abc-rules/1.rules", "allow uid 4242 bridge virbr0\n", 0, 0, 0444);
    lab_command("rm -rf /etc/vmnet/rules.d && ln -s /run/lab/store/abc-rules /etc/vmnet/rules.d");
    rules_are_obeyed();
    lab_command("rm /etc/vmnet/rules.d && mkdir /etc/vmnet/rules.d && "
                "ln -s /run/lab/store/abc-rules/1.rules /etc/vmnet/rules.d");
    rules_are_obeyed();
    lab_command("rm -r /etc/vmnet/rules.d && ln -s /run/lab/store/abc-rules /run/lab/store/hop && "
                "chown -h 4242 /run/lab/store/hop && ln -s /run/lab/store/hop /etc/vmnet/rules.d");
    rules_are_refused();
    /* In a directory of rules, to add is as much as to replace. */
    lab_command("rm /etc/vmnet/rules.d && mkdir -m 1775 /etc/vmnet/rules.d && chown 0:4250 /etc/vmnet/rules.d");
    rules_are_refused();
    lab_command("rm -r /etc/vmnet/rules.d /run/lab/store");
}

static void test_include_on_fuse_refused(void **state)
{
    pid_t server;

    (void)state;
    lab_command("mkdir /run/lab/fuse");
    server = lab_fuse_mount("/run/lab/fuse");
    assert_true(server > 0);
    helper_rules_write("include /run/lab/fuse/" LAB_FUSE_FILE "\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, "FUSE");
    assert_int_equal(lab_fuse_unmount("/run/lab/fuse", server), 0);
    lab_text_write("/run/lab/fuse/" LAB_FUSE_FILE, "allow virbr0\n", 0, 0, 0644);
    rules_are_obeyed();
    lab_command("rm -r /run/lab/fuse");
}

/* It is not the same as no file: somebody meant there to be rules. */
static void test_symlink_dangling_or_in_a_circle_refused(void **state)
{
    (void)state;
    lab_command("ln -sf nosuch.conf " RULES);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), 0, "");
    lab_command("rm " RULES " && ln -s bridge.conf " RULES);
    rules_are_refused();
}

static void test_top_not_a_regular_file_refused(void **state)
{
    static const char *const makers[] = {"mkfifo -m 644 " RULES, "mkdir " RULES, "mknod -m 644 " RULES " c 1 3",
                                         "mknod -m 644 " RULES " c 1 5"};

    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        lab_command("rm -rf " RULES " && %s", makers[i]);
        rules_are_refused();
    }
    lab_command("rm -rf " RULES);
}

/*
 * When a process enters the directory "tracing" of debugfs, the kernel mounts tracefs there. Path resolution without
 * this automount finds an empty directory, and an include in it is skipped. With it, the file is found, which is an
 * error. Runs as root, since no other user may enter the directory.
 */
static void test_include_behind_an_automount_is_read(void **state)
{
    const struct lab_start start = {.program = HELPER_PLAIN, .caller = &lab_root};

    (void)state;
    lab_command("mount -t debugfs debugfs /sys/kernel/debug");
    helper_rules_write("allow virbr0\ninclude /sys/kernel/debug/tracing/README\n");
    /* A file of the kernel's has no size, but bytes: it seems to grow. */
    helper_assert_refused(helper_start(&start), EXIT_TEMPFAIL, "/sys/kernel/debug/tracing/README");
    lab_command("umount -R /sys/kernel/debug");
}

static void size_write(size_t size)
{
    enum {
        LINE = 1000
    };
    char *text = malloc(size);

    assert_non_null(text);
    memset(text, '#', size);
    for (size_t i = LINE; i < size; i += LINE)
        text[i] = '\n';
    memcpy(text, "allow virbr0\n", 13);
    text[size - 1] = '\n';
    lab_file_write(RULES, text, size, 0, 0, 0644);
    free(text);
}

static void test_top_file_largest_and_one_more(void **state)
{
    (void)state;
    size_write(16 * 1024 * 1024);
    rules_are_obeyed();
    size_write(16 * 1024 * 1024 + 1);
    rules_are_refused();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_top_file_owner_and_mode, helper_rules_reset),
        cmocka_unit_test_setup(test_include_owner_and_mode, helper_rules_reset),
        cmocka_unit_test_setup(test_directory_owner_and_mode, helper_rules_reset),
        cmocka_unit_test_setup(test_directory_above_include_world_writable_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_include_in_the_callers_home_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_symlink_held_by_root_followed, helper_rules_reset),
        cmocka_unit_test_setup(test_symlink_held_by_another_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_symlink_into_a_sticky_store_followed, helper_rules_reset),
        cmocka_unit_test_setup(test_include_on_fuse_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_symlink_dangling_or_in_a_circle_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_top_not_a_regular_file_refused, helper_rules_reset),
        cmocka_unit_test_setup(test_include_behind_an_automount_is_read, helper_rules_reset),
        cmocka_unit_test_setup(test_top_file_largest_and_one_more, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("trust", tests, helper_world_setup, NULL);
}
