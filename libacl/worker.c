/* SPDX-License-Identifier: MIT */
/*
 * Runs in the forked process, with the uid of whoever asked. In vmnet-helper it begins with CAP_NET_ADMIN in its
 * permitted set, and with descriptors that the name service's modules must not get hold of. Never returns: behind it is
 * the stack of the process that it was forked from.
 */
#include "worker.h"

#include "nss_query.h"
#include "worker_filter.h" /* made by filter/generate.c */

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define ANSWER_FD (STDERR_FILENO + 1)

/* What a module needs to work at all. With less, one that cannot be loaded would look like one that knows nobody. */
static const struct {
    __rlimit_resource_t resource;
    rlim_t least;
} limits[] = {
    {RLIMIT_NOFILE, 64},
    {RLIMIT_AS, 256UL * 1024 * 1024},
    {RLIMIT_DATA, 128UL * 1024 * 1024},
    {RLIMIT_STACK, 512UL * 1024},
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

static _Noreturn void answer_failure(int fd, const struct lookup *lookup, enum worker_status status, int error,
                                     const struct nss_failure *failure)
{
    struct worker_head head = {.status = status,
                               .error = error,
                               .item = (uint32_t)failure->item,
                               .count = (uint32_t)lookup->count};

    memcpy(head.service, failure->service, sizeof head.service);
    answer(fd, &head, "", 0);
}

/* stdio leads nowhere, the answer's descriptor has a number that is known, and there are no others. */
static bool keep_only_answer(int answer_fd)
{
    int null = open("/dev/null", O_RDWR);

    if (null == ANSWER_FD) /* two descriptors of stdio were closed, and have become the pipe */
        null = dup(null);
    if (null < 0 || dup2(answer_fd, ANSWER_FD) != ANSWER_FD)
        return false;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (null != fd && dup2(null, fd) != fd)
            return false;
    return close_range(ANSWER_FD + 1, ~0U, 0) == 0;
}

/* No standard signal is handled as the program does: its handlers are not made for this process. */
static bool reset_signals(void)
{
    const struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int number = 1; number <= SIGSYS; number++)
        (void)sigaction(number, &action, NULL); /* fails for SIGKILL and SIGSTOP */
    return sigemptyset(&none) == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0;
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

/* The filter stays with all that the modules do. no_new_privs comes before it, else it is not allowed. */
static bool install_filter(void)
{
    const struct sock_fprog program = {.len = sizeof worker_filter / sizeof(struct sock_filter),
                                       .filter = (struct sock_filter *)(uintptr_t)worker_filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

/* In this order: the ids' owner must not be able to look in before the first line, nor anything to run after the last. */
static bool become_harmless(int answer_fd, pid_t parent)
{
    return prctl(PR_SET_DUMPABLE, 0) == 0 && drop_capabilities() && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           getppid() == parent && setpgid(0, 0) == 0 && reset_signals() && keep_only_answer(answer_fd) &&
           chdir("/") == 0 && clearenv() == 0 && atexit(end_at_once) == 0 && install_filter();
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

_Noreturn void worker_run(const struct lookup *lookup, int answer_fd, pid_t parent)
{
    const struct worker_head head = {.status = WORKER_OK, .count = (uint32_t)lookup->count};
    static const struct nss_failure none = {.item = 0};
    struct nss_failure failure;
    struct worker_answer *answers;
    int error;

    if (!become_harmless(answer_fd, parent))
        _exit(EXIT_FAILURE);
    if (!limits_are_wide())
        answer_failure(ANSWER_FD, lookup, WORKER_LIMITS, 0, &none);
    answers = calloc(lookup->count, sizeof *answers);
    if (answers == NULL)
        answer_failure(ANSWER_FD, lookup, WORKER_MEMORY, 0, &none);
    error = nss_query(lookup, answers, &failure);
    if (error == ENOMEM)
        answer_failure(ANSWER_FD, lookup, WORKER_MEMORY, 0, &none);
    if (error != 0)
        answer_failure(ANSWER_FD, lookup, WORKER_FAILED, error, &failure);
    answer(ANSWER_FD, &head, answers, lookup->count * sizeof *answers);
}
