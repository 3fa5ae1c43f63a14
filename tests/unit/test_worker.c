/* SPDX-License-Identifier: MIT */
/*
 * The worker, step by step, in the test's own process: every call that would change it only says so, and _exit(2) comes
 * back. What the real one can and cannot do is tested in tests/names and tests/privileged.
 */
#include "nss_query.h"
#include "unit.h"
#include "worker.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIPE_FD   9
#define ANSWER_FD 3
#define PARENT    4711

/* What the calls answer; all zero is how they usually do. */
struct outside {
    const char *failing;   /* the step of become_harmless() that fails, as noted below */
    unsigned capabilities; /* that are left, in the set of that number: 1 effective, 2 permitted, 3 inheritable */
    int null_fd;           /* what /dev/null is opened as; 0: 4 */
    int tight_limit;       /* the number of the limit that is too tight, from 1 */
    bool getrlimit_fails, setrlimit_fails, calloc_fails;
    int nss_error;
    size_t short_write; /* writev(2) takes so many bytes at once; 0: all */
    int write_errno;    /* the first writev(2) fails so */
};

/* Called by a sanitizer before it has begun to watch over memory. */
#define EARLY __attribute__((no_sanitize("address")))

/* Else all calls are done: sanitizers, and what counts the lines that ran, make some of their own. */
static bool is_running;
static struct outside outside;
static jmp_buf ended;
static char steps[1024];
static char written[256];
static size_t written_len;
static int limits_seen;
static void (*at_exit)(void);
static void *answers_memory; /* which the worker does not free, since it ends */

static void note(const char *step)
{
    strcat(strcat(steps, steps[0] != '\0' ? " " : ""), step);
}

/* 0, or -1 when this step is to fail. */
static int do_step(const char *step)
{
    note(step);
    return outside.failing != NULL && strcmp(outside.failing, step) == 0 ? -1 : 0;
}

int __wrap_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c);
int __real_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c);
long __wrap_syscall(long number, ...);
pid_t __wrap_getppid(void);
pid_t __real_getppid(void);
int __wrap_setpgid(pid_t pid, pid_t group);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __wrap_sigemptyset(sigset_t *set);
int __real_sigemptyset(sigset_t *set);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __real_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_dup(int fd);
int __real_dup(int fd);
int __wrap_dup2(int from, int to);
int __real_dup2(int from, int to);
int __wrap_close_range(unsigned first, unsigned last, int flags);
int __wrap_chdir(const char *path);
int __wrap_clearenv(void);
int __wrap_atexit(void (*function)(void));
int __real_atexit(void (*function)(void));
int __wrap_getrlimit(__rlimit_resource_t resource, struct rlimit *limit) EARLY;
int __real_getrlimit(__rlimit_resource_t resource, struct rlimit *limit);
int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) EARLY;
int __real_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);
ssize_t __real_writev(int fd, const struct iovec *parts, int count);
int __wrap_nss_query(const struct lookup *lookup, struct worker_answer *answers, struct nss_failure *failure);
_Noreturn void __wrap__exit(int code);
_Noreturn void __real__exit(int code);

int __wrap_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c)
{
    if (!is_running)
        return __real_prctl(option, value, a, b, c);
    if (option == PR_SET_PDEATHSIG)
        assert_int_equal(value, SIGKILL);
    else
        assert_int_equal(value, option == PR_SET_NO_NEW_PRIVS);
    return do_step(option == PR_SET_DUMPABLE ? "dumpable" : option == PR_SET_PDEATHSIG ? "deathsig" : "nnp");
}

long __wrap_syscall(long number, ...)
{
    va_list arguments;
    struct __user_cap_data_struct *sets;
    unsigned left;

    if (number == SYS_capset)
        return do_step("capset");
    if (number != SYS_capget)
        return do_step("seccomp");
    va_start(arguments, number);
    (void)va_arg(arguments, void *);
    sets = va_arg(arguments, struct __user_cap_data_struct *);
    va_end(arguments);
    memset(sets, 0, 2 * sizeof *sets);
    left = outside.capabilities;
    sets[1].effective = left == 1;
    sets[1].permitted = left == 2;
    sets[1].inheritable = left == 3;
    return do_step("capget");
}

pid_t __wrap_getppid(void)
{
    if (!is_running)
        return __real_getppid();
    return do_step("parent") == 0 ? PARENT : 1;
}

int __wrap_setpgid(pid_t pid, pid_t group)
{
    assert_int_equal(pid, 0);
    assert_int_equal(group, 0);
    return do_step("group");
}

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (!is_running)
        return __real_sigaction(number, action, old);
    assert_in_range(number, 1, SIGSYS);
    assert_true(action->sa_handler == SIG_DFL);
    assert_null(old);
    return number == SIGKILL ? -1 : 0;
}

int __wrap_sigemptyset(sigset_t *set)
{
    if (!is_running)
        return __real_sigemptyset(set);
    memset(set, 0, sizeof *set);
    return do_step("sigemptyset");
}

int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    if (!is_running)
        return __real_sigprocmask(how, set, old);
    assert_int_equal(how, SIG_SETMASK);
    assert_non_null(set);
    assert_null(old);
    return do_step("mask");
}

int __wrap_open(const char *path, int flags, ...)
{
    if (!is_running)
        return __real_open(path, flags, 0644);
    return do_step("null") != 0 ? -1 : outside.null_fd == 0 ? 4 : outside.null_fd == -1 ? 0 : outside.null_fd;
}

int __wrap_dup(int fd)
{
    if (!is_running)
        return __real_dup(fd);
    assert_int_equal(fd, ANSWER_FD);
    return do_step("dup") != 0 ? -1 : 5;
}

int __wrap_dup2(int from, int to)
{
    char step[32];

    if (!is_running)
        return __real_dup2(from, to);
    (void)snprintf(step, sizeof step, "dup%d>%d", from, to);
    return do_step(step) == 0 ? to : -1;
}

int __wrap_close_range(unsigned first, unsigned last, int flags)
{
    assert_int_equal(first, ANSWER_FD + 1);
    assert_int_equal(last, ~0U);
    assert_int_equal(flags, 0);
    return do_step("close");
}

int __wrap_chdir(const char *path)
{
    assert_string_equal(path, "/");
    return do_step("chdir");
}

int __wrap_clearenv(void)
{
    return do_step("env");
}

int __wrap_atexit(void (*function)(void))
{
    if (!is_running)
        return __real_atexit(function);
    at_exit = function;
    return do_step("atexit");
}

int __wrap_getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    if (!is_running)
        return __real_getrlimit(resource, limit);
    (void)resource;
    limits_seen++;
    *limit = (struct rlimit){.rlim_cur = 1, .rlim_max = limits_seen == outside.tight_limit ? 1 : RLIM_INFINITY};
    return outside.getrlimit_fails ? -1 : 0;
}

int __wrap_setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    if (!is_running)
        return __real_setrlimit(resource, limit);
    (void)resource;
    assert_true(limit->rlim_cur == limit->rlim_max);
    return outside.setrlimit_fails ? -1 : 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (!is_running)
        return __real_calloc(count, size);
    answers_memory = outside.calloc_fails ? NULL : __real_calloc(count, size);
    return answers_memory;
}

int __wrap_nss_query(const struct lookup *lookup, struct worker_answer *answers, struct nss_failure *failure)
{
    note("query");
    *failure = (struct nss_failure){.item = 1, .service = "ldap"};
    for (size_t i = 0; i < lookup->count; i++)
        answers[i] = (struct worker_answer){.is_known = 1, .id = (uint32_t)(100 + i)};
    return outside.nss_error;
}

ssize_t __wrap_writev(int fd, const struct iovec *parts, int count)
{
    size_t room = outside.short_write != 0 ? outside.short_write : sizeof written;
    size_t taken = 0;

    if (!is_running)
        return __real_writev(fd, parts, count);
    assert_int_equal(fd, ANSWER_FD);
    if (outside.write_errno != 0) {
        errno = outside.write_errno;
        outside.write_errno = 0;
        return -1;
    }
    for (int i = 0; i < count; i++) {
        size_t len = parts[i].iov_len < room - taken ? parts[i].iov_len : room - taken;
        assert_true(written_len + len <= sizeof written);
        memcpy(written + written_len, parts[i].iov_base, len);
        written_len += len;
        taken += len;
    }
    return (ssize_t)taken;
}

_Noreturn void __wrap__exit(int code)
{
    if (!is_running)
        __real__exit(code);
    longjmp(ended, code + 1);
}

/* Run it: its exit code. */
static int run(struct outside how)
{
    static struct lookup_item items[3];
    const struct lookup lookup = {.uid = 7, .items = items, .count = COUNT_OF(items)};
    int code;

    outside = how;
    steps[0] = '\0';
    written_len = 0;
    limits_seen = 0;
    code = setjmp(ended);
    is_running = code == 0;
    if (code != 0) {
        free(answers_memory);
        answers_memory = NULL;
        return code - 1;
    }
    worker_run(&lookup, PIPE_FD, PARENT);
}

static void assert_head(enum worker_status status, int error, uint32_t item, size_t len)
{
    struct worker_head head;

    assert_int_equal(written_len, sizeof head + len);
    memcpy(&head, written, sizeof head);
    assert_int_equal(head.status, status);
    assert_int_equal(head.error, error);
    assert_int_equal(head.item, item);
    assert_int_equal(head.count, 3);
    assert_string_equal(head.service, status == WORKER_FAILED ? "ldap" : "");
}

#define ALL_STEPS                                                                                                      \
    "dumpable capset capget deathsig parent group sigemptyset mask null dup9>3 dup4>0 dup4>1 dup4>2 close chdir env "  \
    "atexit nnp seccomp query"

static void test_worker_run_harmless_before_it_asks(void **state)
{
    struct worker_answer answers[3];

    (void)state; /* cmocka's signature, here and below */
    assert_int_equal(run((struct outside){.failing = NULL}), EXIT_SUCCESS);
    assert_string_equal(steps, ALL_STEPS);
    assert_int_equal(limits_seen, 4);
    assert_head(WORKER_OK, 0, 0, sizeof answers);
    memcpy(answers, written + sizeof(struct worker_head), sizeof answers);
    assert_int_equal(answers[2].is_known, 1);
    assert_int_equal(answers[2].id, 102);
    /* A module that calls exit(3) ends at once, and not well. */
    is_running = true;
    if (setjmp(ended) == 0) {
        at_exit();
        fail_msg("exit(3) goes on");
    }
    is_running = false;
}

/* Whichever step fails, nothing behind it is done, and nothing is said. */
static void test_worker_run_step_fails_ends(void **state)
{
    char list[] = ALL_STEPS;
    char *rest = NULL;
    size_t count = 0;

    (void)state;
    for (char *step = strtok_r(list, " ", &rest); strcmp(step, "query") != 0; step = strtok_r(NULL, " ", &rest)) {
        size_t step_len = strlen(step);
        if (run((struct outside){.failing = step}) != EXIT_FAILURE || written_len != 0)
            fail_msg("%s: goes on", step);
        assert_string_equal(steps + strlen(steps) - step_len, step);
        count++;
    }
    assert_int_equal(count, 19);
    for (unsigned set = 1; set <= 3; set++) {
        assert_int_equal(run((struct outside){.capabilities = set}), EXIT_FAILURE);
        assert_string_equal(steps, "dumpable capset capget");
    }
}

/* Descriptors of stdio that were closed in the program: /dev/null or the pipe has their numbers. */
static void test_worker_run_stdio_closed_all_in_place(void **state)
{
    (void)state;
    assert_int_equal(run((struct outside){.null_fd = -1}), EXIT_SUCCESS); /* 0 */
    assert_non_null(strstr(steps, "null dup9>3 dup0>1 dup0>2 close"));
    assert_int_equal(run((struct outside){.null_fd = 2}), EXIT_SUCCESS);
    assert_non_null(strstr(steps, "null dup9>3 dup2>0 dup2>1 close"));
    assert_int_equal(run((struct outside){.null_fd = ANSWER_FD}), EXIT_SUCCESS);
    assert_non_null(strstr(steps, "null dup dup9>3 dup5>0 dup5>1 dup5>2 close"));
    assert_int_equal(run((struct outside){.null_fd = ANSWER_FD, .failing = "dup"}), EXIT_FAILURE);
}

static void test_worker_run_limits_tight_says_so(void **state)
{
    (void)state;
    for (int i = 1; i <= 4; i++) {
        assert_int_equal(run((struct outside){.tight_limit = i}), EXIT_SUCCESS);
        assert_int_equal(limits_seen, i);
        assert_head(WORKER_LIMITS, 0, 0, 0);
        assert_null(strstr(steps, "query"));
    }
    assert_int_equal(run((struct outside){.getrlimit_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_LIMITS, 0, 0, 0);
    assert_int_equal(run((struct outside){.setrlimit_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_LIMITS, 0, 0, 0);
}

static void test_worker_run_query_fails_says_so(void **state)
{
    (void)state;
    assert_int_equal(run((struct outside){.calloc_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_MEMORY, 0, 0, 0);
    assert_int_equal(run((struct outside){.nss_error = ENOMEM}), EXIT_SUCCESS);
    assert_head(WORKER_MEMORY, 0, 0, 0);
    assert_int_equal(run((struct outside){.nss_error = EIO}), EXIT_SUCCESS);
    assert_head(WORKER_FAILED, EIO, 1, 0);
}

static void test_worker_run_writes_cut_short_all_written(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++) {
        assert_int_equal(run((struct outside){.short_write = len}), EXIT_SUCCESS);
        assert_head(WORKER_OK, 0, 0, 3 * sizeof(struct worker_answer));
        assert_int_equal(written[sizeof(struct worker_head) + 2 * sizeof(struct worker_answer)], 1);
    }
    assert_int_equal(run((struct outside){.write_errno = EINTR}), EXIT_SUCCESS);
    assert_head(WORKER_OK, 0, 0, 3 * sizeof(struct worker_answer));
    assert_int_equal(run((struct outside){.write_errno = EPIPE}), EXIT_FAILURE);
    assert_int_equal(written_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_run_harmless_before_it_asks),
        cmocka_unit_test(test_worker_run_step_fails_ends),
        cmocka_unit_test(test_worker_run_stdio_closed_all_in_place),
        cmocka_unit_test(test_worker_run_limits_tight_says_so),
        cmocka_unit_test(test_worker_run_query_fails_says_so),
        cmocka_unit_test(test_worker_run_writes_cut_short_all_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
