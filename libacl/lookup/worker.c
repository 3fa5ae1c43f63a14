/* SPDX-License-Identifier: MIT */
/*
 * Runs in the forked process. In vmnet-helper it starts as the caller, with CAP_NET_ADMIN in its permitted set and with
 * descriptors that the name service's modules must not get hold of; and it changes to a uid of its own, which the
 * helper has kept for it as its saved one, and to a session of its own. After that the caller cannot signal or limit
 * it, nor use up the connections that a name service allows its uid. (It stays in the cgroup of the caller, who can
 * freeze or kill it there; then there is no answer.)
 *
 * The parent cannot signal it either then, so the parent holds the other end of a lifeline: a pipe whose closing kills
 * the worker (F_SETSIG, fcntl(2)). That works when the parent is killed, too. A timer kills it in any case.
 *
 * worker_run() never returns: the stack above it is that of the process that it was forked from.
 */
#include "worker.h"

#include "offline_worker_filter.h" /* made by filter/generate.c, as is worker_filter.h */
#include "query.h"
#include "worker_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_FD   (STDERR_FILENO + 1)
#define LIFELINE_FD (ANSWER_FD + 1)

/* The parent's deadline comes first: the timer is for a parent that was stopped or killed. */
#define GRACE_MS 1000

/* How many workers of all callers may ask at once. A service limits the connections of one uid (systemd: 1,024). With
   more workers than that, a caller could use them up, and the service might then answer "no such group". */
#define WORKERS_MAX 256

/* What a module needs to work at all. With less, one that cannot be loaded looks like one that knows no names. */
static const struct {
    unsigned resource; /* the C libraries differ in its type */
    rlim_t least;
} limits[] = {
    {RLIMIT_NOFILE, 64},          {RLIMIT_AS, 256UL * 1024 * 1024}, {RLIMIT_DATA, 128UL * 1024 * 1024},
    {RLIMIT_STACK, 512UL * 1024}, {RLIMIT_SIGPENDING, WORKERS_MAX},
};

/* An exit(3) in a module would run what the program has registered with atexit(3), in the wrong process. */
static void end_at_once(void)
{
    _exit(EXIT_FAILURE);
}

static _Noreturn void answer(int fd, const struct worker_head *head, const void *answers, size_t answers_len)
{
    struct iovec parts[] = {{(void *)(uintptr_t)head, sizeof *head}, {(void *)(uintptr_t)answers, answers_len}};

    while (parts[0].iov_len + parts[1].iov_len > 0) {
        ssize_t written = writev(fd, parts, 2);
        if (written < 0 && errno != EINTR)
            _exit(EXIT_FAILURE);
        for (size_t i = 0; i < 2 && written > 0; i++) {
            size_t taken = (size_t)written < parts[i].iov_len ? (size_t)written : parts[i].iov_len;
            parts[i].iov_base = (char *)parts[i].iov_base + taken;
            parts[i].iov_len -= taken;
            written -= (ssize_t)taken;
        }
    }
    _exit(EXIT_SUCCESS);
}

static _Noreturn void answer_failure(const struct lookup *lookup, enum worker_status status,
                                     const struct lookup_failure *failure)
{
    struct worker_head head = {.status = status,
                               .count = (uint32_t)lookup->count,
                               .call = failure->call,
                               .id = failure->id,
                               .error = failure->error,
                               .item = (uint32_t)failure->item};

    answer(ANSWER_FD, &head, "", 0);
}

/* Duplicate a descriptor to a number above those that are given out below. Closes nothing. */
static int move_up(int fd)
{
    return fd >= 0 ? fcntl(fd, F_DUPFD, LIFELINE_FD + 1) : -1;
}

/* Stdio is /dev/null, the two ends have known numbers, and no other descriptor is open. */
static bool keep_only_ends(struct worker_ends ends)
{
    int answer_fd = move_up(ends.answer);
    int lifeline_fd = move_up(ends.lifeline);
    int null_fd = move_up(open("/dev/null", O_RDWR));

    if (answer_fd < 0 || lifeline_fd < 0 || null_fd < 0)
        return false;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(null_fd, fd) != fd)
            return false;
    return dup2(answer_fd, ANSWER_FD) == ANSWER_FD && dup2(lifeline_fd, LIFELINE_FD) == LIFELINE_FD &&
           syscall(SYS_close_range, LIFELINE_FD + 1, ~0U, 0) == 0;
}

/*
 * The filter raises SIGSYS when the process would wait for another thread for ever. If the program has threads, one may
 * have held a lock at the fork that the C library does not reset in the child, such as glibc's for the list of modules
 * (nss_module_list_lock in nss/nss_module.c).
 */
static void end_locked(int number)
{
    (void)number; /* SIGSYS */
    _exit(WORKER_EXIT_LOCKED);
}

/* No standard signal is handled as the program does: its handlers are not made for this process. */
static bool reset_signals(void)
{
    const struct sigaction action = {.sa_handler = SIG_DFL};
    const struct sigaction locked = {.sa_handler = end_locked};
    sigset_t none;

    for (int number = 1; number <= SIGSYS; number++)
        (void)sigaction(number, &action, NULL); /* fails for SIGKILL and SIGSTOP */
    return sigaction(SIGSYS, &locked, NULL) == 0 && sigemptyset(&none) == 0 &&
           sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* capset(2) without libcap, which the library does not need otherwise. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

    memset(sets, 0, sizeof sets);
    if (syscall(SYS_capset, &header, sets) != 0 || syscall(SYS_capget, &header, sets) != 0)
        return false;
    for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (sets[i].effective != 0 || sets[i].permitted != 0 || sets[i].inheritable != 0)
            return false;
    return true;
}

/* Are sockets of the internet protocols forbidden here, as by RestrictAddressFamilies= of a unit? */
static bool is_offline(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0)
        (void)close(fd); /* never used: nothing to fail */
    return fd < 0;
}

/* The filter applies to the modules, too. Without no_new_privs, an unprivileged process may not install one. */
static bool install_filter(void)
{
    bool offline = is_offline();
    const unsigned char *bytes = offline ? offline_worker_filter : worker_filter;
    size_t size = offline ? sizeof offline_worker_filter : sizeof worker_filter;
    const struct sock_fprog program = {.len = (unsigned short)(size / sizeof(struct sock_filter)),
                                       .filter = (struct sock_filter *)(uintptr_t)bytes};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/*
 * Be killed when the parent closes its end of the lifeline. The kernel sends the signal only if our present real or
 * effective uid equals our real or saved uid at that moment (sigio_perm() in fs/fcntl.c).
 */
static bool arm_lifeline(void)
{
    return fcntl(LIFELINE_FD, F_SETSIG, SIGKILL) == 0 && fcntl(LIFELINE_FD, F_SETOWN, getpid()) == 0 &&
           fcntl(LIFELINE_FD, F_SETFL, O_RDONLY | O_ASYNC) == 0;
}

/* False when the parent has closed its end, maybe before the lifeline was armed. */
static bool lifeline_is_held(void)
{
    struct pollfd lifeline = {.fd = LIFELINE_FD, .events = POLLIN};

    return poll(&lifeline, 1, 0) == 0;
}

/* Be killed at the timeout. The signal of a timer needs no permission, and comes with any ids and in any state. */
static bool start_timer(unsigned timeout_ms)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    const unsigned long long total_ms = (unsigned long long)timeout_ms + GRACE_MS;
    const struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(total_ms / 1000), .tv_nsec = (long)(total_ms % 1000) * 1000000}};
    timer_t timer;

    return timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &when, NULL) == 0;
}

/*
 * Become the user and group that the process has kept for this as its saved ids; a process without them stays what it
 * is. The values are compiled in: a program that has dropped root for a while keeps root as its saved uid. The lifeline
 * is armed once more before the real uid changes, so that it works from then on, too.
 */
static bool take_own_ids(void)
{
    const uid_t uid = VMNET_WORKER_UID;
    const gid_t gid = VMNET_WORKER_GID;
    uid_t uids[3];
    gid_t gids[3];

    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0)
        return false;
    if (gids[2] == gid && (setresgid(gid, gid, gid) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0 ||
                           gids[0] != gid || gids[1] != gid || gids[2] != gid))
        return false;
    if (uids[2] != uid)
        return true;
    if (setresuid((uid_t)-1, uid, (uid_t)-1) != 0 || !arm_lifeline() || setresuid(uid, uid, uid) != 0 ||
        getresuid(&uids[0], &uids[1], &uids[2]) != 0)
        return false;
    return uids[0] == uid && uids[1] == uid && uids[2] == uid;
}

/*
 * In this order: the timer first, so that nothing can keep us for ever; no descriptor may be looked into before the
 * process is not dumpable, which each change of ids undoes (commit_creds() in kernel/cred.c); the filter, which forbids
 * most of what is done here, after that; and what takes a lock of the C library last, since the filter ends the process
 * when the lock is never released.
 */
static bool become_harmless(struct worker_ends ends, unsigned timeout_ms)
{
    return start_timer(timeout_ms) && prctl(PR_SET_DUMPABLE, 0) == 0 && keep_only_ends(ends) && arm_lifeline() &&
           drop_capabilities() && setsid() >= 0 && reset_signals() && take_own_ids() &&
           prctl(PR_SET_DUMPABLE, 0) == 0 && lifeline_is_held() && chdir("/") == 0 && install_filter() &&
           clearenv() == 0 && atexit(end_at_once) == 0;
}

/*
 * Is one of the places free that all workers with this uid share? The kernel counts the signals that timers have
 * reserved, by uid and until they are deleted or the process ends, and compares the count with RLIMIT_SIGPENDING
 * (timer_create(2): EAGAIN). A worker with its caller's uid takes no place: it could use up only what is the caller's.
 */
static bool take_slot(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct rlimit limit;
    timer_t timer;

    if (getuid() != VMNET_WORKER_UID)
        return true;
    if (getrlimit(RLIMIT_SIGPENDING, &limit) != 0)
        return false;
    limit.rlim_cur = WORKERS_MAX;
    return setrlimit(RLIMIT_SIGPENDING, &limit) == 0 && timer_create(CLOCK_MONOTONIC, &event, &timer) == 0;
}

/* Take all that the hard limits give, and look whether it is enough. */
static bool limits_are_wide(void)
{
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit;
        if (getrlimit(limits[i].resource, &limit) != 0)
            return false;
        limit.rlim_cur = limit.rlim_max;
        if (limit.rlim_max < limits[i].least || setrlimit(limits[i].resource, &limit) != 0)
            return false;
    }
    return true;
}

_Noreturn void worker_run(const struct lookup *lookup, struct worker_ends ends, unsigned timeout_ms)
{
    struct worker_head head = {.status = WORKER_OK, .count = (uint32_t)lookup->count};
    struct lookup_failure failure = {.call = LOOKUP_NONE};
    struct worker_answer *answers;
    bool has_room = limits_are_wide();
    int error;

    if (!become_harmless(ends, timeout_ms))
        _exit(EXIT_FAILURE);
    if (!has_room)
        answer_failure(lookup, WORKER_LIMITS, &failure);
    if (!take_slot())
        answer_failure(lookup, WORKER_BUSY, &failure);
    answers = calloc(lookup->count, sizeof *answers);
    if (answers == NULL)
        answer_failure(lookup, WORKER_MEMORY, &failure);
    error = query_run(lookup, answers, &failure);
    if (error != 0)
        answer_failure(lookup, error == ENOMEM ? WORKER_MEMORY : WORKER_FAILED, &failure);
    head.call = failure.call;
    head.id = failure.id;
    head.error = failure.error;
    head.item = (uint32_t)failure.item;
    answer(ANSWER_FD, &head, answers, lookup->count * sizeof *answers);
}
