/* SPDX-License-Identifier: MIT
 *
 * The slots that all workers of this machine share. Runs while no other test does: each worker of theirs takes one.
 */
#define _GNU_SOURCE
#include "names.h"

#include "service.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Reserve *data signals for the uid of the workers until the end, with timers, as workers do. */
static void signals_reserve(const void *data)
{
    const unsigned *count = data;
    struct rlimit limit;

    if (setresuid(65534, 65534, 65534) != 0 || getrlimit(RLIMIT_SIGPENDING, &limit) != 0)
        lab_die("the uid of the workers");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_SIGPENDING, &limit) != 0)
        lab_die("setrlimit");
    for (unsigned i = 0; i < *count; i++) {
        timer_t timer;
        if (timer_create(CLOCK_MONOTONIC, NULL, &timer) != 0)
            lab_die("timer_create");
    }
}

/* At most 256 workers of all callers ask at once, so the connections that a service allows a uid are not used up. */
static void test_slots_too_many_at_once_try_again(void **state)
{
    static const unsigned others[] = {255, 256};

    (void)state; /* cmocka's signature */
    nss_vmtest(CLUB_GROUP);
    for (size_t i = 0; i < 2; i++) {
        const pid_t holder = lab_hold(signals_reserve, &others[i]);
        const struct lab_result *asked = names_run();
        const int code = asked->exit_code;
        if (kill(holder, SIGKILL) != 0 || waitpid(holder, NULL, 0) != holder)
            lab_die("holder");
        if (i == 0)
            assert_int_equal(code, EXIT_NOPERM);
        else
            names_assert_refused(asked, EXIT_TEMPFAIL, "too many requests look up names at this moment; try again");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_slots_too_many_at_once_try_again, names_club_reset),
    };

    return cmocka_run_group_tests_name("names_slots", tests, names_world_setup, NULL);
}
