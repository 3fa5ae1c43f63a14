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

/* All are allowed but vmclub. A helper that went on without an answer would read bridge.conf next, and grant. */
static int slots_reset(void **state)
{
    names_reset(state);
    lab_text_write(SWITCH, "acl: files [UNAVAIL=continue] qemu\n", 0, 0, 0644);
    helper_rules_write("allow all\n");
    names_rules_write("allow all bridge all\ndeny group vmclub bridge virbr0\n");
    return 0;
}

/* Reserve count signals for the uid of the workers until the end, with timers, as workers do. */
static pid_t signals_reserve(unsigned count)
{
    struct rlimit limit;
    int ready[2];
    char byte;

    if (pipe(ready) != 0)
        lab_die("pipe");
    const pid_t pid = fork();
    if (pid == 0) {
        if (setresuid(65534, 65534, 65534) != 0 || getrlimit(RLIMIT_SIGPENDING, &limit) != 0)
            _exit(1);
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_SIGPENDING, &limit) != 0)
            _exit(1);
        for (unsigned i = 0; i < count; i++) {
            timer_t timer;
            if (timer_create(CLOCK_MONOTONIC, NULL, &timer) != 0)
                _exit(1);
        }
        (void)!write(ready[1], "", 1); /* who waits sees the end otherwise */
        for (;;)
            pause();
    }
    close(ready[1]);
    if (pid < 0 || read(ready[0], &byte, 1) != 1)
        lab_die("timers");
    close(ready[0]);
    return pid;
}

/* At most 256 workers of all callers ask at once, so the connections that a service allows a uid are not used up. */
static void test_slots_too_many_at_once_try_again(void **state)
{
    static const unsigned others[] = {255, 256};

    (void)state; /* cmocka's signature */
    nss_vmtest(CLUB_GROUP);
    for (size_t i = 0; i < 2; i++) {
        const pid_t holder = signals_reserve(others[i]);
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
        cmocka_unit_test_setup(test_slots_too_many_at_once_try_again, slots_reset),
    };

    return cmocka_run_group_tests_name("names_slots", tests, names_world_setup, NULL);
}
