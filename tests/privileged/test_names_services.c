/* SPDX-License-Identifier: MIT
 *
 * A service of nsswitch.conf that cannot answer: whatever it says instead, and wherever it stands, a deny that depends
 * on it is not lost, and rules about others hold.
 */
#define _GNU_SOURCE
#include "names.h"

#include "service.h"

#include <stdio.h>
#include <string.h>

/* nsswitch.conf, as lax as the C library reads it; in each, what vmtest says counts. */
static const struct {
    const char *text;
    bool is_last; /* nothing is asked after vmtest: that it cannot answer is an error */
} switches[] = {
    {"passwd: files vmtest\ngroup: files vmtest\n", true},
    {"passwd: vmtest files\ngroup: vmtest files\n", false},
    {"passwd: files vmtest\ngroup: files vmtest\ninitgroups: vmtest\n", true},
    {"passwd: files [NOTFOUND=continue] vmtest\ngroup: files [SUCCESS=merge] vmtest\n", true},
    {"passwd: vmtest [UNAVAIL=continue TRYAGAIN=continue] files\ngroup: vmtest [!SUCCESS=continue] files\n", false},
    {"passwd: vmtest [!success=Continue] files\ngroup: files vmtest\ninitgroups: files [ SUCCESS = continue ] vmtest\n",
     true},
    {"passwd: files vmtest # by hand\ngroup: files vmtest # if it is there\nhosts: files\n", true},
    {"passwd: vmtest nosuch\ngroup: vmtest nosuch\n", false},
    {"passwd: files nosuch vmtest\ngroup: files nosuch vmtest\n", true},
    {"passwd: nosuch vmtest\ngroup: nosuch [UNAVAIL=continue] vmtest\n", true},
    {"passwd: files vmtest nosuch\ngroup: files [SUCCESS=merge] vmtest [SUCCESS=merge] nosuch\n", true},
};

static const struct lab_caller remote = {.uid = 6001, .gid = 6001};
static const struct lab_caller guest = {.uid = 6002, .gid = 6002};

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
    nss_vmtest(KNOWN "user vmguest 6002 6002\ngroup vmguest 6002\n");
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        for (size_t j = 0; j < sizeof denies / sizeof *denies; j++) {
            print_message("  %s  %s", switches[i].text, denies[j].rule);
            nss_switch_write(switches[i].text);
            deny_write(denies[j].rule);
            names_assert_refused(helper_start(&(struct lab_start){.caller = denies[j].caller}), EXIT_NOPERM,
                                 RULES_FILE ":2");
            names_assert_granted(helper_start(&(struct lab_start){.caller = &guest}));
        }
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

/*
 * The service fails in every call; the deny is not for this local user. If the service is last in its line, the C
 * library reports this, and the request fails. Otherwise all groups of the user have names, none the denied name.
 */
static void test_services_fault_and_a_local_user(void **state)
{
    static const char rule[] = "allow all bridge all\ndeny group vmclub bridge virbr0\n";
    char text[256];

    (void)state;
    names_rules_write(rule);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        for (size_t j = 0; j < sizeof faults / sizeof *faults; j++) {
            if (strstr(switches[i].text, "files") == NULL)
                continue; /* there, no user is local */
            print_message("  %s  %s\n", switches[i].text, faults[j]);
            nss_switch_write(switches[i].text);
            snprintf(text, sizeof text, "at any %s\n", faults[j]);
            nss_vmtest(text);
            /*
             * An illegal status ends the process that asks, and no buffer is large enough, wherever the service stands.
             */
            const bool is_told =
                switches[i].is_last || strcmp(faults[j], "illegal") == 0 || strcmp(faults[j], "erange") == 0;
            if (is_told)
                names_assert_refused(names_run(), 0, "cannot look up names for acl file: " RULES_FILE ":2:");
            else
                names_assert_granted(names_run());
        }
}

/* With Fedora's line, where the service in the middle is not there: rules for local users and groups work. */
static void test_services_missing_in_the_middle_local_users_work(void **state)
{
    static const struct lab_caller bare = {.uid = 4242, .gid = 4242};
    static const struct {
        const char *rules;
        const struct lab_caller *caller;
        int code;
    } rows[] = {
        {"allow user vmuser bridge virbr0\n", &lab_vmuser, 0},
        {"allow user vmuser bridge virbr0\n", &lab_vmother, EXIT_NOPERM},
        {"allow group vmgroup bridge virbr0\n", &lab_vmuser, 0},
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny group nosuch bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny gid 4250 bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny gid 4250 bridge virbr0\n", &lab_root, 0},
        {"allow group nosuch bridge virbr0\nallow user vmuser bridge virbr0\n", &lab_vmuser, 0},
    };

    (void)state;
    nss_switch_write("passwd: files absent vmtest\n"
                     "group: files [SUCCESS=merge] absent [SUCCESS=merge] vmtest\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s", rows[i].rules);
        names_rules_write(rows[i].rules);
        struct lab_result *result = helper_start(&(struct lab_start){.caller = rows[i].caller});
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, "access denied by acl file");
    }
}

/* An allow for a name that a service that is down may know does not match; the others do. */
static void test_services_fault_only_allows_depend_on(void **state)
{
    (void)state;
    nss_vmtest("at any unavail\n");
    names_rules_write("allow user vmremote bridge virbr0\nallow user vmuser bridge virbr0\n");
    names_assert_granted(names_run());
    names_rules_write("allow group vmclub bridge virbr0\nallow all bridge virbr0\n");
    names_assert_granted(names_run());
    /* When nothing else allows it, the reason is told. */
    names_rules_write("allow uid 1 bridge virbr0\nallow group vmclub bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_CONFIG,
                         "cannot look up names for acl file: " RULES_FILE
                         ":2: cannot look up group 'vmclub' (try 'getent group'): Connection refused");
    /* What it would restrict is not had without it. */
    names_rules_write("allow user vmremote bridge virbr0 limit 1\nallow user vmuser bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_CONFIG, RULES_FILE ":1: cannot look up user 'vmremote'");
}

/* The failing service knows the caller; a later one has the same name with another id. The deny must still match. */
static void test_services_fault_before_a_namesake(void **state)
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
    };
    char text[512];

    (void)state;
    nss_switch("vmtest files", "vmtest files", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t j = 0; j < 2; j++) {
            print_message("  %s%s", j == 0 ? "" : rows[i].function, rows[i].rules);
            snprintf(text, sizeof text, "user vmuser 4243 4243\nuser vmalias 4243 4243\ngroup vmgroup 7777\n%s%s%s\n",
                     j == 0 ? "" : "at ", j == 0 ? "" : rows[i].function, j == 0 ? "" : " unavail");
            nss_vmtest(text);
            names_rules_write(rows[i].rules);
            names_assert_refused(helper_start(&(struct lab_start){.caller = rows[i].caller}), EXIT_NOPERM,
                                 RULES_FILE ":2");
        }
}

/*
 * What cannot be told, as SECURITY.md says: the C library hides a service that is down, or that cannot be loaded, where
 * another one answers after it. Then a membership that only this service knows is lost, and so is a second account or a
 * second name.
 */
static void test_services_limits_of_what_can_be_told(void **state)
{
    static const struct lab_caller bare = {.uid = 4242, .gid = 4242};

    (void)state;
    names_rules_write("allow all bridge all\ndeny group vmclub bridge virbr0\n");
    nss_switch("vmtest files", "vmtest files", NULL);
    nss_vmtest(CLUB_GROUP);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &bare}), EXIT_NOPERM, RULES_FILE ":2 denies");
    nss_vmtest(CLUB_GROUP "at any unavail\n");
    names_assert_granted(helper_start(&(struct lab_start){.caller = &bare}));
    nss_switch("files", "files absent", NULL);
    names_assert_granted(helper_start(&(struct lab_start){.caller = &bare}));
    /* In his credentials it is seen, whoever is down. */
    static const gid_t club[] = {7777};
    static const struct lab_caller in_club = {.uid = 4242, .gid = 4242, .groups = club, .group_count = 1};
    nss_switch("vmtest files", "vmtest files", NULL);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &in_club}), EXIT_CONFIG,
                         RULES_FILE ":2: this group is unknown, and may be the caller's group 7777");
    /* Where the service stands last, the C library tells. */
    nss_switch("files vmtest", "files vmtest", NULL);
    names_assert_refused(helper_start(&(struct lab_start){.caller = &bare}), EXIT_CONFIG,
                         RULES_FILE ":2: cannot look up group 'vmclub'");
}

/* If the service "files" says that the deny matches, that is enough: a failure of the other service changes nothing. */
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

/* Files that the C library reads as if they were not there: local users and groups are known all the same. */
static void test_services_nsswitch_missing_or_odd(void **state)
{
    static const char *const commands[] = {
        "rm -f /etc/nsswitch.conf",
        ": >/etc/nsswitch.conf",
        "echo 'hosts: files' >/etc/nsswitch.conf",
        "echo 'passwd: files' >/etc/nsswitch.conf",
        "head -c 70000 /dev/zero | tr '\\0' '#' >/etc/nsswitch.conf",
    };

    (void)state;
    deny_write("deny group vmgroup bridge virbr0\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        print_message("  %s\n", commands[i]);
        nss_switch("files", "files", NULL);
        lab_command("%s", commands[i]);
        names_assert_refused(helper_start(
                                 &(struct lab_start){.caller = &(struct lab_caller){.uid = 4242, .gid = 4242}}),
                             EXIT_NOPERM, RULES_FILE ":2");
        names_assert_granted(helper_start(&(struct lab_start){.caller = &lab_vmother}));
    }
}

/* As many groups as a process can have, in the user database; the first is that of the passwd entry. */
static void test_services_many_groups(void **state)
{
    static const struct {
        const char *many;
        const char *deny;
        int code;
        const char *words;
    } rows[] = {
        {"many vmuser 65535 100000\n", "deny gid 165534 bridge virbr0\n", EXIT_NOPERM, "denies"},
        {"many vmuser 65535 100000\n", "deny gid 100000 bridge virbr0\n", EXIT_NOPERM, "denies"},
        {"many vmuser 65535 100000\n", "deny gid 165535 bridge virbr0\n", 0, ""},
        {"many vmuser 65536 100000\n", "deny gid 165535 bridge virbr0\n", EXIT_CONFIG, RULES_FILE ":2:"},
        {"many vmuser 65536 100000\n", "deny gid 99 bridge virbr0\n", EXIT_CONFIG, RULES_FILE ":2:"},
        {"many vmuser 300000 100000\n", "deny gid 100000 bridge virbr0\n", EXIT_CONFIG, RULES_FILE ":2:"},
    };

    (void)state;
    nss_switch("files", "vmtest", NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char rules[256];
        snprintf(rules, sizeof rules, "allow all bridge all\n%s", rows[i].deny);
        print_message("  %s  %s", rows[i].many, rows[i].deny);
        names_rules_write(rules);
        nss_vmtest(rows[i].many);
        struct lab_result *result = names_run();
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, rows[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_services_all_answer, names_reset),
        cmocka_unit_test_setup(test_services_fault_and_a_local_user, names_reset),
        cmocka_unit_test_setup(test_services_missing_in_the_middle_local_users_work, names_reset),
        cmocka_unit_test_setup(test_services_fault_only_allows_depend_on, names_reset),
        cmocka_unit_test_setup(test_services_fault_before_a_namesake, names_reset),
        cmocka_unit_test_setup(test_services_limits_of_what_can_be_told, names_reset),
        cmocka_unit_test_setup(test_services_fault_behind_a_deny_is_a_deny, names_reset),
        cmocka_unit_test_setup(test_services_behind_notfound_return_are_not_asked, names_reset),
        cmocka_unit_test_setup(test_services_nsswitch_missing_or_odd, names_reset),
        cmocka_unit_test_setup(test_services_fault_never_loses_a_deny, names_reset),
        cmocka_unit_test_setup(test_services_many_groups, names_reset),
    };

    return cmocka_run_group_tests_name("names_services", tests, names_world_setup, NULL);
}
