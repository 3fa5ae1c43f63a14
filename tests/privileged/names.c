/* SPDX-License-Identifier: MIT
 *
 * See names.h.
 */
#define _GNU_SOURCE
#include "names.h"

#include "witness.h"

static size_t processes_before; /* the test's own, and the laboratory's */

void names_rules_reset(void **state)
{
    helper_rules_reset(state);
    lab_command("rm -f " RULES " && mkdir -m 755 " DIRECTORY);
    processes_before = lab_process_count();
}

int names_club_reset(void **state)
{
    names_reset(state);
    lab_text_write(SWITCH, "acl: files [UNAVAIL=continue] qemu\n", 0, 0, 0644);
    helper_rules_write("allow all\n");
    names_rules_write("allow all bridge all\ndeny group vmclub bridge virbr0\n");
    return 0;
}

void names_rules_write(const char *text)
{
    lab_text_write(RULES_FILE, text, 0, 0, 0644);
}

struct lab_result *names_run(void)
{
    return helper_start(&(struct lab_start){.caller = &lab_vmuser});
}

static void nobody_left_assert(void)
{
    const size_t count = lab_process_count_becomes(processes_before);

    if (count != 0)
        fail_msg("there are %zu processes, and there were %zu", count, processes_before);
}

void names_assert_granted(const struct lab_result *result)
{
    helper_assert_granted(result, "virbr0");
    nobody_left_assert();
}

void names_assert_refused(const struct lab_result *result, int code, const char *words)
{
    helper_assert_refused(result, code, words);
    nobody_left_assert();
}

void names_assert_phases_kept(void)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS, HELPER_PLAIN};

    helper_skip_with_service("it traces the process that makes the tap");
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        const struct lab_start start = helper_start_complete(
            &(struct lab_start){.program = programs[i], .caller = i == 3 ? &lab_root : &lab_vmuser});
        struct witness witness = {.caller = start.caller,
                                  .socket_number = LAB_SOCKET_NUMBER,
                                  .may_fork = true,
                                  .has_file_capability = i == 2};
        const struct lab_plan plan = {.visit = witness_visit, .visit_data = &witness};
        struct lab_result *traced = helper_trace(&start, &plan);
        if (witness.fault[0] != '\0')
            fail_msg("%s: %s", programs[i], witness.fault);
        names_assert_granted(traced);
        assert_int_equal(witness.fork_count, 1);
        assert_true(witness.dropped && witness.locked && witness.plugged && witness.handed_over);
    }
}
