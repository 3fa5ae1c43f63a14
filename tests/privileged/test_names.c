/* SPDX-License-Identifier: MIT
 *
 * Rules for users and groups, from end to end: who is meant by them.
 */
#define _GNU_SOURCE
#include "names.h"

#include <stdio.h>
#include <string.h>

static const gid_t club[] = {7777};
static const struct lab_caller in_club = {.uid = 4242, .gid = 4242, .groups = club, .group_count = 1};
static const struct lab_caller club_first = {.uid = 4242, .gid = 7777};
static const struct lab_caller bare = {.uid = 4242, .gid = 4242};
static const struct lab_caller newgrp = {.uid = 4242, .gid = 4250}; /* his own group is gone from the process */
static const struct lab_caller remote = {.uid = 6001, .gid = 6001};
static const gid_t no_name[] = {4711};
static const struct lab_caller nameless = {.uid = 4245, .gid = 4245, .groups = no_name, .group_count = 1};
static const struct lab_caller nobody_knows = {.uid = 5999, .gid = 5999};

/* virbr0 is asked for. code 0: granted. */
static void test_names_verdict_of_each_world(void **state)
{
    static const struct {
        const char *rules;
        const struct lab_caller *caller;
        int code;
    } rows[] = {
        /* users: by the name service, whoever lists them */
        {"allow user vmuser bridge virbr0\n", &lab_vmuser, 0},
        {"allow user vmuser bridge virbr0\n", &lab_vmother, EXIT_NOPERM},
        {"allow user vmguest bridge virbr0\n", &nobody_knows, EXIT_NOPERM},
        {"allow user vmremote bridge virbr0\n", &remote, 0},
        {"allow user vmremote bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"deny user vmuser bridge virbr0\nallow all bridge all\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny user vmuser bridge br0\n", &lab_vmuser, 0},
        {"allow user root bridge virbr0\n", &lab_root, 0},
        {"allow all bridge all\ndeny user root bridge virbr0\n", &lab_root, EXIT_NOPERM},

        /* a name is not a number, and nobody has these */
        {"allow user 4242 bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny user 4242 bridge virbr0\n", &lab_vmuser, 0},
        {"allow group 4242 bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow user vmnobody bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow group vmnobody bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny user vmnobody bridge virbr0\n", &lab_vmuser, 0},
        {"allow all bridge all\ndeny group vmnobody bridge virbr0\n", &lab_vmuser, 0},

        /* groups: for an allow, those of the process */
        {"allow group vmgroup bridge virbr0\n", &lab_vmuser, 0},
        {"allow group vmgroup bridge virbr0\n", &lab_vmother, EXIT_NOPERM},
        {"allow group vmgroup bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow gid 4250 bridge virbr0\n", &lab_vmuser, 0},
        {"allow gid 4250 bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow group vmuser bridge virbr0\n", &bare, 0},
        {"allow group vmclub bridge virbr0\n", &in_club, 0},
        {"allow group vmclub bridge virbr0\n", &club_first, 0},
        {"allow group vmclub bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow gid 7777 bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},

        /* for a deny, those of the user database as well: a user cannot avoid it by leaving a group */
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny gid 4250 bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmgroup bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny gid 4250 bridge virbr0\n", &lab_vmother, 0},
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny gid 7777 bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &club_first, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &lab_root, 0},
        {"allow all bridge all\ndeny group vmuser bridge virbr0\n", &newgrp, EXIT_NOPERM},
        {"allow all bridge all\ndeny gid 7777 bridge br0\n", &bare, 0},

        /* a second name for a uid, and for a gid */
        {"allow user vmtwin bridge virbr0\n", &lab_vmuser, 0},
        {"allow group vmtwins bridge virbr0\n", &lab_vmuser, 0},
        {"allow all bridge all\ndeny user vmtwin bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmtwins bridge virbr0\n", &lab_vmuser, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmtwins bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmtwins bridge virbr0\n", &lab_vmother, 0},

        /* a group without a name may be the one that is unknown, but not one that has another gid */
        {"allow all bridge all\ndeny group vmnobody bridge virbr0\n", &nameless, EXIT_CONFIG},
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &nameless, 0},
        {"allow all bridge all\ndeny gid 7777 bridge virbr0\n", &nameless, 0},
        {"allow all bridge all\ndeny gid 4711 bridge virbr0\n", &nameless, EXIT_NOPERM},

        /* a caller without an account may be any user, under an id from subuid(5): a deny that may match is an error */
        {"allow all bridge all\ndeny group vmclub bridge virbr0\n", &nobody_knows, EXIT_CONFIG},
        {"allow all bridge all\ndeny gid 4250 bridge virbr0\n", &nobody_knows, EXIT_CONFIG},
        {"allow all bridge all\ndeny user vmuser bridge virbr0\n", &nobody_knows, EXIT_CONFIG},
        {"allow all bridge all\ndeny user vmnobody bridge virbr0\n", &nobody_knows, EXIT_CONFIG},
        {"allow all bridge all\ndeny user vmuser bridge br0\n", &nobody_knows, 0},
        {"allow user vmuser bridge virbr0\nallow uid 5999 bridge virbr0\n", &nobody_knows, 0},
        {"allow all bridge all\ndeny gid 5999 bridge virbr0\n", &nobody_knows, EXIT_NOPERM},

        /* several together */
        {"allow all bridge all\ndeny user vmnobody bridge all\ndeny group vmclub bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow all bridge all\ndeny group vmnobody bridge all\ndeny user vmuser bridge virbr0\n", &bare, EXIT_NOPERM},
        {"allow group vmgroup bridge virbr*\ndeny group vmclub bridge virbr1*\n", &lab_vmuser, 0},
        {"allow group vmgroup bridge virbr*\ndeny group vmclub bridge virbr*\n", &lab_vmuser, EXIT_NOPERM},
    };

    (void)state; /* cmocka's signature, here and below */
    names_accounts(
        CLUB_GROUP
        "user vmremote 6001 6001\nuser vmtwin 4242 4242\nuser vmplain 4245 4245\ngroup vmplain 4245\ngroup vmtwins 4250\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        names_rules_write(rows[i].rules);
        struct lab_result *result = helper_start(&(struct lab_start){.caller = rows[i].caller});
        if (result->exit_code != rows[i].code)
            fail_msg("row %zu: %d, not %d: %s%s", i, result->exit_code, rows[i].code, rows[i].rules,
                     result->stderr_text);
        if (rows[i].code == 0)
            names_assert_granted(result);
        else
            names_assert_refused(result, rows[i].code,
                                 rows[i].code == EXIT_NOPERM   ? "access denied by acl file"
                                 : rows[i].caller == &nameless ? "may be the caller's group 4711"
                                                               : "the caller, uid 5999, has no account");
    }
}

/* A deny of a group in bridge.conf's world: the sources are asked together. */
static void test_names_deny_counts_over_another_source(void **state)
{
    (void)state;
    helper_rules_write("allow all\n");
    names_rules_write("deny group vmclub bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_NOPERM, RULES_FILE ":1 denies bridge 'virbr0' to vmuser (uid 4242)");
    names_rules_write("deny group vmnobody bridge virbr0\n");
    names_assert_granted(names_run());
    helper_rules_write("allow virbr0\ndeny all\n");
    names_rules_write("allow group vmgroup bridge virbr0\n");
    names_assert_refused(names_run(), EXIT_NOPERM, RULES ":2 denies bridge 'virbr0'");
}

/* An answer that names decide ends the search as any other. */
static void test_names_switch_actions_obeyed(void **state)
{
    static const struct {
        const char *line;  /* of switch.conf */
        const char *files; /* of rules.d */
        const char *qemu;  /* bridge.conf */
        int code;
        const char *words;
    } rows[] = {
        {"acl: files [ALLOW=return] qemu\n", "allow user vmuser bridge virbr0\n", "deny virbr0\n", 0, ""},
        {"acl: files [ALLOW=return] qemu\n", "allow user vmother bridge virbr0\n", "deny virbr0\n", EXIT_NOPERM,
         RULES ":1 denies"},
        {"acl: files [ALLOW=return] qemu\n", "allow all bridge virbr0\ndeny group vmclub bridge all\n",
         "allow virbr0\n", EXIT_NOPERM, RULES_FILE ":2 denies"},
        {"acl: qemu [UNAVAIL=continue] files\n", "deny group vmclub bridge all\n", "permit virbr0\n", EXIT_NOPERM,
         "denies"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("  %s  %s", rows[i].line, rows[i].files);
        lab_text_write(SWITCH, rows[i].line, 0, 0, 0644);
        names_rules_write(rows[i].files);
        helper_rules_write(rows[i].qemu);
        if (rows[i].code == 0)
            names_assert_granted(names_run());
        else
            names_assert_refused(names_run(), rows[i].code, rows[i].words);
    }
}

enum {
    GROUPS = 65536,
    FIRST = 100000
};

/* As many groups as a process can have: the last of them counts, for an allow and for a deny. */
static void test_names_many_groups_in_credentials(void **state)
{
    static gid_t groups[GROUPS];
    const struct lab_caller caller = {.uid = 4242, .gid = 4242, .groups = groups, .group_count = GROUPS};
    const struct lab_start start = {.caller = &caller};

    (void)state;
    for (size_t i = 0; i < GROUPS; i++)
        groups[i] = (gid_t)(FIRST + i);
    names_accounts("group vmlast 165535\ngroup vmnext 165536\n");
    names_rules_write("allow group vmlast bridge virbr0\n");
    names_assert_granted(helper_start(&start));
    names_rules_write("allow group vmnext bridge virbr0\n");
    names_assert_refused(helper_start(&start), EXIT_NOPERM, "access denied by acl file");
    names_rules_write("allow all bridge all\ndeny group vmlast bridge virbr0\n");
    names_assert_refused(helper_start(&start), EXIT_NOPERM, RULES_FILE ":2 denies");
    /*
     * For this one each group's name is asked for, which takes a slow machine longer than the time that all names have.
     */
    const struct lab_caller caller_of_fewer = {.uid = 4242, .gid = 4242, .groups = groups, .group_count = GROUPS / 16};
    names_rules_write("allow all bridge all\ndeny group vmnext bridge virbr0\n");
    names_assert_granted(helper_start(&(struct lab_start){.caller = &caller_of_fewer}));
}

/* A group with more members than fit into any first buffer. */
static void test_names_group_of_many_members(void **state)
{
    enum {
        MEMBERS = 300000
    };
    static char text[MEMBERS * 10 + 256];
    size_t len = (size_t)sprintf(text, "vmcrowd:x:7800:");

    (void)state;
    for (int i = 0; i < MEMBERS; i++)
        len += (size_t)sprintf(text + len, "u%d,", i);
    sprintf(text + len, "vmuser");
    lab_file_write("/run/lab/crowd", text, strlen(text), 0, 0, 0600);
    lab_command("cp /etc/group /run/lab/group && { cat /run/lab/crowd; echo; } >>/etc/group");
    names_rules_write("allow all bridge all\ndeny group vmcrowd bridge virbr0\n");
    struct lab_result *denied = helper_start(&(struct lab_start){.caller = &bare});
    const int denied_code = denied->exit_code;
    struct lab_result *granted = helper_start(&(struct lab_start){.caller = &lab_vmother});
    lab_command("cp /run/lab/group /etc/group");
    assert_int_equal(denied_code, EXIT_NOPERM);
    names_assert_granted(granted);
}

/* Who has the uid of the process that looks up names could stop and limit it. */
static void test_names_caller_with_the_workers_uid_refused(void **state)
{
    static const struct lab_caller worker = {.uid = 65534, .gid = 65534};
    static const char *const rules[] = {
        "allow all bridge all\ndeny group vmclub bridge virbr0\n",
        "allow user nobody bridge virbr0\n",
    };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        names_rules_write(rules[i]);
        names_assert_refused(helper_start(&(struct lab_start){.caller = &worker}), EXIT_CONFIG,
                             "names cannot be looked up for uid 65534");
    }
    names_rules_write("allow uid 65534 bridge virbr0\ndeny user vmuser bridge br0\n");
    names_assert_granted(helper_start(&(struct lab_start){.caller = &worker}));
}

/* What is denied looks the same whether there is such a bridge. */
static void test_names_denial_same_for_existing_and_missing_bridge(void **state)
{
    static const char *const rules[] = {"deny group vmclub bridge all\n", "allow group vmclub bridge all\n",
                                        "allow uid 1 bridge all\n"};
    static const char *const existing[] = {"--br=virbr0", NULL};
    static const char *const missing[] = {"--br=virbr7", NULL};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char text[LAB_STDERR_MAX + 1];
        names_rules_write(rules[i]);
        struct lab_result *result = helper_start(&(struct lab_start){.arguments = existing});
        names_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
        snprintf(text, sizeof text, "%s", result->stderr_text);
        for (char *at; (at = strstr(text, "virbr0")) != NULL;)
            at[5] = '7';
        result = helper_start(&(struct lab_start){.arguments = missing});
        names_assert_refused(result, EXIT_NOPERM, "access denied by acl file");
        assert_string_equal(result->stderr_text, text);
    }
}

/* The commonest report of all: the user was added to the group after login. */
static void test_names_group_since_login_is_told(void **state)
{
    const struct lab_start start = {.caller = &bare};
    struct lab_result *result;

    (void)state;
    helper_rules_write("include /etc/qemu/group.conf\n");
    lab_text_write("/etc/qemu/group.conf", "allow virbr0\n", 0, 4250, 0640);
    names_rules_write("\n");
    result = helper_start(&start);
    names_assert_refused(result, EXIT_NOPERM, "log in again: you are in the group that may read the skipped file");
    assert_null(strstr(result->stderr_text, "the line 'allow"));
    names_assert_refused(helper_run(&lab_vmother, "--br=virbr0", NULL), EXIT_NOPERM, "skipped, since you may not read");
    names_rules_write("\nallow group vmgroup bridge virbr0\n");
    names_assert_refused(helper_start(&start), EXIT_NOPERM,
                         "log in again: " RULES_FILE ":2 allows it to a group that you are in");
    names_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL));
    lab_command("rm /etc/qemu/group.conf /etc/qemu/bridge.conf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_names_group_since_login_is_told, names_reset),
        cmocka_unit_test_setup(test_names_verdict_of_each_world, names_reset),
        cmocka_unit_test_setup(test_names_deny_counts_over_another_source, names_reset),
        cmocka_unit_test_setup(test_names_switch_actions_obeyed, names_reset),
        cmocka_unit_test_setup(test_names_many_groups_in_credentials, names_reset),
        cmocka_unit_test_setup(test_names_group_of_many_members, names_reset),
        cmocka_unit_test_setup(test_names_caller_with_the_workers_uid_refused, names_reset),
        cmocka_unit_test_setup(test_names_denial_same_for_existing_and_missing_bridge, names_reset),
    };

    return cmocka_run_group_tests_name("names", tests, names_world_setup, NULL);
}
