/* SPDX-License-Identifier: MIT
 *
 * bridge.conf from end to end: what the file says is what the caller gets. (What the parser accepts, byte by byte, is
 * the unit tests' matter; who may own the files is in test_trust.c.)
 */
#define _GNU_SOURCE
#include "helper.h"
#include "landlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MORE  "/etc/qemu/more.conf"
#define THIRD "/etc/qemu/third.conf"

static void more_write(const char *text)
{
    lab_text_write(MORE, text, 0, 0, 0644);
}

/* virbr0 is asked for. code 0: granted. */
static void test_rules_verdict_of_each_world(void **state)
{
    static const struct {
        const char *rules; /* of bridge.conf */
        const char *more;  /* of an included file; NULL: it does not exist */
        int code;
    } rows[] = {
        {"allow virbr0\n", NULL, 0},
        {"allow virbr0", NULL, 0},
        {"allow all\n", NULL, 0},
        {"# comment\n\n   \n allow   virbr0 \n", NULL, 0},
        {"\tallow\tvirbr0\t\n", NULL, 0},
        {"allow br0\nallow virbr0\n", NULL, 0},
        {"include " MORE "\n", "allow virbr0\n", 0},
        {"include " MORE "\nallow virbr0\n", NULL, 0},
        {"include " MORE "\nallow virbr0\n", "", 0},
        {"allow virbr0\ndeny br0\n", NULL, 0},
        {"deny virbr\nallow all\n", NULL, 0},
        {"deny virbr00\nallow all\n", NULL, 0},

        {"", NULL, EXIT_NOPERM},
        {"# allow virbr0\n", NULL, EXIT_NOPERM},
        {"allow br0\n", NULL, EXIT_NOPERM},
        {"allow virbr\n", NULL, EXIT_NOPERM},
        {"allow VIRBR0\n", NULL, EXIT_NOPERM},
        {"allow virbr*\n", NULL, EXIT_NOPERM},
        {"include " MORE "\n", NULL, EXIT_NOPERM},
        {"include " MORE "\n", "allow br0\n", EXIT_NOPERM},

        /* a deny wins in every order, from every file, by name or by all */
        {"allow virbr0\ndeny virbr0\n", NULL, EXIT_NOPERM},
        {"deny virbr0\nallow virbr0\n", NULL, EXIT_NOPERM},
        {"allow all\ndeny virbr0\n", NULL, EXIT_NOPERM},
        {"deny virbr0\nallow all\n", NULL, EXIT_NOPERM},
        {"allow virbr0\ndeny all\n", NULL, EXIT_NOPERM},
        {"deny all\nallow virbr0\n", NULL, EXIT_NOPERM},
        {"allow virbr0\nallow all\ndeny virbr0\nallow virbr0\n", NULL, EXIT_NOPERM},
        {"allow virbr0\ninclude " MORE "\n", "deny virbr0\n", EXIT_NOPERM},
        {"include " MORE "\nallow virbr0\n", "deny virbr0\n", EXIT_NOPERM},
        {"deny virbr0\ninclude " MORE "\n", "allow virbr0\n", EXIT_NOPERM},
        {"include " MORE "\ndeny virbr0\n", "allow virbr0\n", EXIT_NOPERM},
        {"include " MORE "\nallow all\n", "allow all\ndeny all\n", EXIT_NOPERM},

        /* any error anywhere is an error of the whole, wherever the allow stands */
        {"allow virbr0\nnonsense\n", NULL, EXIT_CONFIG},
        {"nonsense\nallow virbr0\n", NULL, EXIT_CONFIG},
        {"allow virbr0\nallow\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ndeny\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ninclude\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ninclude more.conf\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ninclude ./more.conf\n", NULL, EXIT_CONFIG},
        {"allow virbr0\nallow abcdefghijklmnop\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ninclude " MORE "\n", "nonsense\n", EXIT_CONFIG},
        {"include " MORE "\nallow virbr0\n", "nonsense\ndeny virbr0\n", EXIT_CONFIG},
        {"allow virbr0\ninclude " RULES "\n", NULL, EXIT_CONFIG},
        {"allow virbr0\ninclude " MORE "\n", "include " MORE "\n", EXIT_CONFIG},
        {"allow virbr0\ninclude /etc/qemu\n", NULL, EXIT_CONFIG},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        helper_rules_reset(NULL);
        helper_rules_write(rows[i].rules);
        if (rows[i].more != NULL)
            more_write(rows[i].more);
        print_message("  row %zu\n", i);
        const struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
        if (rows[i].code == 0)
            helper_assert_granted(result, "virbr0");
        else
            helper_assert_refused(result, rows[i].code,
                                  rows[i].code == EXIT_NOPERM ? "access denied by acl file" : "/etc/qemu");
    }
}

static void test_rules_error_names_file_and_line(void **state)
{
    (void)state;
    helper_rules_write("allow virbr0\ninclude " MORE "\n");
    more_write("# one\n# two\nalow virbr0\n");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, MORE ":3");
}

static void line_write(size_t len)
{
    char text[5000];

    memset(text, 'x', sizeof text);
    memcpy(text, "allow all\n#", 11);
    text[10 + len] = '\n';
    lab_file_write(RULES, text, 10 + len + 1, 0, 0, 0644);
}

static void test_rules_line_longest_and_one_more(void **state)
{
    (void)state;
    line_write(1023);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    line_write(1024);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, RULES ":2");
}

/* The stock helper reads lines in pieces, and obeys a rule that begins a new piece. */
static void test_rules_hidden_behind_a_long_comment_not_obeyed(void **state)
{
    char text[4096 + 16];

    (void)state;
    memset(text, '#', sizeof text);
    memcpy(text + 4095, "allow virbr0\n", 13);
    lab_file_write(RULES, text, 4095 + 13, 0, 0, 0644);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, RULES ":1");
}

static void test_rules_nul_is_an_error(void **state)
{
    static const char text[] = "allow virbr0\n\0deny virbr0\n";

    (void)state;
    lab_file_write(RULES, text, sizeof text - 1, 0, 0, 0644);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, RULES ":2");
}

/* bridge.conf includes 1.conf, that includes 2.conf …; the last one denies. */
static void chain_write(int depth)
{
    char path[64], text[96];

    for (int i = 0; i <= depth; i++) {
        if (i == 0)
            snprintf(path, sizeof path, RULES);
        else
            snprintf(path, sizeof path, "/etc/qemu/%d.conf", i);
        if (i < depth)
            snprintf(text, sizeof text, "allow all\ninclude /etc/qemu/%d.conf\n", i + 1);
        else
            snprintf(text, sizeof text, "deny br0\n");
        lab_text_write(path, text, 0, 0, 0644);
    }
}

static void test_rules_include_deepest_and_one_more(void **state)
{
    (void)state;
    chain_write(8);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "/etc/qemu/8.conf:1");
    chain_write(9);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, "");
}

/* The idiom of the stock helper's manual: one file for each user or group, which only they can read. */
static void test_include_of_a_group_read_as_the_caller(void **state)
{
    (void)state;
    helper_rules_write("include " MORE "\n");
    lab_text_write(MORE, "allow virbr0\n", 0, VMGROUP, 0640);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    struct lab_result *result = helper_run(&lab_vmother, "--br=virbr0", NULL);
    helper_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
    assert_non_null(strstr(result->stderr_text, "skipped, since you may not read it: " MORE));
    assert_null(strstr(result->stderr_text, "more.conf:"));
    helper_assert_refused(helper_start(
                              &(struct lab_start){.caller = &(struct lab_caller){.uid = 4243, .gid = VMGROUP + 1}}),
                          EXIT_NOPERM, "access denied by acl file");
    helper_assert_granted(helper_start(
                              &(struct lab_start){.caller = &(struct lab_caller){.uid = 4243, .gid = VMGROUP}}),
                          "virbr0");
}

static void test_include_of_a_user_read_as_the_caller(void **state)
{
    (void)state;
    helper_rules_write("include /etc/qemu/vmuser.conf\ninclude /etc/qemu/vmother.conf\n");
    lab_text_write("/etc/qemu/vmuser.conf", "allow virbr0\n", 0, 4242, 0640);
    lab_text_write("/etc/qemu/vmother.conf", "allow br0\n", 0, 4243, 0640);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_granted(helper_run(&lab_vmother, "--br=br0", NULL), "br0");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    helper_assert_refused(helper_run(&lab_vmother, "--br=virbr0", NULL), EXIT_NOPERM, "access denied by acl file");
}

static void test_include_missing_or_not_readable_skipped(void **state)
{
    (void)state;
    lab_command("mkdir -m 700 /etc/qemu/private");
    lab_text_write("/etc/qemu/private/more.conf", "deny all\n", 0, 0, 0644);
    lab_text_write(THIRD, "deny all\n", 0, 0, 0600);
    helper_rules_write("include /etc/qemu/nosuch.conf\ninclude /etc/qemu/private/more.conf\ninclude " THIRD
                       "\nallow virbr0\n");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
}

/* All that the helper needs, but not the rest of /run. */
static void hide_run(int socket_number, void *hook_data)
{
    static const char *const places[] = {"/etc", "/usr", "/dev", "/proc", HELPER_SETUID, NULL};

    (void)socket_number;
    (void)hook_data;
    if (!landlock_read_only_below(places))
        lab_die("landlock");
}

/*
 * A deny in a file that a security module hides is not lost. A caller can bring that about, where he may start programs
 * in a profile of his choice: aa-exec(1). Landlock stands for such a profile.
 */
static void test_include_hidden_by_a_security_module_is_an_error(void **state)
{
    static const char hidden[] = "/run/lab/hidden.conf";
    const struct lab_start start = {.hook_as_root = hide_run};

    (void)state;
    helper_skip_with_service("the service is started by root, in a profile of his choice");
    lab_text_write(hidden, "deny virbr0\n", 0, 0, 0644);
    helper_rules_write("allow virbr0\ninclude /run/lab/hidden.conf\n");
    helper_assert_refused(helper_start(&start), EXIT_CONFIG,
                          "cannot read acl file: /run/lab/hidden.conf: a security module, not its mode, forbids");
    /* Where no switch goes on without it, either. */
    lab_command("mkdir -p /etc/vmnet && echo 'acl: files [UNAVAIL=continue] qemu [UNAVAIL=continue]' "
                ">/etc/vmnet/switch.conf && mkdir -p /etc/vmnet/rules.d && "
                "echo 'allow all bridge virbr0' >/etc/vmnet/rules.d/10.rules");
    helper_assert_refused(helper_start(&start), EXIT_CONFIG, "a security module, not its mode, forbids");
    lab_command("rm -r /etc/vmnet/switch.conf /etc/vmnet/rules.d");
    /* What its owner hides from the caller is skipped as before. */
    lab_text_write(hidden, "deny virbr0\n", 0, 0, 0640);
    helper_assert_granted(helper_start(&start), "virbr0");
    lab_command("rm /run/lab/hidden.conf");
}

/* Any other reason why an include cannot be read is an error, not a skip. */
static void test_include_unreadable_otherwise_is_an_error(void **state)
{
    static const char *const paths[] = {RULES "/below", "/etc/qemu/loop", "/etc/qemu/fifo", "/dev/null",
                                        "/proc/self/mem"};

    (void)state;
    lab_command("ln -s loop /etc/qemu/loop && mkfifo -m 644 /etc/qemu/fifo");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char text[128];
        snprintf(text, sizeof text, "allow virbr0\ninclude %s\n", paths[i]);
        print_message("  %s\n", paths[i]);
        helper_rules_write(text);
        helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, "");
    }
}

static void test_include_read_as_the_caller_by_every_start(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    helper_rules_write("allow virbr0\ninclude " MORE "\n");
    lab_text_write(MORE, "deny virbr0\n", 0, 0, 0600); /* root's alone: nobody's rule */
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        helper_assert_granted(helper_start(&(struct lab_start){.program = programs[i]}), "virbr0");
    helper_assert_refused(helper_start(&(struct lab_start){.caller = &lab_root}), EXIT_NOPERM, MORE ":1");
}

static void test_rules_top_missing_denied(void **state)
{
    (void)state;
    lab_command("rm " RULES);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "access denied by acl file");
    lab_command("rmdir /etc/qemu");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_NOPERM, "access denied by acl file");
}

static void test_rules_top_unreadable_is_an_error(void **state)
{
    (void)state;
    lab_command("chmod 600 " RULES);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, RULES);
    lab_command("chmod 644 " RULES " && chmod 700 /etc/qemu");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG, "");
}

/* The way in which some administrators keep all of it to the users of virtual machines. */
static void test_rules_top_of_a_group_in_a_group_directory_granted(void **state)
{
    (void)state;
    lab_command("chgrp %d /etc/qemu && chmod 770 /etc/qemu", VMGROUP);
    lab_text_write(RULES, "allow virbr0\n", 0, VMGROUP, 0640);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmother, "--br=virbr0", NULL), EXIT_CONFIG, "");
}

static void test_many_rules_granted_and_denied(void **state)
{
    enum {
        COUNT = 100000
    };
    char *text = malloc(COUNT * 16 + 64);
    size_t len = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < COUNT; i++)
        len += (size_t)sprintf(text + len, "allow tt%d\n", i);
    len += (size_t)sprintf(text + len, "allow virbr0\ndeny br0\n");
    lab_file_write(RULES, text, len, 0, 0, 0644);
    free(text);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, RULES ":100002");
}

/* Everything that a caller can see of a denial, for a bridge that exists and for one that does not. */
struct view {
    int exit_code;
    char text[LAB_STDERR_MAX + 1];
    unsigned call_count;
    long calls[1024];
};

static enum lab_action call_note(const struct lab_stop *stop, void *visit_data)
{
    struct view *view = visit_data;

    if (stop->at_entry && stop->ordinal < sizeof view->calls / sizeof *view->calls)
        view->calls[stop->ordinal] = stop->number;
    return LAB_GO;
}

static void denial_view(const char *argument, struct view *view)
{
    const char *const arguments[] = {argument, NULL};
    const struct lab_plan plan = {.visit = call_note, .visit_data = view};

    memset(view, 0, sizeof *view);
    const struct lab_result *result = helper_trace(&(struct lab_start){.arguments = arguments}, &plan);
    helper_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
    view->call_count = result->call_count;
    view->exit_code = result->exit_code;
    memcpy(view->text, result->stderr_text, sizeof view->text);
}

static void test_denial_same_for_existing_and_missing_bridge(void **state)
{
    static const char *const rules[] = {"allow virbr0\n", "allow all\ndeny br0\ndeny qq0\n", "# nothing\n", NULL};
    static struct view existing, missing;

    (void)state;
    helper_skip_with_service("a client that is turned away tries again");
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (rules[i] != NULL)
            helper_rules_write(rules[i]);
        else
            lab_command("rm " RULES);
        denial_view("--br=br0", &existing);
        denial_view("--br=qq0", &missing);
        for (char *name = missing.text; (name = strstr(name, "qq0")) != NULL;)
            memcpy(name, "br0", 3);
        if (i == 1) { /* the rules stand in different lines, which the caller may know: he may read them */
            char *line = strstr(missing.text, "bridge.conf:3");
            assert_non_null(line);
            line[strlen("bridge.conf:")] = '2';
        }
        assert_string_equal(existing.text, missing.text);
        assert_int_equal(existing.exit_code, missing.exit_code);
        assert_int_equal(existing.call_count, missing.call_count);
        assert_memory_equal(existing.calls, missing.calls, sizeof existing.calls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_rules_verdict_of_each_world, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_error_names_file_and_line, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_line_longest_and_one_more, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_hidden_behind_a_long_comment_not_obeyed, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_nul_is_an_error, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_include_deepest_and_one_more, helper_rules_reset),
        cmocka_unit_test_setup(test_include_of_a_group_read_as_the_caller, helper_rules_reset),
        cmocka_unit_test_setup(test_include_of_a_user_read_as_the_caller, helper_rules_reset),
        cmocka_unit_test_setup(test_include_missing_or_not_readable_skipped, helper_rules_reset),
        cmocka_unit_test_setup(test_include_hidden_by_a_security_module_is_an_error, helper_rules_reset),
        cmocka_unit_test_setup(test_include_unreadable_otherwise_is_an_error, helper_rules_reset),
        cmocka_unit_test_setup(test_include_read_as_the_caller_by_every_start, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_top_missing_denied, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_top_unreadable_is_an_error, helper_rules_reset),
        cmocka_unit_test_setup(test_rules_top_of_a_group_in_a_group_directory_granted, helper_rules_reset),
        cmocka_unit_test_setup(test_denial_same_for_existing_and_missing_bridge, helper_rules_reset),
        cmocka_unit_test_setup(test_many_rules_granted_and_denied, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("rules", tests, helper_world_setup, NULL);
}
