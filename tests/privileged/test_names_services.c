/* SPDX-License-Identifier: MIT
 *
 * A service of nsswitch.conf that cannot answer: whatever it says instead, and wherever it stands, a deny that depends
 * on it is not lost.
 */
#define _GNU_SOURCE
#include "names.h"

#include <stdio.h>
#include <string.h>

/* nsswitch.conf; in each, what vmtest says counts. */
static const struct {
    const char *text;
    bool is_whole; /* all services are there: who is not meant by the deny is granted */
} switches[] = {
    {"passwd: files vmtest\ngroup: files vmtest\n", true},
    {"passwd: vmtest files\ngroup: vmtest files\n", true},
    {"passwd: files vmtest\ngroup: files vmtest\ninitgroups: vmtest\n", true},
    {"passwd: files [NOTFOUND=continue] vmtest\ngroup: files [SUCCESS=merge] vmtest\n", true},
    {"passwd: vmtest [UNAVAIL=continue TRYAGAIN=continue] files\ngroup: vmtest [!SUCCESS=continue] files\n", true},
    {"passwd: vmtest [!success=Continue] files\ngroup: files vmtest\ninitgroups: files [ SUCCESS = continue ] vmtest\n",
     true},
    /* as lax as the C library reads it */
    {"\t passwd \tvmtest[UNAVAIL=continue]files\ngroup : : files vmtest\n", true},
    {"passwd files vmtest\ngroup \v files\v vmtest\n", true},
    {"passwd: files\npasswd: files vmtest\ngroup: files\n group: files vmtest\n", true},
    {"passwd: files vmtest # by hand\ngroup: files # vmtest if it is there\nhosts: files", true},
    {"passwd: files vmtest\ngroup: files vmtest\ninitgroups:\n", true},
    {"passwd: files vmtest\ngroup: files vmtest\ninitgroups: [NOTFOUND=return] files\n", true},
    {"passwd: files vmtest\ngroup: files vmtest\ninitgroups: # as group\n", true},
    {"passwd: vmtest nosuch\ngroup: vmtest nosuch\n", false},
    {"passwd: files nosuch vmtest\ngroup: files nosuch vmtest\n", false},
    {"passwd: nosuch vmtest\ngroup: nosuch [UNAVAIL=continue] vmtest\n", false},
};

static const struct lab_caller remote = {.uid = 6001, .gid = 6001};

static const struct {
    const char *rule;
    const struct lab_caller *caller; /* it is about him */
    const char *functions;           /* of vmtest, that what is said of him may depend on */
} denies[] = {
    {"deny user vmremote bridge virbr0\n", &remote, "getpwnam"},
    {"deny group vmclub bridge virbr0\n", &remote, "getpwuid getgrnam getgrgid initgroups"},
    {"deny gid 7777 bridge virbr0\n", &remote, "getpwuid getgrgid initgroups"},
};

#define KNOWN "user vmremote 6001 6001\ngroup vmclub 7777 vmremote\n"

static const char *const faults[] = {"unavail",  "unavail-esrch", "unavail-silent", "unavail-erange",
                                     "tryagain", "erange",        "enomem",         "illegal"};

static void deny_write(const char *rule)
{
    char text[256];

    snprintf(text, sizeof text, "allow all bridge all\n%s", rule);
    names_rules_write(text);
}

static void test_services_all_answer(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    nss_vmtest(KNOWN);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        for (size_t j = 0; j < sizeof denies / sizeof *denies; j++) {
            print_message("  %s  %s", switches[i].text, denies[j].rule);
            nss_switch_write(switches[i].text);
            deny_write(denies[j].rule);
            names_assert_refused(helper_start(&(struct lab_start){.caller = denies[j].caller}),
                                 switches[i].is_whole ? EXIT_NOPERM : 0, RULES_FILE ":2");
            struct lab_result *result = helper_start(&(struct lab_start){.caller = &lab_vmother});
            if (switches[i].is_whole)
                names_assert_granted(result);
            else if (j > 0) /* vmremote is known, and not he: it depends on what stands in front of what is missing */
                names_assert_refused(result, EXIT_CONFIG, RULES_FILE ":2:");
        }
}

/* A last line that does not end is obeyed by some versions of the C library, and passed over by others. */
static void test_services_torn_line_is_refused(void **state)
{
    (void)state;
    nss_vmtest(KNOWN);
    names_rules_write("deny user vmremote bridge virbr0\nallow all bridge all\n");
    nss_switch_write("group: files\npasswd: files vmtest");
    names_assert_refused(names_run(), EXIT_CONFIG, "cannot look up names for acl file: " RULES_FILE ":1:");
    nss_switch_write("group: files\npasswd: files vmtest\n");
    names_assert_granted(names_run());
}

/* Every call of a function, or one of them alone, as of a service that comes and goes. */
static void fault_try(const char *function, const char *number, const char *fault, const char *where, size_t deny)
{
    char text[256];

    snprintf(text, sizeof text, KNOWN "at %s%s %s\n", function, number, fault);
    nss_vmtest(text);
    struct lab_result *result = helper_start(&(struct lab_start){.caller = denies[deny].caller});
    if (result->exit_code == 0 || result->timed_out || result->term_signal != 0)
        fail_msg("exit %d, at %s%s %s: %s%s%s", result->exit_code, function, number, fault, where, denies[deny].rule,
                 result->stderr_text);
    names_assert_refused(result, 0, RULES_FILE ":2");
}

static void test_services_fault_never_loses_a_deny(void **state)
{
    static const char *const numbers[] = {"", "#1", "#2"};
    char functions[64];

    (void)state;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        nss_switch_write(switches[i].text);
        for (size_t j = 0; j < sizeof denies / sizeof *denies; j++) {
            deny_write(denies[j].rule);
            snprintf(functions, sizeof functions, "%s", denies[j].functions);
            for (char *function = strtok(functions, " "); function != NULL; function = strtok(NULL, " "))
                for (size_t k = 0; k < sizeof faults / sizeof *faults; k++)
                    for (size_t n = 0; n < 3; n++)
                        fault_try(function, numbers[n], faults[k], switches[i].text, j);
        }
    }
}

/* A service that fails in everything, and nobody is meant: there is no answer, and it is told why. */
static void test_services_fault_refuses_who_is_not_meant(void **state)
{
    static const struct {
        const char *fault;
        int code;
    } rows[] = {
        {"unavail", EXIT_CONFIG},   {"unavail-silent", EXIT_CONFIG}, {"unavail-erange", EXIT_CONFIG},
        {"tryagain", EXIT_CONFIG},  {"erange", EXIT_CONFIG},         {"enomem", EXIT_TEMPFAIL},
        {"illegal", EXIT_TEMPFAIL},
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < sizeof denies / sizeof *denies; j++) {
            print_message("  %s %s", rows[i].fault, denies[j].rule);
            snprintf(text, sizeof text, "at any %s\n", rows[i].fault);
            nss_vmtest(text);
            deny_write(denies[j].rule);
            names_assert_refused(names_run(), rows[i].code, "cannot look up names for acl file: " RULES_FILE ":2:");
        }
}

/* Somebody else of the same name, in a service behind the one that cannot answer, is not who is meant. */
static void test_services_fault_before_a_namesake_is_no_answer(void **state)
{
    static const gid_t seven[] = {7777};
    static const struct lab_caller member = {.uid = 4243, .gid = 4243, .groups = seven, .group_count = 1};
    static const struct {
        const char *rules;
        const struct lab_caller *caller;
        const char *function;
    } rows[] = {
        /* vmuser is 4242 in files, vmgroup is 4250 */
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &lab_vmother, "getpwnam"},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &member, "getgrnam"},
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_vmother, "getpwuid"},
    };
    char text[512];

    (void)state;
    nss_switch("vmtest files", "vmtest files", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 2; j++) {
            print_message("  %s%s", j == 0 ? "" : rows[i].function, rows[i].rules);
            snprintf(text, sizeof text,
                     "user vmuser 4243 4243\nuser vmalias 4243 4243\ngroup vmgroup 7777\n"
                     "group vmclub 7778 %s\n%s%s%s\n",
                     i < 2 ? "" : "vmuser", j == 0 ? "" : "at ", j == 0 ? "" : rows[i].function,
                     j == 0 ? "" : " unavail");
            nss_vmtest(text);
            names_rules_write(rows[i].rules);
            names_assert_refused(helper_start(&(struct lab_start){.caller = rows[i].caller}),
                                 j == 0 ? EXIT_NOPERM : EXIT_CONFIG, RULES_FILE ":2");
        }
    /* And who is allowed by another's name is not. */
    nss_vmtest("user vmuser 4243 4243\nat getpwnam unavail\n");
    names_rules_write("allow user vmuser bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_CONFIG, RULES_FILE ":1");
}

/* What files says is enough where it says that somebody is meant; the others need not be asked. */
static void test_services_fault_behind_a_deny_is_a_deny(void **state)
{
    (void)state;
    nss_vmtest("at any unavail\n");
    deny_write("deny user vmuser bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_NOPERM, RULES_FILE ":2 denies");
    deny_write("deny group vmgroup bridge virbr0\n");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &lab_vmuser}), EXIT_NOPERM, RULES_FILE ":2 denies");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &(struct lab_caller){.uid = 4242, .gid = 4242}}),
                         EXIT_NOPERM, RULES_FILE ":2 denies");
}

/* vmuser is in a group of files: that is not the "nobody" at which the search may end. */
static void test_services_behind_one_that_knows_a_group_are_asked(void **state)
{
    static const char line[] = "files [NOTFOUND=return] vmtest";

    (void)state;
    nss_vmtest("group vmclub 7777 vmuser\n");
    deny_write("deny gid 7777 bridge virbr0\n");
    nss_switch("files", line, NULL);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &lab_vmuser}), EXIT_NOPERM, RULES_FILE ":2 denies");
    nss_switch("files", "files", line);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &lab_vmuser}), EXIT_NOPERM, RULES_FILE ":2 denies");
}

/* The administrator's own word that the search ends before a service: then it is not asked. */
static void test_services_behind_notfound_return_are_not_asked(void **state)
{
    (void)state;
    nss_switch("files [NOTFOUND=return] vmtest", "files", NULL);
    nss_vmtest(KNOWN "at any unavail\n");
    deny_write("deny user vmremote bridge virbr0\n");
    names_assert_granted(names_run());
    names_rules_write("allow user vmremote bridge virbr0\n");
    names_assert_refused(helper_start(&(struct lab_start){.caller = &remote}), EXIT_NOPERM, "no rule lets");
}

/* Files that the C library reads as if they were not there, or cannot read. */
static void test_services_nsswitch_missing_or_odd(void **state)
{
    static const struct {
        const char *command;
        int code; /* of who is not meant */
    } rows[] = {
        {"rm -f /etc/nsswitch.conf", 0},
        {": >/etc/nsswitch.conf", 0},
        {"echo 'hosts: files' >/etc/nsswitch.conf", 0},
        {"echo 'passwd: files' >/etc/nsswitch.conf", 0},
        {"printf 'passwd: files\\ngroup: files [NOTFOUND\\n' >/etc/nsswitch.conf", EXIT_CONFIG},
        {"printf 'passwd: files\\ngroup: files [BANANA=return]\\n' >/etc/nsswitch.conf", EXIT_CONFIG},
        {"head -c 70000 /dev/zero | tr '\\0' '#' >/etc/nsswitch.conf", EXIT_CONFIG},
        {"chmod 600 /etc/nsswitch.conf", EXIT_CONFIG},
        {"rm -f /etc/nsswitch.conf && mkdir /etc/nsswitch.conf", EXIT_CONFIG},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s\n", rows[i].command);
        nss_switch("files", "files", NULL);
        lab_command("%s", rows[i].command);
        deny_write("deny group vmgroup bridge virbr0\n");
        names_assert_refused(helper_start(
                                 &(struct lab_start){.caller = &(struct lab_caller){.uid = 4242, .gid = 4242}}),
                             0, RULES_FILE ":2");
        struct lab_result *result = helper_start(&(struct lab_start){.caller = &lab_vmother});
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, RULES_FILE ":2:");
        lab_command("rm -rf /etc/nsswitch.conf");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_services_all_answer, names_reset),
        cmocka_unit_test_setup(test_services_fault_refuses_who_is_not_meant, names_reset),
        cmocka_unit_test_setup(test_services_fault_before_a_namesake_is_no_answer, names_reset),
        cmocka_unit_test_setup(test_services_fault_behind_a_deny_is_a_deny, names_reset),
        cmocka_unit_test_setup(test_services_torn_line_is_refused, names_reset),
        cmocka_unit_test_setup(test_services_behind_one_that_knows_a_group_are_asked, names_reset),
        cmocka_unit_test_setup(test_services_behind_notfound_return_are_not_asked, names_reset),
        cmocka_unit_test_setup(test_services_nsswitch_missing_or_odd, names_reset),
        cmocka_unit_test_setup(test_services_fault_never_loses_a_deny, names_reset),
    };

    return cmocka_run_group_tests_name("names_services", tests, names_world_setup, NULL);
}
