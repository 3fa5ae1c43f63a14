/* SPDX-License-Identifier: MIT */
/*
 * The worker, step by step, in the test's own process: every call that would change it only says so, and _exit(2) comes
 * back. What the real one can and cannot do is tested in tests/names and tests/privileged.
 */
#include "query.h"
#include "unit.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define PIPE_FD       9
#define LIFE_FD       8
#define ANSWER_FD     3
#define LIFELINE_FD   4
#define TIMEOUT_MS    2500
#define OWN_ID        65534
#define MOVED(number) ((number) + 100) /* where a descriptor is moved to */

/* What the calls answer; all zero is how they usually do. */
struct outside {
    const char *failing;   /* the step of become_harmless() that fails, as noted below */
    bool fails_second;     /* only when it is done for the second time */
    unsigned capabilities; /* that are left, in the set of that number: 1 effective, 2 permitted, 3 inheritable */
    bool has_no_own_ids;   /* the saved ids are the caller's */
    bool is_let_go;        /* the parent has closed the lifeline */
    bool ids_stay;         /* setresuid(2) only pretends to have worked */
    unsigned id_stays;     /* only this one does not change, from 1 */
    unsigned gid_stays;    /* likewise */
    int tight_limit;       /* the number of the limit that is too tight, from 1 */
    int limit_fails_at;    /* the call of getrlimit(2) that fails, from 1; negative: of setrlimit(2) */
    bool getrlimit_fails, setrlimit_fails, calloc_fails;
    int query_error;
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
static unsigned short filter_len;
static void (*at_exit)(void);
static void (*at_sigsys)(int number);
static void *answers_memory; /* which the worker does not free, since it ends */

static void note(const char *step)
{
    strcat(strcat(steps, steps[0] != '\0' ? " " : ""), step);
}

/* 0, or -1 when this step is to fail. */
static int do_step(const char *step)
{
    note(step);
    if (outside.failing == NULL || strcmp(outside.failing, step) != 0)
        return 0;
    if (!outside.fails_second)
        return -1;
    outside.fails_second = false;
    return 0;
}

int __wrap_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c);
int __real_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c);
long __wrap_syscall(long number, ...);
int __wrap_fcntl(int fd, int command, ...);
int __real_fcntl(int fd, int command, ...);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved);
int __wrap_getresgid(gid_t *real, gid_t *effective, gid_t *saved);
int __wrap_setresuid(uid_t real, uid_t effective, uid_t saved);
int __wrap_setresgid(gid_t real, gid_t effective, gid_t saved);
pid_t __wrap_setsid(void);
uid_t __wrap_getuid(void);
uid_t __real_getuid(void);
int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int __wrap_timer_settime(timer_t timer, int flags, const struct itimerspec *when, struct itimerspec *old);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __real_sigaction(int number, const struct sigaction *action, struct sigaction *old);
int __wrap_sigemptyset(sigset_t *set);
int __real_sigemptyset(sigset_t *set);
int __wrap_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __real_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_dup2(int from, int to);
int __real_dup2(int from, int to);
int __wrap_chdir(const char *path);
int __wrap_clearenv(void);
int __wrap_socket(int domain, int type, int protocol);
int __real_socket(int domain, int type, int protocol);
int __wrap_atexit(void (*function)(void));
int __real_atexit(void (*function)(void));
int __wrap_getrlimit(int resource, struct rlimit *limit) EARLY;
int __real_getrlimit(int resource, struct rlimit *limit);
int __wrap_setrlimit(int resource, const struct rlimit *limit) EARLY;
int __real_setrlimit(int resource, const struct rlimit *limit);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);
ssize_t __real_writev(int fd, const struct iovec *parts, int count);
int __wrap_query_run(const struct lookup *lookup, struct worker_answer *answers, struct lookup_failure *failure);
_Noreturn void __wrap__exit(int code);
_Noreturn void __real__exit(int code);

int __wrap_prctl(int option, unsigned long value, unsigned long a, unsigned long b, unsigned long c)
{
    if (!is_running)
        return __real_prctl(option, value, a, b, c);
    assert_int_equal(value, option == PR_SET_NO_NEW_PRIVS);
    return do_step(option == PR_SET_DUMPABLE ? "dumpable" : "nnp");
}

long __wrap_syscall(long number, ...)
{
    va_list arguments;
    struct __user_cap_data_struct *sets;
    unsigned left;

    if (number == SYS_capset)
        return do_step("capset");
    if (number == SYS_close_range)
        return do_step("close");
    va_start(arguments, number);
    if (number == SYS_seccomp) {
        (void)va_arg(arguments, int); /* the operation, and flags */
        (void)va_arg(arguments, int);
        filter_len = va_arg(arguments, const struct sock_fprog *)->len;
        va_end(arguments);
        return do_step("seccomp");
    }
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

int __wrap_fcntl(int fd, int command, ...)
{
    char step[32];
    va_list arguments;
    long value;

    va_start(arguments, command);
    value = va_arg(arguments, long);
    va_end(arguments);
    if (!is_running)
        return __real_fcntl(fd, command, value);
    if (command == F_DUPFD) {
        assert_int_equal((int)value, LIFELINE_FD + 1);
        (void)snprintf(step, sizeof step, "move%d", fd);
        return do_step(step) == 0 ? MOVED(fd) : -1;
    }
    assert_int_equal(fd, LIFELINE_FD);
    if (command == F_SETSIG)
        assert_int_equal((int)value, SIGKILL);
    else if (command == F_SETOWN)
        assert_int_equal((int)value, getpid());
    else
        assert_int_equal((int)value, O_RDONLY | O_ASYNC);
    return do_step(command == F_SETSIG ? "setsig" : command == F_SETOWN ? "owner" : "async");
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (!is_running)
        return __real_poll(fds, count, timeout);
    assert_int_equal(fds->fd, LIFELINE_FD);
    assert_int_equal(timeout, 0);
    return do_step("held") != 0 ? -1 : outside.is_let_go;
}

static uid_t ids[3];

int __wrap_getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
    *real = ids[0];
    *effective = ids[1];
    *saved = ids[2];
    return do_step("uids");
}

static gid_t gids[3];

int __wrap_getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
    *real = gids[0];
    *effective = gids[1];
    *saved = gids[2];
    return do_step("gids");
}

int __wrap_setresuid(uid_t real, uid_t effective, uid_t saved)
{
    const uid_t wanted[3] = {real, effective, saved};

    for (size_t i = 0; i < 3 && !outside.ids_stay; i++)
        ids[i] = wanted[i] != (uid_t)-1 ? wanted[i] : ids[i];
    if (outside.id_stays != 0)
        ids[outside.id_stays - 1] = 7;
    return do_step(real == (uid_t)-1 ? "euid" : "uid");
}

int __wrap_setresgid(gid_t real, gid_t effective, gid_t saved)
{
    assert_true(real == OWN_ID && effective == OWN_ID && saved == OWN_ID);
    for (size_t i = 0; i < 3; i++)
        gids[i] = outside.gid_stays == i + 1 ? 7 : OWN_ID;
    return do_step("gid");
}

pid_t __wrap_setsid(void)
{
    return do_step("session") == 0 ? 1 : -1;
}

uid_t __wrap_getuid(void)
{
    return is_running ? ids[0] : __real_getuid();
}

int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
    assert_int_equal(clock, CLOCK_MONOTONIC);
    assert_int_equal(event->sigev_notify, SIGEV_SIGNAL);
    assert_int_equal(event->sigev_signo, SIGKILL);
    memset(timer, 0, sizeof *timer);
    return do_step("timer");
}

/* Later than the parent's own deadline. */
int __wrap_timer_settime(timer_t timer, int flags, const struct itimerspec *when, struct itimerspec *old)
{
    (void)timer;
    assert_int_equal(flags, 0);
    assert_null(old);
    assert_int_equal(when->it_value.tv_sec * 1000 + when->it_value.tv_nsec / 1000000, TIMEOUT_MS + 1000);
    assert_int_equal(when->it_interval.tv_sec + when->it_interval.tv_nsec, 0);
    return do_step("start");
}

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    if (!is_running)
        return __real_sigaction(number, action, old);
    assert_in_range(number, 1, SIGSYS);
    assert_null(old);
    if (action->sa_handler == SIG_DFL)
        return number == SIGKILL ? -1 : 0;
    assert_int_equal(number, SIGSYS);
    at_sigsys = action->sa_handler;
    return do_step("sigsys");
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
    return do_step("null") != 0 ? -1 : 5;
}

int __wrap_dup2(int from, int to)
{
    char step[32];

    if (!is_running)
        return __real_dup2(from, to);
    (void)snprintf(step, sizeof step, "dup%d>%d", from, to);
    return do_step(step) == 0 ? to : -1;
}

int __wrap_chdir(const char *path)
{
    assert_string_equal(path, "/");
    return do_step("chdir");
}

int __wrap_socket(int domain, int type, int protocol)
{
    if (!is_running)
        return __real_socket(domain, type, protocol);
    assert_int_equal(domain, AF_INET);
    return do_step("internet") == 0 ? dup(STDIN_FILENO) : -1;
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

int __wrap_getrlimit(int resource, struct rlimit *limit)
{
    if (!is_running)
        return __real_getrlimit(resource, limit);
    (void)resource;
    limits_seen++;
    *limit = (struct rlimit){.rlim_cur = 1, .rlim_max = limits_seen == outside.tight_limit ? 1 : RLIM_INFINITY};
    return outside.getrlimit_fails || outside.limit_fails_at == limits_seen ? -1 : 0;
}

int __wrap_setrlimit(int resource, const struct rlimit *limit)
{
    if (!is_running)
        return __real_setrlimit(resource, limit);
    (void)resource;
    assert_true(limit->rlim_cur == limit->rlim_max || (limits_seen == 6 && limit->rlim_cur == 256));
    return outside.setrlimit_fails || outside.limit_fails_at == -limits_seen ? -1 : 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    if (!is_running)
        return __real_calloc(count, size);
    answers_memory = outside.calloc_fails ? NULL : __real_calloc(count, size);
    return answers_memory;
}

int __wrap_query_run(const struct lookup *lookup, struct worker_answer *answers, struct lookup_failure *failure)
{
    note("query");
    *failure = (struct lookup_failure){.item = 1, .call = LOOKUP_GROUP, .id = 3, .error = EPIPE};
    for (size_t i = 0; i < lookup->count; i++)
        answers[i] = (struct worker_answer){.state = ACCOUNT_KNOWN, .id = (uint32_t)(100 + i)};
    return outside.query_error;
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
    static const struct lookup lookup = {.items = items, .count = COUNT_OF(items)};
    static const struct worker_ends ends = {.answer = PIPE_FD, .lifeline = LIFE_FD};
    int code;

    outside = how;
    steps[0] = '\0';
    written_len = 0;
    limits_seen = 0;
    ids[0] = ids[1] = 7;
    ids[2] = how.has_no_own_ids ? 7 : OWN_ID;
    gids[0] = gids[1] = 7;
    gids[2] = ids[2];
    code = setjmp(ended);
    is_running = code == 0;
    if (code != 0) {
        free(answers_memory);
        answers_memory = NULL;
        return code - 1;
    }
    worker_run(&lookup, ends, TIMEOUT_MS);
}

static void assert_head(enum worker_status status, enum lookup_call call, size_t len)
{
    struct worker_head head;

    assert_int_equal(written_len, sizeof head + len);
    memcpy(&head, written, sizeof head);
    assert_int_equal(head.status, status);
    assert_int_equal(head.count, 3);
    assert_int_equal(head.call, call);
    assert_int_equal(head.id, call != LOOKUP_NONE ? 3 : 0);
    assert_int_equal(head.error, call != LOOKUP_NONE ? EPIPE : 0);
    assert_int_equal(head.item, call != LOOKUP_NONE ? 1 : 0);
}

#define ENDS      "move9 move8 null move5 dup105>0 dup105>1 dup105>2 dup109>3 dup108>4 close"
#define ARM       "setsig owner async"
#define BEGUN     "timer start dumpable " ENDS " " ARM " capset capget"
#define HARMLESS  BEGUN " session sigsys sigemptyset mask uids gids"
#define REST      "dumpable held chdir internet nnp seccomp env atexit"
#define ALL_STEPS HARMLESS " gid gids euid " ARM " uid uids " REST " timer query"

static void test_worker_run_harmless_before_it_asks(void **state)
{
    struct worker_answer answers[3];
    volatile int code;

    (void)state; /* cmocka's signature, here and below */
    assert_int_equal(run((struct outside){.failing = NULL}), EXIT_SUCCESS);
    assert_string_equal(steps, ALL_STEPS);
    assert_int_equal(limits_seen, 6); /* one of them once more */
    assert_head(WORKER_OK, LOOKUP_GROUP, sizeof answers);
    memcpy(answers, written + sizeof(struct worker_head), sizeof answers);
    assert_int_equal(answers[2].state, ACCOUNT_KNOWN);
    assert_int_equal(answers[2].id, 102);
    /* A module that calls exit(3) ends at once, and not well. */
    is_running = true;
    if (setjmp(ended) == 0) {
        at_exit();
        fail_msg("exit(3) goes on");
    }
    /* A lock that is never released ends it, in its own way. */
    code = setjmp(ended);
    if (code == 0)
        at_sigsys(SIGSYS);
    assert_int_equal(code, WORKER_EXIT_LOCKED + 1);
    is_running = false;
}

/* Where the internet is forbidden, another filter makes its use deadly. */
static void test_worker_run_offline_another_filter(void **state)
{
    unsigned short usual_len;

    (void)state;
    assert_int_equal(run((struct outside){.failing = NULL}), EXIT_SUCCESS);
    usual_len = filter_len;
    assert_int_equal(run((struct outside){.failing = "internet"}), EXIT_SUCCESS);
    assert_string_equal(steps, ALL_STEPS);
    assert_true(filter_len > usual_len);
}

/* Without saved ids for it, it stays who it is. */
static void test_worker_run_no_own_ids_stays(void **state)
{
    (void)state;
    assert_int_equal(run((struct outside){.has_no_own_ids = true}), EXIT_SUCCESS);
    assert_string_equal(steps, HARMLESS " " REST " query"); /* and takes no place of others */
}

/* Whichever step fails, nothing after it is done, and nothing is said. */
static void test_worker_run_step_fails_ends(void **state)
{
    static const char *const done_twice[] = {"dumpable", "setsig", "owner", "async", "uids", "gids"};
    char list[] = ALL_STEPS;
    char *rest = NULL;
    size_t count = 0;

    (void)state;
    for (char *step = strtok_r(list, " ", &rest); strcmp(step, "query") != 0; step = strtok_r(NULL, " ", &rest)) {
        size_t step_len = strlen(step);
        if (strcmp(step, "internet") == 0)
            continue; /* only a question */
        if (run((struct outside){.failing = step}) != EXIT_FAILURE || written_len != 0)
            fail_msg("%s: goes on", step);
        if (strncmp(step, "move", 4) == 0 || strcmp(step, "null") == 0)
            assert_null(strstr(steps, " dup")); /* the three descriptors are looked at together */
        else
            assert_string_equal(steps + strlen(steps) - step_len, step);
        count++;
    }
    assert_int_equal(count, 40);
    for (size_t i = 0; i < COUNT_OF(done_twice); i++) {
        assert_int_equal(run((struct outside){.failing = done_twice[i], .fails_second = true}), EXIT_FAILURE);
        assert_string_equal(steps + strlen(steps) - strlen(done_twice[i]), done_twice[i]);
    }
    for (unsigned set = 1; set <= 3; set++) {
        assert_int_equal(run((struct outside){.capabilities = set}), EXIT_FAILURE);
        assert_string_equal(steps, BEGUN);
    }
    assert_int_equal(run((struct outside){.is_let_go = true}), EXIT_FAILURE);
    assert_non_null(strstr(steps, " held"));
    assert_int_equal(run((struct outside){.ids_stay = true}), EXIT_FAILURE);
    assert_string_equal(steps, HARMLESS " gid gids euid " ARM " uid uids");
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(run((struct outside){.id_stays = i}), EXIT_FAILURE);
        assert_int_equal(run((struct outside){.gid_stays = i}), EXIT_FAILURE);
        assert_string_equal(steps, HARMLESS " gid gids");
    }
}

static void test_worker_run_limits_tight_says_so(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(run((struct outside){.tight_limit = i}), EXIT_SUCCESS);
        assert_int_equal(limits_seen, i);
        assert_head(WORKER_LIMITS, LOOKUP_NONE, 0);
        assert_null(strstr(steps, "query"));
    }
    assert_int_equal(run((struct outside){.getrlimit_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_LIMITS, LOOKUP_NONE, 0);
    assert_int_equal(run((struct outside){.setrlimit_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_LIMITS, LOOKUP_NONE, 0);
}

/* The second timer reserves a signal; the first one has done so as the caller. */
static void test_worker_run_no_place_says_so(void **state)
{
    (void)state;
    assert_int_equal(run((struct outside){.failing = "timer", .fails_second = true}), EXIT_SUCCESS);
    assert_head(WORKER_BUSY, LOOKUP_NONE, 0);
    assert_int_equal(run((struct outside){.limit_fails_at = 6}), EXIT_SUCCESS);
    assert_head(WORKER_BUSY, LOOKUP_NONE, 0);
    assert_int_equal(run((struct outside){.limit_fails_at = -6}), EXIT_SUCCESS);
    assert_head(WORKER_BUSY, LOOKUP_NONE, 0);
    assert_null(strstr(steps, "query"));
}

static void test_worker_run_query_fails_says_so(void **state)
{
    (void)state;
    assert_int_equal(run((struct outside){.calloc_fails = true}), EXIT_SUCCESS);
    assert_head(WORKER_MEMORY, LOOKUP_NONE, 0);
    assert_int_equal(run((struct outside){.query_error = ENOMEM}), EXIT_SUCCESS);
    assert_head(WORKER_MEMORY, LOOKUP_GROUP, 0);
    assert_int_equal(run((struct outside){.query_error = EPIPE}), EXIT_SUCCESS);
    assert_head(WORKER_FAILED, LOOKUP_GROUP, 0);
}

static void test_worker_run_writes_cut_short_all_written(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++) {
        assert_int_equal(run((struct outside){.short_write = len}), EXIT_SUCCESS);
        assert_head(WORKER_OK, LOOKUP_GROUP, 3 * sizeof(struct worker_answer));
        assert_int_equal(written[sizeof(struct worker_head) + 2 * sizeof(struct worker_answer)], 1);
    }
    assert_int_equal(run((struct outside){.write_errno = EINTR}), EXIT_SUCCESS);
    assert_head(WORKER_OK, LOOKUP_GROUP, 3 * sizeof(struct worker_answer));
    assert_int_equal(run((struct outside){.write_errno = EPIPE}), EXIT_FAILURE);
    assert_int_equal(written_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_run_harmless_before_it_asks),
        cmocka_unit_test(test_worker_run_step_fails_ends),
        cmocka_unit_test(test_worker_run_offline_another_filter),
        cmocka_unit_test(test_worker_run_no_own_ids_stays),
        cmocka_unit_test(test_worker_run_limits_tight_says_so),
        cmocka_unit_test(test_worker_run_no_place_says_so),
        cmocka_unit_test(test_worker_run_query_fails_says_so),
        cmocka_unit_test(test_worker_run_writes_cut_short_all_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
