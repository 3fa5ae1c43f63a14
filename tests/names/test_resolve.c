/* SPDX-License-Identifier: MIT
 *
 * vmnetacl_resolve() in programs that have threads, handlers, buffers, descriptors and children of their own: none of
 * it is seen by a module of the name service, none of it is touched, and no answer that is in doubt is believed.
 */
#define _GNU_SOURCE
#include "run.h"
#include "service.h"
#include "vmnetacl.h"

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define KNOWN "user vmremote 6001 6001\ngroup vmclub 7777 vmremote\n"

static const struct vmnetacl_caller remote = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 6001, .gid = 6001};
static const struct vmnetacl_caller other = {.enforces = VMNETACL_OPTIONS_ALL, .uid = 4243, .gid = 4243}; /* vmother */

/* What a process forked from this one must not touch. */
static struct shared {
    atomic_uint exits;
    atomic_uint signals;
} * shared;

static struct vmnetacl_policy *policy;
static struct vmnetacl_error error;

static int policy_setup(void **state)
{
    static const char text[] = "allow all bridge all\ndeny group vmclub bridge virbr0\n";
    static const struct vmnetacl_buffer buffer = {.source = "files",
                                                  .path = "/test.rules",
                                                  .text = text,
                                                  .text_len = sizeof text - 1};
    const struct vmnetacl_origin origin = {.buffers = &buffer, .buffers_count = 1};

    (void)state; /* cmocka's signature, here and below */
    nss_switch("files vmtest", "files vmtest", NULL);
    nss_vmtest(KNOWN);
    return vmnetacl_load_from(&origin, &policy, &error) == VMNETACL_OK ? 0 : -1;
}

static int policy_teardown(void **state)
{
    (void)state;
    vmnetacl_free(policy);
    return 0;
}

static _Thread_local struct vmnetacl_error why; /* of the last lookup that failed, in this thread */

/* Look up, and decide on what was found. */
static enum vmnetacl_status ask(const struct vmnetacl_caller *caller, unsigned timeout_ms,
                                enum vmnetacl_status *verdict)
{
    struct vmnetacl_names *names;
    const enum vmnetacl_status status = vmnetacl_resolve(policy, caller, "virbr0", timeout_ms, &names, &why);

    *verdict = VMNETACL_INVALID;
    if (status == VMNETACL_OK)
        *verdict = vmnetacl_decide(policy, caller, names, "virbr0", NULL);
    vmnetacl_names_free(names);
    return status;
}

static void assert_answered(void)
{
    enum vmnetacl_status verdict;

    assert_int_equal(ask(&remote, 0, &verdict), VMNETACL_OK);
    assert_int_equal(verdict, VMNETACL_DENY);
    assert_int_equal(ask(&other, 0, &verdict), VMNETACL_OK);
    assert_int_equal(verdict, VMNETACL_ALLOW);
}

static void assert_try_again(enum vmnetacl_code code)
{
    struct vmnetacl_names *names = (struct vmnetacl_names *)(uintptr_t)&shared;

    assert_int_equal(vmnetacl_resolve(policy, &remote, "virbr0", 0, &names, &error), VMNETACL_TRYAGAIN);
    assert_null(names);
    assert_string_equal(vmnetacl_code_name(error.code), vmnetacl_code_name(code));
    assert_string_equal(error.file, "/test.rules");
    assert_int_equal(error.line, 2);
    assert_true(error.message[0] != '\0');
}

static void test_resolve_answers(void **state)
{
    struct vmnetacl_names *names = NULL;

    (void)state;
    assert_answered();
    /* Not asked, and so not in doubt: a bridge that no name is about. */
    nss_vmtest("at any hang\n");
    assert_int_equal(vmnetacl_resolve(policy, &remote, "br0", 0, &names, &error), VMNETACL_OK);
    assert_null(names);
}

static void test_resolve_timeout_is_kept(void **state)
{
    enum vmnetacl_status verdict;

    (void)state;
    nss_vmtest(KNOWN "at getgrnam#1 sleep 400\n");
    const long long begun = lab_now_ms();
    assert_int_equal(ask(&remote, 100, &verdict), VMNETACL_TRYAGAIN);
    assert_in_range(lab_now_ms() - begun, 99, 20000); /* as busy as the machine may be */
    assert_int_equal(ask(&remote, 60000, &verdict), VMNETACL_OK);
    assert_int_equal(verdict, VMNETACL_DENY);
    assert_int_equal(ask(&remote, UINT32_MAX, &verdict), VMNETACL_OK);
    assert_int_equal(verdict, VMNETACL_DENY);
    nss_vmtest(KNOWN "at any hang\n");
    assert_try_again(VMNETACL_CODE_LOOKUP_TIMEOUT);
}

static void signal_count(int number)
{
    (void)number;
    shared->signals++;
}

/* A program that waits for whatever ends. */
static void children_reap(int number)
{
    const int error_before = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        shared->signals++;
    errno = error_before;
}

static void test_resolve_sigchld_ignored_or_taken_try_again(void **state)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    const struct sigaction usual = {.sa_handler = SIG_DFL};

    (void)state;
    assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
    assert_try_again(VMNETACL_CODE_LOOKUP_BROKEN);
    action = (struct sigaction){.sa_handler = signal_count, .sa_flags = SA_NOCLDWAIT};
    assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
    assert_try_again(VMNETACL_CODE_LOOKUP_BROKEN);
    for (int i = 0; i < 20; i++) {
        /* With and without restart: the wait for the answer is interrupted. */
        action = (struct sigaction){.sa_handler = children_reap, .sa_flags = i % 2 == 0 ? SA_RESTART : 0};
        assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
        /* It may have been quicker than the handler, and then nothing is wrong. */
        enum vmnetacl_status verdict;
        const enum vmnetacl_status status = ask(&remote, 0, &verdict);
        if (status == VMNETACL_OK)
            assert_int_equal(verdict, VMNETACL_DENY);
        else
            assert_int_equal(status, VMNETACL_TRYAGAIN);
    }
    /* A handler that takes only what it knows does no harm. */
    action = (struct sigaction){.sa_handler = signal_count};
    assert_int_equal(sigaction(SIGCHLD, &action, NULL), 0);
    assert_answered();
    assert_int_equal(sigaction(SIGCHLD, &usual, NULL), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left over */
}

/* Interrupted all the time while it waits. */
static void test_resolve_signals_of_the_program_stay_its_own(void **state)
{
    const struct sigaction action = {.sa_handler = signal_count};
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    const struct itimerval often = {{0, 500}, {0, 500}};
    const struct itimerval never = {{0, 0}, {0, 0}};

    (void)state;
    assert_int_equal(sigaction(SIGTERM, &action, NULL), 0);
    shared->signals = 0;
    nss_vmtest("at any signal 15\n");
    assert_try_again(VMNETACL_CODE_LOOKUP_BROKEN);
    assert_int_equal(shared->signals, 0);
    assert_int_equal(sigaction(SIGTERM, &usual, NULL), 0);

    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    nss_vmtest(KNOWN "at getgrnam sleep 20\n");
    assert_answered();
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_true(shared->signals > 0);
    assert_int_equal(sigaction(SIGALRM, &usual, NULL), 0);
}

static void exit_count(void)
{
    if (shared != NULL)
        shared->exits++;
}

/* A module that ends the process, or fills a buffer of stdio: handlers and buffers are the program's. */
static void test_resolve_exit_and_stdio_of_the_program_untouched(void **state)
{
    static const char *const deeds[] = {"at any exit 0\n", "at any quit 0\n", "at any abort\n", "at any print\n"};
    char text[64] = "";
    struct stat about;

    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fputs("once", file), 1);
    assert_int_equal(atexit(exit_count), 0);
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
        enum vmnetacl_status verdict;
        nss_vmtest(deeds[i]);
        assert_int_equal(ask(&other, 0, &verdict), i < 3 ? VMNETACL_TRYAGAIN : VMNETACL_OK);
        assert_int_equal(shared->exits, 0);
        assert_int_equal(fstat(fileno(file), &about), 0);
        assert_int_equal(about.st_size, 0);
    }
    rewind(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "once");
    fclose(file);
}

/* vmtest looks for descriptors and for an environment, and ends badly when there are any. */
static void test_resolve_descriptors_and_environment_not_seen(void **state)
{
    int fds[100];

    (void)state;
    nss_vmtest(KNOWN "at any look\n");
    assert_int_equal(setenv("VMTEST", "1", 1), 0);
    for (size_t i = 0; i < 100; i++)
        fds[i] = open("/etc/passwd", O_RDONLY); /* not closed by exec either */
    assert_answered();
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(close(fds[i]), 0); /* they are still ours */
    assert_string_equal(getenv("VMTEST"), "1");
    assert_int_equal(unsetenv("VMTEST"), 0);
}

/* Without stdin, stdout and stderr, the pipe has their numbers. */
static void test_resolve_stdio_closed_answers(void **state)
{
    int saved[3];
    enum vmnetacl_status status[2], verdict[2];

    (void)state;
    nss_vmtest(KNOWN "at any look\nat any print\n");
    for (int closed = 1; closed < 8; closed++) {
        for (int fd = 0; fd < 3; fd++) {
            saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
            if ((closed & 1 << fd) != 0)
                (void)close(fd); /* it is open */
        }
        status[0] = ask(&remote, 0, &verdict[0]);
        status[1] = ask(&other, 0, &verdict[1]);
        for (int fd = 0; fd < 3; fd++)
            if (dup2(saved[fd], fd) != fd || close(saved[fd]) != 0)
                lab_die("dup2");
        assert_int_equal(status[0], VMNETACL_OK);
        assert_int_equal(verdict[0], VMNETACL_DENY);
        assert_int_equal(status[1], VMNETACL_OK);
        assert_int_equal(verdict[1], VMNETACL_ALLOW);
    }
}

static int placeholder = -1;

/* As another thread may do between the pipe and the fork. */
static void placeholder_close(void)
{
    if (placeholder >= 0)
        (void)close(placeholder); /* it is open */
    placeholder = -1;
}

static void test_resolve_descriptor_freed_before_the_fork_answers(void **state)
{
    (void)state;
    assert_int_equal(pthread_atfork(placeholder_close, NULL, NULL), 0);
    nss_vmtest(KNOWN "at any look\nat any print\n");
    for (int number = 3; number < 8; number++) {
        enum vmnetacl_status verdict;
        const int fd = open("/dev/zero", O_RDWR | O_CLOEXEC), high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        assert_true(high >= 100 && close(fd) == 0);
        placeholder = fcntl(high, F_DUPFD_CLOEXEC, number);
        assert_true(placeholder >= number && close(high) == 0);
        int below[8], count = 0; /* so that the pipe does not get a lower number */
        while ((below[count] = open("/dev/zero", O_RDWR | O_CLOEXEC)) < placeholder)
            count++;
        assert_int_equal(close(below[count]), 0);
        const enum vmnetacl_status status = ask(&remote, 0, &verdict);
        while (count > 0)
            assert_int_equal(close(below[--count]), 0);
        assert_int_equal(status, VMNETACL_OK);
        assert_int_equal(verdict, VMNETACL_DENY);
    }
}

static void test_resolve_no_descriptors_left_try_again(void **state)
{
    struct rlimit before, limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = (struct rlimit){.rlim_cur = 4, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct vmnetacl_names *names;
    const enum vmnetacl_status status = vmnetacl_resolve(policy, &remote, "virbr0", 0, &names, &error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(status, VMNETACL_TRYAGAIN);
    assert_int_equal(error.system_errno, EMFILE);
}

enum {
    THREADS = 6,
    ROUNDS = 40
};

static atomic_bool is_over;

static void *thread_ask(void *data)
{
    uintptr_t wrong = 0;

    (void)data;
    for (int i = 0; i < ROUNDS; i++) {
        const struct vmnetacl_caller *caller = i % 2 == 0 ? &remote : &other;
        enum vmnetacl_status verdict;
        const enum vmnetacl_status status = ask(caller, 20000, &verdict);
        if (status == VMNETACL_OK && verdict == (i % 2 == 0 ? VMNETACL_DENY : VMNETACL_ALLOW))
            continue;
        wrong++;
        fprintf(stderr, "%s, %s: %s\n", vmnetacl_status_name(status), vmnetacl_status_name(verdict), why.message);
    }
    return (void *)wrong;
}

/* Holds the C library's locks, those of the name service among them, as often as can be. */
static void *thread_disturb(void *data)
{
    (void)data;
    while (!is_over) {
        struct passwd entry, *found;
        char buffer[1024];
        (void)getpwnam_r("root", &entry, buffer, sizeof buffer, &found); /* whatever it says */
        free(malloc(100000));
        FILE *file = fopen("/etc/passwd", "re");
        if (file != NULL)
            fclose(file);
    }
    return NULL;
}

static void test_resolve_in_many_threads_answers(void **state)
{
    pthread_t askers[THREADS], disturbers[2];

    (void)state;
    is_over = false;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&disturbers[i], NULL, thread_disturb, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&askers[i], NULL, thread_ask, NULL), 0);
    void *wrong[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(askers[i], &wrong[i]), 0);
    is_over = true;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(disturbers[i], NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal((uintptr_t)wrong[i], 0);
}

static int world_setup(void **state)
{
    (void)state;
    nss_install();
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared != MAP_FAILED ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_resolve_answers, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_timeout_is_kept, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_sigchld_ignored_or_taken_try_again, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_signals_of_the_program_stay_its_own, policy_setup,
                                        policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_exit_and_stdio_of_the_program_untouched, policy_setup,
                                        policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_descriptors_and_environment_not_seen, policy_setup,
                                        policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_stdio_closed_answers, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_no_descriptors_left_try_again, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_in_many_threads_answers, policy_setup, policy_teardown),
        cmocka_unit_test_setup_teardown(test_resolve_descriptor_freed_before_the_fork_answers, policy_setup,
                                        policy_teardown),
    };

    return cmocka_run_group_tests_name("resolve", tests, world_setup, NULL);
}
