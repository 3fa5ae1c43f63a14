/* SPDX-License-Identifier: MIT
 *
 * switch.conf and rules.d from end to end: which sources are asked, what follows from their answers, and whose files
 * are obeyed. (What the parsers accept, word by word, is the unit tests' matter.)
 */
#define _GNU_SOURCE
#include "names.h"

#include <stdio.h>
#include <string.h>

#define WRONG "permit virbr0\n" /* in either grammar */

static void switch_write(const char *text)
{
    lab_text_write(SWITCH, text, 0, 0, 0644);
}

/* virbr0 is asked for. code 0: granted. */
static void test_switch_verdict_of_each_world(void **state)
{
    static const struct {
        const char *line;  /* of switch.conf; NULL: there is none */
        const char *files; /* of rules.d; NULL: an empty directory */
        const char *qemu;  /* bridge.conf; NULL: there is none */
        int code;
        const char *words;
    } rows[] = {
        /* without a file, as with it: a deny of either counts */
        {NULL, "allow all bridge virbr0\n", NULL, 0, ""},
        {NULL, NULL, "allow virbr0\n", 0, ""},
        {NULL, "allow all bridge virbr0\n", "deny virbr0\n", EXIT_NOPERM, RULES ":1 denies"},
        {NULL, "deny uid 4242 bridge virbr*\n", "allow virbr0\n", EXIT_NOPERM, RULES_FILE ":1 denies"},
        {NULL, "deny uid 4243 bridge virbr*\n", "allow virbr0\n", 0, ""},
        {NULL, NULL, NULL, EXIT_NOPERM, "no rule lets vmuser (uid 4242) use bridge 'virbr0'"},
        {NULL, WRONG, "allow virbr0\n", EXIT_CONFIG, RULES_FILE ":1:1:"},
        {NULL, "allow all bridge virbr0\n", WRONG, EXIT_CONFIG, RULES ":1:"},
        {"acl: files qemu\n", "allow all bridge virbr0\n", "deny virbr0\n", EXIT_NOPERM, "denies"},
        {"acl: qemu files\n", "deny all bridge virbr0\n", "allow virbr0\n", EXIT_NOPERM, "denies"},

        /* a source alone */
        {"acl: files\n", "allow all bridge virbr0\n", "deny virbr0\n", 0, ""},
        {"acl: files\n", NULL, "allow virbr0\n", EXIT_NOPERM, "no rule lets"},
        {"acl: qemu\n", "deny all bridge virbr0\n", "allow virbr0\n", 0, ""},
        {"acl: qemu\n", WRONG, "allow virbr0\n", 0, ""},

        /* the search ends where it is told to */
        {"acl: files [ALLOW=return] qemu\n", "allow all bridge virbr0\n", "deny virbr0\n", 0, ""},
        {"acl: files [SUCCESS=return] qemu\n", "allow all bridge virbr0\n", WRONG, 0, ""},
        {"acl: files [ALLOW=return] qemu\n", "allow all bridge br0\n", "deny virbr0\n", EXIT_NOPERM, RULES ":1 denies"},
        {"acl: files [ALLOW=return] qemu\n", "allow all bridge virbr0\ndeny uid 4242 bridge all\n", "allow virbr0\n",
         EXIT_NOPERM, RULES_FILE ":2 denies"},
        {"acl: files [NOTFOUND=return] qemu\n", "allow all bridge br0\n", "allow virbr0\n", EXIT_NOPERM,
         "no rule lets"},
        {"acl: files [ALLOW=return NOTFOUND=continue] qemu\n", NULL, "allow virbr0\n", 0, ""},

        /* a source that is not there for us; a deny of another still counts */
        {"acl: files [UNAVAIL=continue] qemu\n", WRONG, "allow virbr0\n", 0, ""},
        {"acl: files [UNAVAIL=continue] qemu\n", WRONG, "deny virbr0\n", EXIT_NOPERM, RULES ":1 denies"},
        {"acl: files [UNAVAIL=continue] qemu\n", WRONG, WRONG, EXIT_CONFIG, RULES ":1:"},
        {"acl: files [UNAVAIL=continue] qemu [UNAVAIL=continue]\n", WRONG, WRONG, EXIT_NOPERM, "no rule lets"},

        /* the options of the first allow count, and this bridge does not run STP */
        {NULL, "allow all bridge virbr0 guard\n", NULL, EXIT_CONFIG, "the option 'guard' of " RULES_FILE ":1"},
        {NULL, "allow all bridge virbr0 guard\n", "allow virbr0\n", EXIT_CONFIG, RULES_FILE ":1"},
        {NULL, "allow all bridge virbr0 limit 2\n", NULL, 0, ""},
        {NULL, "allow all bridge virbr0\nallow all bridge virbr0 guard\n", NULL, 0, ""},
        {NULL, "allow all bridge br0 guard\nallow uid 4242 bridge virbr0\n", NULL, 0, ""},
        {NULL, "allow all bridge virbr0 limit 2\ndeny uid 4242 bridge virbr0\n", NULL, EXIT_NOPERM, "denies"},

        /* patterns */
        {NULL, "allow all bridge vir*\n", NULL, 0, ""},
        {NULL, "allow all bridge virbr0*\n", NULL, 0, ""},
        {NULL, "allow all bridge virbr00*\n", NULL, EXIT_NOPERM, "no rule lets"},
        {NULL, "allow all bridge br*\n", NULL, EXIT_NOPERM, "no rule lets"},
        {NULL, "allow all bridge *\n", NULL, EXIT_CONFIG, RULES_FILE ":1:"},
        {NULL, "allow all bridge v*0\n", NULL, EXIT_CONFIG, RULES_FILE ":1:"},
        {NULL, "allow all bridge all\ndeny all bridge v*\n", NULL, EXIT_NOPERM, "denies"},

        /* a switch.conf that is wrong */
        {"", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH},
        {"acl:\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files\nacl: files\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":2:"},
        {"acl: files files\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files ldap\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files [TRYAGAIN=continue]\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files [DENY=continue]\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files [!UNAVAIL=return]\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
        {"acl: files [ALLOW=merge]\n", "allow all bridge all\n", "allow all\n", EXIT_CONFIG, SWITCH ":1:"},
    };

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lab_command("rm -f " SWITCH " " DIRECTORY "/* " RULES);
        if (rows[i].line != NULL)
            switch_write(rows[i].line);
        if (rows[i].files != NULL)
            names_rules_write(rows[i].files);
        if (rows[i].qemu != NULL)
            helper_rules_write(rows[i].qemu);
        struct lab_result *result = names_run();
        if (result->exit_code != rows[i].code)
            fail_msg("row %zu, exit %d, not %d: %s%s%s", i, result->exit_code, rows[i].code,
                     rows[i].line != NULL ? rows[i].line : "", rows[i].files != NULL ? rows[i].files : "",
                     result->stderr_text);
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, rows[i].words);
    }
}

/* Each command spoils what else would grant. */
static void test_switch_and_directory_untrusted_refused(void **state)
{
    static const struct {
        const char *command;
        int code; /* 0: it is still as it should be */
        const char *words;
    } rows[] = {
        {"true", 0, ""},
        {"chown 4242 " SWITCH, EXIT_CONFIG, "cannot obey acl file: " SWITCH},
        {"chmod 664 " SWITCH, EXIT_CONFIG, "cannot obey acl file: " SWITCH},
        {"chmod 646 " SWITCH, EXIT_CONFIG, "cannot obey acl file: " SWITCH},
        {"chmod 600 " SWITCH, EXIT_CONFIG, "cannot read acl file: " SWITCH},
        {"rm " SWITCH " && mkfifo -m 644 " SWITCH, EXIT_CONFIG, SWITCH},
        {"rm " SWITCH " && mkdir " SWITCH, EXIT_CONFIG, SWITCH},
        {"rm " SWITCH " && ln -s /nowhere " SWITCH, EXIT_CONFIG, SWITCH},
        {"rm " SWITCH " && ln -s /run/lab/home/x " SWITCH " && echo 'acl: files' >/run/lab/home/x", EXIT_CONFIG,
         SWITCH},
        {"head -c 1048577 /dev/zero | tr '\\0' '\\n' >" SWITCH, EXIT_CONFIG, SWITCH},
        {"chmod 775 /etc/vmnet", EXIT_CONFIG, SWITCH},
        {"chmod 757 /etc/vmnet", EXIT_CONFIG, SWITCH},
        {"chown 4242 /etc/vmnet", EXIT_CONFIG, SWITCH},
        {"chmod 700 /etc/vmnet", EXIT_CONFIG, "cannot read acl file: " SWITCH},

        {"chown 4242 " RULES_FILE, EXIT_CONFIG, "cannot obey acl file: " RULES_FILE},
        {"chmod 664 " RULES_FILE, EXIT_CONFIG, "cannot obey acl file: " RULES_FILE},
        {"chmod 600 " RULES_FILE, EXIT_CONFIG, "cannot read acl file: " RULES_FILE},
        {"chown :vmgroup " RULES_FILE " && chmod 640 " RULES_FILE, 0, ""},
        {"chown 4242 " DIRECTORY, EXIT_CONFIG, DIRECTORY},
        {"chmod 775 " DIRECTORY, EXIT_CONFIG, DIRECTORY},
        {"chmod 777 " DIRECTORY, EXIT_CONFIG, DIRECTORY},
        {"chmod 711 " DIRECTORY, EXIT_CONFIG, "cannot read acl file: " DIRECTORY},
        {"rm -r " DIRECTORY " && : >" DIRECTORY, EXIT_CONFIG, DIRECTORY},
        {"mkfifo -m 644 " DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"mkdir " DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"ln -s /nowhere " DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"ln -s x.rules " DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"ln -s /dev/zero " DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"echo 'deny all bridge all' >/run/lab/home/x; ln -s /run/lab/home/x " DIRECTORY "/x.rules", EXIT_CONFIG,
         DIRECTORY "/x.rules"},
        {"echo 'deny all bridge all' >/etc/vmnet/x; ln -s ../x " DIRECTORY "/x.rules", EXIT_NOPERM, "x.rules:1 denies"},
        {"head -c 1048577 /dev/zero | tr '\\0' '\\n' >" DIRECTORY "/x.rules", EXIT_CONFIG, DIRECTORY "/x.rules"},
        {"cd " DIRECTORY " && seq -f %g.rules 1 1024 | xargs touch", EXIT_CONFIG, DIRECTORY},
        {"cd " DIRECTORY " && seq -f %g.rules 1 1023 | xargs touch", 0, ""},

        /* names that are not looked at */
        {"echo 'deny all bridge all' >" DIRECTORY "/x", 0, ""},
        {"echo 'deny all bridge all' >" DIRECTORY "/.x.rules", 0, ""},
        {"echo 'deny all bridge all' >" DIRECTORY "/x.rules~", 0, ""},
        {"mkdir " DIRECTORY "/more && echo 'deny all bridge all' >" DIRECTORY "/more/x.rules", 0, ""},
        {"mkfifo " DIRECTORY "/x", 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lab_command("rm -rf /etc/vmnet /run/lab/home/x && mkdir -m 755 /etc/vmnet " DIRECTORY);
        switch_write("acl: files\n");
        names_rules_write("allow uid 4242 bridge virbr0\n");
        lab_command("umask 022; %s", rows[i].command);
        print_message("  %s\n", rows[i].command);
        struct lab_result *result = helper_start(&(struct lab_start){0});
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code, rows[i].words);
    }
}

/* Who may not read a file of rules is not served; whoever may, is. */
static void test_rules_of_a_group_by_every_start(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    lab_text_write(RULES_FILE, "allow all bridge virbr0\n", 0, VMGROUP, 0640);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        names_assert_granted(helper_start(&(struct lab_start){.program = programs[i]}));
        if (i != 1) /* that one vmother may not start */
            names_assert_refused(helper_start(&(struct lab_start){.program = programs[i], .caller = &lab_vmother}),
                                 EXIT_CONFIG, "cannot read acl file: " RULES_FILE);
    }
}

/* A grant without a source that could not be asked is written down as such. */
static void test_switch_degraded_grant_is_logged(void **state)
{
    char record[2048];
    size_t len;

    (void)state;
    switch_write("acl: files [UNAVAIL=continue] qemu\n");
    names_rules_write(WRONG);
    helper_rules_write("allow virbr0\n");
    const int log_fd = lab_log_open();
    struct lab_result *result = names_run();
    const bool is_read = lab_log_read(log_fd, 2000, record, sizeof record, &len);
    lab_log_close(log_fd);
    names_assert_granted(result);
    assert_true(is_read);
    assert_non_null(strstr(record, "granted: user=vmuser uid=4242 bridge=virbr0 tap=tap"));
    assert_non_null(strstr(record, " degraded=" RULES_FILE " rule=" RULES ":1"));
}

/* The texts of who is denied, that name what to do. */
static void test_switch_denial_says_what_to_do(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } rows[] = {
        {"acl: files qemu\n", "add to " DIRECTORY "/50-local.rules (mode 644) the line 'allow uid 4242 bridge virbr0'"},
        {"acl: files\n", "add to " DIRECTORY "/50-local.rules (mode 644) the line 'allow uid 4242 bridge virbr0'"},
        {"acl: qemu\n", "(no file was read); to allow it, add to " RULES
                        " (mode 644) the line 'allow virbr0', which lets every user use the bridge"},
        /* where a rule would count, and nowhere else */
        {"acl: files [NOTFOUND=return] qemu\n",
         "add to " DIRECTORY "/50-local.rules (mode 644) the line 'allow uid 4242 bridge virbr0'"},
        {"acl: qemu [NOTFOUND=return] files\n",
         "add to " RULES " (mode 644) the line 'allow virbr0', which lets every"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        switch_write(rows[i].line);
        names_assert_refused(names_run(), EXIT_NOPERM, rows[i].words);
    }
}

/* A bridge whose name means something else in a rule gets no rule proposed, which would be for all bridges. */
static void test_switch_denial_proposes_no_wider_rule(void **state)
{
    static const char *const names[] = {"--br=all", "--br=br*", "--br=br\xc3\xa4"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct lab_result *result = helper_run(&lab_vmuser, names[i], NULL);
        names_assert_refused(result, EXIT_NOPERM, "to allow it, rename the bridge");
        assert_null(strstr(result->stderr_text, "'allow"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_switch_verdict_of_each_world, names_reset),
        cmocka_unit_test_setup(test_switch_and_directory_untrusted_refused, names_reset),
        cmocka_unit_test_setup(test_rules_of_a_group_by_every_start, names_reset),
        cmocka_unit_test_setup(test_switch_degraded_grant_is_logged, names_reset),
        cmocka_unit_test_setup(test_switch_denial_says_what_to_do, names_reset),
        cmocka_unit_test_setup(test_switch_denial_proposes_no_wider_rule, names_reset),
    };

    return cmocka_run_group_tests_name("switch", tests, names_world_setup, NULL);
}
