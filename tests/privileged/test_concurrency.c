/* SPDX-License-Identifier: MIT
 *
 * Many starts at the same moment, by two users, for two bridges, among them denied ones.
 */
#define _GNU_SOURCE
#include "helper.h"

#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STARTS = 64
};

static void test_many_at_once_each_its_own_tap(void **state)
{
    static const char *const virbr0[] = {"--use-vnet", "--br=virbr0", NULL};
    static const char *const br0[] = {"--br=br0", NULL};
    static const char *const none[] = {"--br=lo", NULL};
    struct lab_child children[STARTS];
    struct lab_result *results = calloc(STARTS, sizeof *results);
    char names[STARTS][IFNAMSIZ];

    (void)state; /* cmocka's signature */
    assert_non_null(results);
    helper_rules_write("allow virbr0\nallow br0\n");
    for (unsigned i = 0; i < STARTS; i++) {
        const struct lab_start start = {
            .program = HELPER_SETUID,
            .caller = i % 2 ? &lab_vmother : &lab_vmuser,
            .arguments = i % 8 == 7  ? none
                         : i % 4 < 2 ? virbr0
                                     : br0,
        };
        lab_spawn(&start, &children[i]);
    }
    for (unsigned i = 0; i < STARTS; i++)
        lab_collect(&children[i], &results[i]);

    unsigned granted = 0;
    for (unsigned i = 0; i < STARTS; i++) {
        unsigned flags;
        if (i % 8 == 7) {
            assert_int_equal(results[i].exit_code, EXIT_NOPERM);
            assert_int_equal(results[i].fd_count, 0);
            continue;
        }
        const struct lab_link link = helper_assert_granted(&results[i], i % 4 < 2 ? "virbr0" : "br0");
        assert_true(lab_tap_identify(results[i].tap_fd, names[granted], &flags));
        assert_non_null(strstr(link.alias, i % 2 ? "4243" : "4242"));
        for (unsigned j = 0; j < granted; j++)
            assert_string_not_equal(names[j], names[granted]);
        granted++;
    }
    assert_int_equal(lab_tap_count(), granted);
    for (unsigned i = 0; i < STARTS; i++)
        lab_result_release(&results[i]);
    assert_true(lab_tap_count_becomes(0));
    free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_many_at_once_each_its_own_tap, helper_rules_reset),
    };

    return cmocka_run_group_tests_name("concurrency", tests, helper_world_setup, NULL);
}
