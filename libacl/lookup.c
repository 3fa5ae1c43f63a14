/* SPDX-License-Identifier: MIT */
/*
 * The side that asks. The worker has the same uid as we, so a caller of a setuid program can stop or kill it, and set
 * its limits: whatever is odd about its answer is TRYAGAIN, which no switch passes over.
 */
#include "lookup.h"

#include "error.h"
#include "nss_query.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static enum vmnetacl_status fail(enum vmnetacl_code code, const char *message, struct vmnetacl_error *error)
{
    error_start(error, code, NULL, 0, 0);
    error_add(error, message);
    return error_status(error);
}

static enum vmnetacl_status fail_system(const char *what, struct vmnetacl_error *error)
{
    error_system(error, errno, NULL, what);
    return VMNETACL_TRYAGAIN;
}

static long long now_ms(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for wrong arguments alone */
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Read until the end, at most size bytes. OK; TRYAGAIN when it takes too long or cannot be read. */
static enum vmnetacl_status read_all(int fd, long long deadline_ms, char *bytes, size_t size, size_t *len,
                                     struct vmnetacl_error *error)
{
    ssize_t count = 1;

    *len = 0;
    while (count != 0 && *len < size) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        long long left_ms = deadline_ms - now_ms();
        int ready = left_ms > 0 ? poll(&wait, 1, (int)left_ms) : 0;
        if (ready == 0)
            return fail(VMNETACL_CODE_LOOKUP_TIMEOUT,
                        "the name service did not answer in time about names in the rules; try 'getent passwd'", error);
        if (ready < 0 && errno != EINTR)
            return fail_system("wait for the name service", error);
        if (ready < 0)
            continue;
        count = read(fd, bytes + *len, size - *len);
        if (count < 0 && errno != EINTR)
            return fail_system("read the name service's answer", error);
        if (count > 0)
            *len += (size_t)count;
    }
    return VMNETACL_OK;
}

/* End the worker, if it has not ended. True when it had, by itself and well. */
static bool reap(pid_t pid)
{
    siginfo_t info;
    int status = -1;
    pid_t reaped;

    /* A wait(2) of the program's for any child may have taken it, and its pid may be anybody's by now. */
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return false;
    /* One that is on its way out keeps its status: the kernel has set it before the last descriptor is closed. */
    (void)kill(pid, SIGKILL); /* it is our child and not waited for, so it is there */
    /* What the modules have forked is of its process group, which is there as long as one of them is. */
    (void)kill(-pid, SIGKILL); /* fails when it had no time to begin one */
    do {
        reaped = waitpid(pid, &status, 0);
    } while (reaped < 0 && errno == EINTR);
    return reaped == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static enum vmnetacl_status fail_worker(const struct worker_head *head, size_t *failed, struct vmnetacl_error *error)
{
    if (head->status == WORKER_LIMITS)
        return fail(VMNETACL_CODE_LOOKUP_LIMITS,
                    "the resource limits are too tight to look up names in the rules; see 'ulimit -a': 64 files, "
                    "256 MiB of memory",
                    error);
    if (head->status == WORKER_MEMORY) {
        errno = ENOMEM;
        return fail_system("get memory to look up names", error);
    }
    *failed = head->item;
    if (head->error == NSS_QUERY_STRANGER)
        return fail(VMNETACL_CODE_LOOKUP_FAILED,
                    "the user database does not know the caller, whom this deny may mean; give him an account", error);
    error_start(error, VMNETACL_CODE_LOOKUP_FAILED, NULL, 0, 0);
    error->system_errno = head->error;
    error_add(error, "the name service cannot answer");
    if (head->service[0] != '\0') {
        error_add(error, ": service '");
        error_add(error, head->service);
        error_add(error, "'");
    }
    return VMNETACL_UNAVAIL;
}

/* Is it what no worker says? answers_len: bytes behind the head. */
static bool is_odd(const struct lookup *lookup, const struct worker_head *head, size_t answers_len)
{
    size_t wanted_len = head->status == WORKER_OK ? lookup->count * sizeof(struct worker_answer) : 0;
    bool is_failed = head->status == WORKER_FAILED;

    if (head->count != lookup->count || head->status < WORKER_OK || head->status > WORKER_MEMORY ||
        answers_len != wanted_len || (is_failed && head->item >= lookup->count))
        return true;
    if (is_failed && head->error != NSS_QUERY_STRANGER)
        return memchr(head->service, '\0', sizeof head->service) == NULL;
    return head->service[0] != '\0';
}

/* What the worker wrote, taken apart. Every byte of it may be wrong. */
static enum vmnetacl_status take_answers(struct lookup *lookup, const char *bytes, size_t len, size_t *failed,
                                         struct vmnetacl_error *error)
{
    static const char odd[] = "the process that looks up names ended without an answer; try again";
    struct worker_head head;

    if (len < sizeof head)
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
    memcpy(&head, bytes, sizeof head);
    if (is_odd(lookup, &head, len - sizeof head))
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
    if (head.status != WORKER_OK)
        return fail_worker(&head, failed, error);
    for (size_t i = 0; i < lookup->count; i++) {
        struct worker_answer answer;
        memcpy(&answer, bytes + sizeof head + i * sizeof answer, sizeof answer);
        if (answer.is_known > 1 || answer.is_member > 1 || answer.unused != 0)
            return fail(VMNETACL_CODE_LOOKUP_BROKEN, odd, error);
        lookup->items[i].answer = (struct account_answer){.is_known = answer.is_known == 1,
                                                          .membership_is_asked = lookup->items[i].wants_membership,
                                                          .is_member = answer.is_member == 1,
                                                          .id = answer.id};
    }
    return VMNETACL_OK;
}

static enum vmnetacl_status ask(struct lookup *lookup, unsigned timeout_ms, char *bytes, size_t size, size_t *failed,
                                struct vmnetacl_error *error)
{
    long long deadline_ms = now_ms() + (timeout_ms < INT_MAX ? timeout_ms : INT_MAX); /* so that poll(2) can take it */
    pid_t parent = getpid();
    enum vmnetacl_status status;
    size_t len = 0;
    int answer[2];
    pid_t pid;

    if (pipe2(answer, O_CLOEXEC) != 0)
        return fail_system("make a pipe to look up names", error);
    pid = fork();
    if (pid == 0)
        worker_run(lookup, answer[1], parent);
    status = pid < 0 ? fail_system("make a process to look up names", error) : VMNETACL_OK;
    (void)close(answer[1]); /* the worker's end; nothing was written here, so nothing to fail */
    if (status == VMNETACL_OK)
        status = read_all(answer[0], deadline_ms, bytes, size, &len, error);
    (void)close(answer[0]); /* only read from: nothing to fail */
    if (pid > 0 && !reap(pid) && status == VMNETACL_OK)
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, "the process that looks up names did not end well; try again", error);
    return status == VMNETACL_OK ? take_answers(lookup, bytes, len, failed, error) : status;
}

/* When the kernel reaps children by itself, their pids may be another's before we are done. */
static bool children_are_kept(void)
{
    struct sigaction action;

    return sigaction(SIGCHLD, NULL, &action) == 0 && (action.sa_flags & SA_NOCLDWAIT) == 0 &&
           ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_IGN);
}

enum vmnetacl_status lookup_run(struct lookup *lookup, unsigned timeout_ms, size_t *failed,
                                struct vmnetacl_error *error)
{
    /* A byte more than a whole answer shows that one is too long. */
    size_t size = sizeof(struct worker_head) + lookup->count * sizeof(struct worker_answer) + 1;
    enum vmnetacl_status status;
    char *bytes;

    *failed = lookup->count;
    if (!children_are_kept())
        return fail(VMNETACL_CODE_LOOKUP_BROKEN, "names cannot be looked up while SIGCHLD is ignored", error);
    bytes = malloc(size);
    if (bytes == NULL)
        return fail_system("get memory to look up names", error);
    status = ask(lookup, timeout_ms, bytes, size, failed, error);
    free(bytes);
    return status;
}
