/* SPDX-License-Identifier: MIT
 *
 * The system's log: one record for each grant and each denial, and a log that does not work stops nobody.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

enum {
    RECORD_SIZE = 4096,
    PROMPT_MS = 60000
};

static int log_fd = -1;
static char record[RECORD_SIZE];
static size_t record_len;

static int log_setup(void **state)
{
    log_fd = lab_log_open();
    return helper_rules_reset(state);
}

static int log_teardown(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    lab_log_close(log_fd);
    return 0;
}

static void record_must_have(const char *words)
{
    if (strstr(record, words) == NULL)
        fail_msg("no \"%s\" in: %s", words, record);
}

/* Exactly one record has come, of facility authpriv, all printable ASCII. */
static void one_record_take(void)
{
    char more[RECORD_SIZE];
    size_t more_len;
    char *rest;

    assert_true(lab_log_read(log_fd, 0, record, sizeof record, &record_len));
    assert_false(lab_log_read(log_fd, 0, more, sizeof more, &more_len));
    print_message("  %s\n", record);
    assert_int_equal(record[0], '<');
    const long priority = strtol(record + 1, &rest, 10);
    assert_int_equal(*rest, '>');
    assert_int_equal(priority & LOG_FACMASK, LOG_AUTHPRIV);
    record_must_have("vmnet-helper");
    for (size_t i = 0; i < record_len; i++)
        if (record[i] < 0x20 || record[i] > 0x7e)
            fail_msg("byte %zu is 0x%02x", i, (unsigned char)record[i]);
}

static void test_grant_one_record_with_everything(void **state)
{
    char name[IFNAMSIZ];
    unsigned flags;

    (void)state;
    helper_rules_write("# one\nallow br0\nallow virbr0\n");
    struct lab_result *result = helper_run(&lab_vmuser, "--br=virbr0", NULL);
    helper_assert_granted(result, "virbr0");
    assert_true(lab_tap_identify(result->tap_fd, name, &flags));
    one_record_take();
    record_must_have("vmuser");
    record_must_have("4242");
    record_must_have("virbr0");
    record_must_have(name);
    record_must_have(RULES ":3");
}

static void test_denial_by_a_rule_one_record(void **state)
{
    (void)state;
    helper_rules_write("allow all\ndeny br0\n");
    helper_assert_refused(helper_run(&lab_vmother, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    one_record_take();
    record_must_have("vmother");
    record_must_have("4243");
    record_must_have("br0");
    record_must_have(RULES ":2");
}

static void test_denial_without_a_rule_one_record(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    one_record_take();
    record_must_have("vmuser");
    record_must_have("4242");
    record_must_have("br0");
}

/* A user without a name: the record has the number. */
static void test_caller_without_a_name_one_record(void **state)
{
    (void)state;
    const struct lab_start start = {.caller = &(struct lab_caller){.uid = 55555, .gid = 55555}};
    helper_assert_granted(helper_start(&start), "virbr0");
    one_record_take();
    record_must_have("55555");
}

/* Bytes that an interface's name may have and a log may not: escaped, and so one record still. */
static void test_record_escapes_what_is_not_printable_ascii(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=\xc3\xa4\xff\x9b\\x41", NULL), EXIT_NOPERM, "access denied");
    one_record_take();
}

/* A long or odd argument can neither forge a field of a record nor hide one. */
static void test_usage_error_makes_no_grant_record(void **state)
{
    (void)state;
    helper_assert_refused(helper_run(&lab_vmuser, "--br=a\n<86>forged", NULL), EXIT_USAGE, "");
    while (lab_log_read(log_fd, 0, record, sizeof record, &record_len))
        assert_null(strstr(record, "\n"));
}

static void test_log_missing_granted_and_refused(void **state)
{
    (void)state;
    lab_command("rm /dev/log");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
}

static void test_log_without_reader_granted_and_refused(void **state)
{
    (void)state;
    lab_command("cp -a /dev/log /dev/log.other && mv /dev/log.other /dev/log");
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
}

static void test_log_something_else_granted_and_refused(void **state)
{
    static const char *const makers[] = {"touch /dev/log", "mkdir /dev/log", "mkfifo -m 666 /dev/log"};

    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        lab_command("rm -rf /dev/log && %s", makers[i]);
        helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
        helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    }
    lab_command("rm -rf /dev/log");
}

/* A logger that hangs: the guest does start, and not minutes later. */
static void test_log_full_granted_and_refused_in_time(void **state)
{
    (void)state;
    assert_true(lab_log_fill() > 0);
    long long begin = lab_now_ms();
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    assert_true(lab_now_ms() - begin < PROMPT_MS);
    begin = lab_now_ms();
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    assert_true(lab_now_ms() - begin < PROMPT_MS);
}

/* What a log can believe: the kernel says who sent the record, and that is the user named in the record. */
static void test_record_sent_with_the_ids_of_the_caller(void **state)
{
    (void)state;
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    one_record_take();
    record_must_have("uid=4242");
    assert_int_equal(lab_log_sender.uid, 4242);
    assert_int_equal(lab_log_sender.gid, 4242);
    helper_assert_refused(helper_run(&lab_vmother, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    one_record_take();
    record_must_have("uid=4243");
    assert_int_equal(lab_log_sender.uid, 4243);
}

static void require_log(void)
{
    lab_text_write("/etc/vmnet/switch.conf", "acl: files qemu\nlog: required\n", 0, 0, 0644);
}

static void test_log_required_and_there_granted(void **state)
{
    (void)state;
    require_log();
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    one_record_take();
    record_must_have("granted: ");
    lab_command("rm /etc/vmnet/switch.conf");
}

static void test_log_required_and_full_refused(void **state)
{
    (void)state;
    require_log();
    assert_true(lab_log_fill() > 0);
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_TEMPFAIL,
                          "the system log takes no record: Resource temporarily unavailable");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    lab_command("rm /etc/vmnet/switch.conf");
}

static void test_log_required_and_missing_refused(void **state)
{
    (void)state;
    require_log();
    lab_command("rm /dev/log");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_TEMPFAIL, "there is no system log at");
    helper_assert_refused(helper_run(&lab_vmuser, "--br=br0", NULL), EXIT_NOPERM, "access denied by acl file");
    lab_command("rm /etc/vmnet/switch.conf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_grant_one_record_with_everything, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_denial_by_a_rule_one_record, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_denial_without_a_rule_one_record, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_caller_without_a_name_one_record, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_record_escapes_what_is_not_printable_ascii, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_usage_error_makes_no_grant_record, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_missing_granted_and_refused, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_without_reader_granted_and_refused, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_something_else_granted_and_refused, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_record_sent_with_the_ids_of_the_caller, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_required_and_there_granted, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_required_and_full_refused, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_required_and_missing_refused, log_setup, log_teardown),
        cmocka_unit_test_setup_teardown(test_log_full_granted_and_refused_in_time, log_setup, log_teardown),
    };

    return cmocka_run_group_tests_name("log", tests, helper_world_setup, NULL);
}
