/* SPDX-License-Identifier: MIT
 *
 * The process that asks the name service, held while a module hangs: what it still is, who can lay hands on it, and
 * what becomes of a deny when its owner, who is the caller, stops it or kills it.
 */
#define _GNU_SOURCE
#include "names.h"

#include "attack.h"
#include "service.h"
#include "witness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_FD = 3,
    TIMER_MS = 3000 /* from its start, or later: the 2 s of a lookup and the second after them */
};

static struct lab_result result = {.tap_fd = -1};

/* The only child of a process; 0 when there is none, or when the process is gone. */
static pid_t find_child(pid_t parent)
{
    char path[64], text[32] = "";

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", parent, parent);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) == NULL)
        text[0] = '\0';
    fclose(file);
    return (pid_t)strtol(text, NULL, 10);
}

static void nap(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};

    (void)nanosleep(&pause, NULL); /* as long as it lasts */
}

/* Wait until a helper has its worker; 0 when it ends before. */
static pid_t worker_await(pid_t helper)
{
    pid_t worker = 0;

    for (const long long deadline = lab_now_ms() + 1000; worker == 0 && lab_now_ms() < deadline;) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)helper, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
            break;
        worker = find_child(helper);
    }
    return worker;
}

/* Does it hang, as vmtest does, ignoring SIGTERM? */
static bool is_asleep(pid_t worker)
{
    struct witness_status status;

    return worker > 0 && witness_status_read(worker, &status) && status.seccomp == 2 &&
           (status.signals_ignored & 1U << (SIGTERM - 1)) != 0;
}

/* A helper whose worker is in vmtest, and asleep there. On a busy machine it may take a few. */
static struct lab_child worker_spawn(const struct lab_start *partial, pid_t *worker)
{
    const struct lab_start start = helper_start_complete(partial);
    struct lab_child child;

    nss_vmtest(CLUB_GROUP "at getgrnam hang\n");
    for (int attempt = 0; attempt < 10; attempt++) {
        const long long deadline = lab_now_ms() + 1500;
        lab_spawn(&start, &child);
        do {
            nap();
            *worker = find_child(child.pid);
            if (is_asleep(*worker))
                return child;
        } while (lab_now_ms() < deadline);
        lab_collect(&child, &result);
    }
    lab_die("the worker does not fall asleep");
}

/* Enough was seen of it. */
static void worker_end(struct lab_child *child, pid_t worker)
{
    if (kill(worker, SIGKILL) != 0)
        lab_die("kill");
    lab_collect(child, &result);
    names_assert_refused(&result, EXIT_TEMPFAIL, "the process that looks up names");
}

static void worker_assert_refused(struct lab_child *child, const char *words)
{
    lab_collect(child, &result);
    names_assert_refused(&result, EXIT_TEMPFAIL, words);
}

static void test_worker_has_no_privilege(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS, HELPER_PLAIN};

    (void)state; /* cmocka's signature, here and below */
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        const struct lab_caller *caller = i == 3 ? &lab_root : &lab_vmuser;
        struct witness_status status;
        int fds[WITNESS_FD_MAX];
        unsigned seen = 0;
        pid_t worker;
        struct lab_child child = worker_spawn(&(struct lab_start){.program = programs[i], .caller = caller}, &worker);
        assert_true(witness_status_read(worker, &status));
        const size_t count = witness_fds_read(worker, fds);
        for (size_t j = 0; j < count && j < WITNESS_FD_MAX; j++)
            seen |= fds[j] < 31 ? 1U << fds[j] : 1U << 31;
        worker_end(&child, worker);
        for (size_t j = 0; j < 4; j++) { /* a start by file capability cannot change them */
            assert_int_equal(status.uid[j], i != 2 ? 65534 : caller->uid);
            assert_int_equal(status.gid[j], i != 2 ? 65534 : caller->gid);
        }
        assert_int_equal(status.cap_permitted | status.cap_effective | status.cap_inheritable | status.cap_ambient, 0);
        assert_int_equal(status.no_new_privs, 1);
        assert_int_equal(status.seccomp, 2);
        assert_int_equal(status.proc_owner, 0);
        assert_int_equal(status.signals_blocked, 0);
        assert_int_equal(seen, 0x3f); /* 0, 1, 2, the answer's, the lifeline's, and vmtest's own file */
    }
}

static void test_worker_start_keeps_the_phases(void **state)
{
    (void)state;
    names_rules_write("allow all bridge all\ndeny group vmnobody bridge virbr0\n");
    names_assert_phases_kept();
}

static void test_worker_attacks_fail(void **state)
{
    static const char *const programs[] = {HELPER_SETUID, HELPER_GROUP, HELPER_FSCAPS};

    (void)state;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        pid_t worker;
        struct lab_child child =
            worker_spawn(&(struct lab_start){.program = programs[i], .hook_as_caller = attack_stay}, &worker);
        const unsigned worked = attack_as(&lab_vmuser, worker, ANSWER_FD);
        const unsigned worked_on_helper = attack_as(&lab_vmuser, child.pid, LAB_SOCKET_NUMBER);
        worker_end(&child, worker);
        assert_int_equal(worked, i == 2 ? ATTACK_LIMITS : 0);
        assert_int_equal(worked_on_helper, i == 2 ? ATTACK_LIMITS : 0);
    }
}

/* Its caller may not signal it, unless it was started by file capability; then the request is refused. */
static void test_worker_signalled_is_refused(void **state)
{
    static const int numbers[] = {SIGKILL, SIGSTOP, SIGTERM, SIGALRM};
    static const char late[] = "did not answer about 1 name(s) within 2000 ms";
    static const char *const words[] = {"the process that looks up names", late};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        pid_t worker;
        struct lab_child child = worker_spawn(&(struct lab_start){0}, &worker);
        const bool is_sent = attack_signal(&lab_vmuser, worker, numbers[i]);
        worker_assert_refused(&child, late);
        assert_false(is_sent);
    }
    for (size_t i = 0; i < 2; i++) {
        pid_t worker;
        struct lab_child child = worker_spawn(&(struct lab_start){.program = HELPER_FSCAPS}, &worker);
        const bool is_sent = attack_signal(&lab_vmuser, worker, numbers[i]);
        worker_assert_refused(&child, words[i]);
        assert_true(is_sent);
    }
}

static long long now_us(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        lab_die("clock_gettime");
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Kill it at some moment of a life that would otherwise end with an answer, again and again. */
static void test_worker_killed_at_any_moment_never_grants(void **state)
{
    unsigned refused = 0, denied = 0;

    (void)state;
    nss_vmtest(CLUB_GROUP);
    for (unsigned i = 0; i < 300; i++) {
        const struct lab_start start = helper_start_complete(&(struct lab_start){0});
        struct lab_child child;
        lab_spawn(&start, &child);
        const pid_t worker = worker_await(child.pid);
        const long long moment = now_us() + i * 8;
        while (now_us() < moment)
            ;
        if (worker > 0 && i < 290)                              /* and leave some alone */
            (void)kill(worker, i % 2 == 0 ? SIGKILL : SIGTERM); /* it may be over */
        lab_collect(&child, &result);
        assert_int_equal(result.fd_count, 0);
        if (result.exit_code == EXIT_NOPERM)
            denied++;
        else if (result.exit_code == EXIT_TEMPFAIL)
            refused++;
        else
            fail_msg("exit %d: %s", result.exit_code, result.stderr_text);
    }
    assert_true(denied > 0 && refused > 0);
    assert_true(lab_tap_count_becomes(0));
}

/* A lab_start.hook_as_caller: the program does not begin before the rival is ready. */
static void rival_await(int socket_number, void *hook_data)
{
    (void)socket_number; /* not at stake */
    (void)hook_data;
    if (raise(SIGSTOP) != 0)
        lab_die("raise");
}

/*
 * A process of the caller's that disturbs the helper: play is called as soon as the helper has been executed, so that
 * the rival is never late. Ends when play does.
 */
static pid_t rival_spawn(const struct lab_child *child, unsigned seed, void (*play)(pid_t helper, unsigned seed))
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WEXITED | WNOWAIT) != 0 || info.si_code != CLD_STOPPED)
        lab_die("the helper is not stopped");
    const pid_t rival = fork();
    if (rival != 0)
        return rival > 0 ? rival : (lab_die("rival"), 0);
    lab_become(&lab_vmuser);
    if (kill(child->pid, SIGCONT) != 0)
        _exit(1);
    for (struct pollfd executed = {.fd = child->exec_fd}; poll(&executed, 1, 0) == 0;)
        ; /* it is closed at the exec */
    play(child->pid, seed);
    _exit(0);
}

/* Tighten and widen the limits of both processes while they run, which prlimit(2) lets everybody do to his own. */
static void limits_play(pid_t helper, unsigned seed)
{
    static const struct {
        int resource;
        rlim_t small;
    } limits[] = {{RLIMIT_NOFILE, 0}, {RLIMIT_NOFILE, 5}, {RLIMIT_AS, 1 << 20}, {RLIMIT_DATA, 0}, {RLIMIT_STACK, 4096}};
    const size_t which = seed % (sizeof limits / sizeof *limits);

    for (unsigned round = 0;; round++) {
        const pid_t worker = find_child(helper);
        const pid_t target = worker > 0 && seed % 4 != 0 ? worker : helper;
        struct rlimit limit;
        if (prlimit(target, (__rlimit_resource_t)limits[which].resource, NULL, &limit) != 0)
            continue; /* it is gone, or not his yet */
        limit.rlim_cur = limits[which].small;
        (void)prlimit(target, (__rlimit_resource_t)limits[which].resource, &limit, NULL); /* as above, and below */
        for (const long long moment = now_us() + (seed * 7 + round * 13) % 60; now_us() < moment;)
            ;
        limit.rlim_cur = limit.rlim_max;
        (void)prlimit(target, (__rlimit_resource_t)limits[which].resource, &limit, NULL);
        for (const long long moment = now_us() + (seed * 11 + round * 29) % 200; now_us() < moment;)
            ;
    }
}

/* Start a program under that; true when it was refused by the deny, and by nothing else. */
static bool is_denied_under_limits_play(const char *program, unsigned seed)
{
    const struct lab_start start =
        helper_start_complete(&(struct lab_start){.program = program, .hook_as_caller = rival_await});
    struct lab_child child;

    lab_spawn(&start, &child);
    const pid_t player = rival_spawn(&child, seed, limits_play);
    lab_collect(&child, &result);
    if (kill(player, SIGKILL) != 0 || waitpid(player, NULL, 0) != player)
        lab_die("player");
    helper_release(&result);
    return result.exit_code == EXIT_NOPERM;
}

/* The saved ids keep the caller from it. A start by file capability has none, and shows that the attack is one. */
static void test_worker_limits_cannot_be_changed_by_the_caller(void **state)
{
    unsigned i = 0;

    (void)state;
    nss_switch("files", "files vmtest", NULL);
    nss_vmtest("group vmclub 7777\nmany vmuser 1 7777\n");
    for (; i < 300; i++)
        if (!is_denied_under_limits_play(HELPER_SETUID, i))
            fail_msg("round %u: exit %d: %s", i, result.exit_code, result.stderr_text);
    for (i = 0; i < 3000 && is_denied_under_limits_play(HELPER_FSCAPS, i);)
        i++;
    assert_true(i < 3000);
}

/* The process that asks has ended, and is not waited for yet. */
static bool is_zombie(pid_t pid)
{
    char path[64], line[512] = "";

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        lab_die(path);
    fclose(file);
    return strstr(line, ") Z ") != NULL;
}

/* A helper that is stopped while the worker hangs: the worker ends by itself, and keeps no service busy. */
static void test_helper_stopped_during_lookup_is_refused(void **state)
{
    pid_t worker;

    (void)state;
    struct lab_child child = worker_spawn(&(struct lab_start){0}, &worker);
    const bool is_stopped = attack_signal(&lab_vmuser, child.pid, SIGSTOP);
    for (const long long deadline = lab_now_ms() + 60000; !is_zombie(worker) && lab_now_ms() < deadline;)
        nap();
    const bool is_over = is_zombie(worker);
    const bool is_continued = attack_signal(&lab_vmuser, child.pid, SIGCONT);
    worker_assert_refused(&child, "cannot look up names");
    assert_true(is_stopped && is_over && is_continued);
}

/*
 * Stop the worker as soon as there is one, while the caller may still signal it; kill the helper every other time; and
 * have the worker run for some microseconds at a time, for as long as it can be signalled. Exits with 0 if it could be
 * stopped.
 */
static void stepper_play(pid_t helper, unsigned seed)
{
    const unsigned step_us = seed % 23;
    pid_t worker;

    while ((worker = find_child(helper)) == 0)
        if (kill(helper, 0) != 0 && errno == ESRCH)
            _exit(1); /* it is over, and was waited for */
    if (kill(worker, SIGSTOP) != 0)
        _exit(1);
    if (seed % 2 == 0)
        (void)kill(helper, SIGKILL); /* it may be over */
    while (kill(worker, SIGCONT) == 0) {
        for (const long long moment = now_us() + step_us; now_us() < moment;)
            ;
        if (kill(worker, SIGSTOP) != 0)
            break;
    }
}

/*
 * The caller stops the worker while he may signal it, kills the helper, and lets the worker run a step at a time, so
 * that a stop hits it just as it takes its own ids. Then no user may continue it, and it must still end.
 */
static void test_worker_stopped_at_once_is_not_left(void **state)
{
    unsigned stopped = 0;

    (void)state;
    nss_vmtest(CLUB_GROUP);
    const size_t before = lab_process_count();
    for (unsigned i = 0; stopped < 16 && i < 3000; i++) { /* each may last as long as a worker's timer */
        const struct lab_start start = helper_start_complete(&(struct lab_start){.hook_as_caller = rival_await});
        struct lab_child child;
        int status;
        lab_spawn(&start, &child);
        const pid_t stepper = rival_spawn(&child, i, stepper_play);
        lab_collect(&child, &result);
        if (result.exit_code == 0 || result.fd_count != 0)
            fail_msg("round %u: granted", i);
        if (waitpid(stepper, &status, 0) != stepper)
            lab_die("stepper");
        stopped += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    assert_int_equal(stopped, 16);
    assert_int_equal(lab_process_count_becomes(before), 0);
}

/* Neither the caller's terminal nor his session nor his process group is the worker's. */
static void test_worker_has_a_session_of_its_own(void **state)
{
    pid_t worker;

    (void)state;
    struct lab_child child = worker_spawn(&(struct lab_start){0}, &worker);
    const pid_t session = getsid(worker), group = getpgid(worker);
    worker_end(&child, worker);
    assert_int_equal(session, worker);
    assert_int_equal(group, worker);
}

/* When the helper is gone, nobody waits for the answer. The worker's own timer would end it, too, but not so soon: on a
 * busy machine it may take a few starts to tell. */
static void test_worker_dies_with_the_helper(void **state)
{
    const size_t before = lab_process_count();
    long long lasted_ms = TIMER_MS;

    (void)state;
    for (int attempt = 0; attempt < 10 && lasted_ms >= TIMER_MS; attempt++) {
        const long long begun_ms = lab_now_ms();
        pid_t worker;
        struct lab_child child = worker_spawn(&(struct lab_start){0}, &worker);
        const bool is_sent = attack_signal(&lab_vmuser, child.pid, SIGKILL);
        lab_collect(&child, &result);
        assert_true(is_sent);
        assert_int_equal(result.term_signal, SIGKILL);
        assert_int_equal(result.fd_count, 0);
        assert_int_equal(lab_process_count_becomes(before), 0);
        lasted_ms = lab_now_ms() - begun_ms;
    }
    assert_in_range(lasted_ms, 0, TIMER_MS - 1);
    assert_true(lab_tap_count_becomes(0));
}

/* What a caller hands on that could reach a worker: ignored and blocked signals, a lowest priority, many descriptors,
 * an environment for the loader, a directory that is his. */
static void everything_set(int socket_number, void *hook_data)
{
    sigset_t all;

    (void)hook_data;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_IGN); /* refused for those that cannot be ignored */
    if (sigfillset(&all) != 0 || sigprocmask(SIG_BLOCK, &all, NULL) != 0 || nice(19) == -1 ||
        chdir("/run/lab/home") != 0)
        lab_die("sigprocmask");
    for (int fd = 4; fd < 400; fd++)
        if (fd != socket_number)
            (void)dup2(2, fd); /* as many as there may be */
}

static void test_worker_surroundings_hostile_not_obeyed(void **state)
{
    static const char *const environment[] = {"LD_LIBRARY_PATH=/run/lab/home",

                                              "HOME=/run/lab/home",
                                              "LANG=tr_TR.UTF-8",
                                              "GETCONF_DIR=/run/lab/home",
                                              "MALLOC_CHECK_=3",
                                              "GLIBC_TUNABLES=glibc.malloc.check=3",
                                              "NSS=files",
                                              NULL};
    struct lab_start start = {.environment = environment, .hook_as_caller = everything_set};

    (void)state;
    lab_command("cp /run/lab/nss/libnss_vmtest.so.2 /run/lab/home/libnss_absent.so.2");
    nss_vmtest(CLUB_GROUP "user vmguest 5999 5999\nat any look\n");
    names_assert_refused(helper_start(&start), EXIT_NOPERM, RULES_FILE ":2 denies");
    start.caller = &(const struct lab_caller){.uid = 5999, .gid = 5999};
    names_assert_granted(helper_start(&start));
    /* A module that only the caller's directory has is not loaded: it would deny this. */
    nss_switch("files", "files absent", NULL);
    names_assert_granted(helper_start(
        &(struct lab_start){.environment = environment, .caller = &lab_vmother, .hook_as_caller = everything_set}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_worker_has_no_privilege, names_club_reset),
        cmocka_unit_test_setup(test_worker_start_keeps_the_phases, names_club_reset),
        cmocka_unit_test_setup(test_worker_attacks_fail, names_club_reset),
        cmocka_unit_test_setup(test_worker_signalled_is_refused, names_club_reset),
        cmocka_unit_test_setup(test_worker_killed_at_any_moment_never_grants, names_club_reset),
        cmocka_unit_test_setup(test_worker_limits_cannot_be_changed_by_the_caller, names_club_reset),
        cmocka_unit_test_setup(test_helper_stopped_during_lookup_is_refused, names_club_reset),
        cmocka_unit_test_setup(test_worker_dies_with_the_helper, names_club_reset),
        cmocka_unit_test_setup(test_worker_stopped_at_once_is_not_left, names_club_reset),
        cmocka_unit_test_setup(test_worker_has_a_session_of_its_own, names_club_reset),
        cmocka_unit_test_setup(test_worker_surroundings_hostile_not_obeyed, names_club_reset),
    };

    return cmocka_run_group_tests_name("names_worker", tests, names_world_setup, NULL);
}
