/* SPDX-License-Identifier: MIT */
/* The sane process, and the descriptors that are closed. Each case in a child that is anything but sane. */
#include "child.h"
#include "process.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sysexits.h>
#include <time.h>

extern char **environ;

static int check_environment(const void *unused)
{
    (void)unused;
    CHILD_CHECK(setenv("LD_PRELOAD", "/x", 1) == 0 && setenv("TZ", "/x", 1) == 0);
    (void)umask(0);
    CHILD_CHECK(chdir("/proc") == 0);
    process_make_sane(1);
    CHILD_CHECK(environ == NULL || *environ == NULL);
    CHILD_CHECK(getenv("PATH") == NULL && getenv("TZ") == NULL);
    CHILD_CHECK(umask(0) == 077);
    CHILD_CHECK(strcmp(getcwd((char[8]){""}, 8), "/") == 0);
    return 0;
}

static int check_signals(const void *unused)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigset_t set;

    (void)unused;
    for (int number = 1; number <= SIGSYS; number++)
        CHILD_CHECK(number == SIGKILL || number == SIGSTOP || sigaction(number, &action, NULL) == 0);
    CHILD_CHECK(sigfillset(&set) == 0 && sigprocmask(SIG_SETMASK, &set, NULL) == 0);
    process_make_sane(1);
    for (int number = 1; number <= SIGSYS; number++) {
        CHILD_CHECK(sigaction(number, NULL, &action) == 0);
        if (number != SIGALRM)
            CHILD_CHECK(action.sa_handler == (number == SIGPIPE ? SIG_IGN : SIG_DFL));
    }
    CHILD_CHECK(sigprocmask(SIG_SETMASK, NULL, &set) == 0);
    for (int number = 1; number <= SIGSYS; number++)
        CHILD_CHECK(sigismember(&set, number) == 0);
    return 0;
}

static long long now_us(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return 0;
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Ten seconds, of which some have passed when it is asked; to a millisecond. */
static int check_deadline(const void *unused)
{
    const long long begun_us = now_us();
    struct itimerval left;

    (void)unused;
    process_make_sane(1);
    CHILD_CHECK(getitimer(ITIMER_REAL, &left) == 0);
    const long long left_us = (long long)left.it_value.tv_sec * 1000000 + left.it_value.tv_usec;
    CHILD_CHECK(left_us <= 10000000 && left_us + (now_us() - begun_us) >= 9999000);
    CHILD_CHECK(raise(SIGALRM) == 0);
    return 0; /* not reached */
}

static int check_no_core(const void *unused)
{
    struct rlimit limit;

    (void)unused;
    CHILD_CHECK(prctl(PR_SET_DUMPABLE, 1) == 0);
    process_make_sane(1);
    CHILD_CHECK(prctl(PR_GET_DUMPABLE) == 0);
    CHILD_CHECK(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0);
    return 0;
}

/* Bits of argument: which of 0, 1 and 2 are closed. The result comes as the exit code: there may be no stderr. */
static int check_standard_descriptors(const void *argument)
{
    unsigned closed = *(const unsigned *)argument;
    struct stat null;
    struct stat st;

    if (stat("/dev/null", &null) != 0)
        return 10;
    for (int fd = 0; fd <= 2; fd++)
        if ((closed & 1U << fd) != 0 && close(fd) != 0)
            return 11;
    process_make_sane(1);
    for (int fd = 0; fd <= 2; fd++) {
        if (fstat(fd, &st) != 0)
            return 12;
        if ((closed & 1U << fd) != 0 && st.st_rdev != null.st_rdev)
            return 13;
        if ((closed & 1U << fd) != 0 && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
            return 14;
    }
    return 0;
}

static int call_without_argument_0(const void *unused)
{
    (void)unused;
    process_make_sane(0);
    return 0;
}

static void assert_fine(int (*body)(const void *argument), const void *argument)
{
    struct child_result result;

    child_run(body, argument, &result);
    child_assert_exit(&result, 0, "");
    assert_int_equal(result.writes_count, 0);
}

static void test_make_sane_environment_umask_directory_reset(void **state)
{
    (void)state; /* cmocka's signature, here and below */
    assert_fine(check_environment, NULL);
}

static void test_make_sane_signals_blocked_and_ignored_reset(void **state)
{
    struct child_result result;

    (void)state;
    assert_fine(check_signals, NULL);
    child_run(check_deadline, NULL, &result);
    child_assert_died(&result, EX_TEMPFAIL, "this start was stopped by its deadline of 10 seconds");
}

static void test_make_sane_dumpable_no_core(void **state)
{
    (void)state;
    assert_fine(check_no_core, NULL);
}

static void test_make_sane_standard_descriptors_closed_opened(void **state)
{
    (void)state;
    for (unsigned closed = 0; closed < 8; closed++)
        assert_fine(check_standard_descriptors, &closed);
}

/* CVE-2021-4034 */
static void test_make_sane_no_argument_0_refused(void **state)
{
    struct child_result result;

    (void)state;
    child_run(call_without_argument_0, NULL, &result);
    child_assert_died(&result, EX_USAGE, "called without argument 0");
}

static int open_standard_fails(const void *unused)
{
    const struct rlimit limit = {.rlim_cur = 0, .rlim_max = 0};

    (void)unused;
    CHILD_CHECK(close(0) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
    process_make_sane(1);
    return 0;
}

static void test_make_sane_no_descriptor_left_refused(void **state)
{
    struct child_result result;

    (void)state;
    child_run(open_standard_fails, NULL, &result);
    child_assert_died(&result, EX_OSERR, "cannot open /dev/null as descriptor 0");
}

struct kept {
    int fd;
    int other_fd;
};

static int check_closed(const void *argument)
{
    const struct kept *kept = argument;

    for (int fd = 3; fd < 64; fd++)
        CHILD_CHECK(dup2(STDERR_FILENO, fd) == fd);
    process_close_all_but(kept->fd, kept->other_fd);
    for (int fd = 0; fd < 64; fd++)
        CHILD_CHECK((fcntl(fd, F_GETFD) >= 0) == (fd <= 2 || fd == kept->fd || fd == kept->other_fd));
    return 0;
}

static void test_close_all_but_any_two_kept(void **state)
{
    static const struct kept rows[] = {{3, 4},   {4, 3},  {3, 5},   {5, 3},   {3, 63}, {63, 3}, {4, 5},
                                       {40, 50}, {50, 4}, {62, 63}, {63, 62}, {4, 4},  {3, 3},  {63, 63}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_fine(check_closed, &rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make_sane_environment_umask_directory_reset),
        cmocka_unit_test(test_make_sane_signals_blocked_and_ignored_reset),
        cmocka_unit_test(test_make_sane_dumpable_no_core),
        cmocka_unit_test(test_make_sane_standard_descriptors_closed_opened),
        cmocka_unit_test(test_make_sane_no_argument_0_refused),
        cmocka_unit_test(test_make_sane_no_descriptor_left_refused),
        cmocka_unit_test(test_close_all_but_any_two_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
