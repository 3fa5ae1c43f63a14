/* SPDX-License-Identifier: MIT
 *
 * A helper that is linked statically cannot look up a name: it says so and refuses, and is like any other where no name
 * matters.
 */
#include "helper.h"

#define RULES_FILE "/etc/vmnet/rules.d/1.rules"

static int directory_setup(void **state)
{
    helper_rules_reset(state);
    lab_command("rm -rf /etc/vmnet/rules.d && mkdir -m 755 /etc/vmnet/rules.d");
    return 0;
}

static int directory_teardown(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    lab_command("rm -rf /etc/vmnet/rules.d");
    return 0;
}

static void test_static_name_that_matters_refused(void **state)
{
    static const char *const rules[] = {
        "allow user vmuser bridge virbr0\n", "deny user vmother bridge virbr0\n",
        "deny group vmgroup bridge virbr0\nallow all bridge virbr0\n",
        "deny gid 7 bridge all\n", /* is he in it, by the user database? */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        lab_text_write(RULES_FILE, rules[i], 0, 0, 0644);
        print_message("  %s", rules[i]);
        helper_assert_refused(helper_run(&lab_vmuser, "--br=virbr0", NULL), EXIT_CONFIG,
                              "cannot look up names for acl file: " RULES_FILE ":1: this build cannot look up names");
    }
}

static void test_static_no_name_matters_as_any_other(void **state)
{
    (void)state;
    lab_text_write(RULES_FILE,
                   "allow user vmother bridge br0\ndeny uid 4243 bridge virbr0\nallow gid 4250 bridge br0\n", 0, 0,
                   0644);
    helper_assert_granted(helper_run(&lab_vmuser, "--br=virbr0", NULL), "virbr0");
    helper_assert_refused(helper_run(&lab_vmother, "--br=virbr0", NULL), EXIT_NOPERM,
                          RULES_FILE ":2 denies bridge 'virbr0'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_static_name_that_matters_refused, directory_setup, directory_teardown),
        cmocka_unit_test_setup_teardown(test_static_no_name_matters_as_any_other, directory_setup, directory_teardown),
    };

    return cmocka_run_group_tests_name("names_static", tests, helper_world_setup, NULL);
}
